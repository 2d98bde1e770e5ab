//! Bytes that every build writes alike, to tell things apart by.

/// Collects bytes; what is put in after each other never reads like something else.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    bytes: Vec<u8>,
}

impl Marks {
    /// A text, behind its length.
    pub fn word(&mut self, word: &str) {
        self.count(word.len());
        self.bytes.extend_from_slice(word.as_bytes());
    }

    /// A number of things.
    pub fn count(&mut self, count: usize) {
        self.bytes.extend_from_slice(&u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes());
    }

    /// Yes or no.
    pub fn flag(&mut self, flag: bool) {
        self.bytes.push(u8::from(flag));
    }

    /// The bytes of an id.
    pub fn id(&mut self, id: uuid::Uuid) {
        self.bytes.extend_from_slice(id.as_bytes());
    }

    /// What was put in.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
