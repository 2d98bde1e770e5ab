//! PostgreSQL's binary COPY format (section "COPY" of its manual): the fastest way in for many records.

use uuid::Uuid;

use crate::values::Cell;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Rows are handed to the driver in pieces of about this size.
const CHUNK: usize = 256 * 1024;

/// Collects rows in the binary COPY format.
#[derive(Debug)]
pub struct CopyBuffer {
    chunks: Vec<Vec<u8>>,
    current: Vec<u8>,
}

impl Default for CopyBuffer {
    fn default() -> Self {
        Self { chunks: Vec::new(), current: SIGNATURE.to_vec() }
    }
}

impl CopyBuffer {
    /// Starts a row of `columns` cells.
    pub fn start_row(&mut self, columns: usize) {
        if self.current.len() >= CHUNK {
            self.chunks.push(std::mem::replace(&mut self.current, Vec::with_capacity(CHUNK + 4096)));
        }
        self.current.extend_from_slice(&i16::try_from(columns).unwrap_or(i16::MAX).to_be_bytes());
    }

    /// Appends an uuid cell.
    pub fn uuid(&mut self, value: Option<Uuid>) {
        match value {
            Some(uuid) => self.sized(|out| out.extend_from_slice(uuid.as_bytes())),
            None => self.null(),
        }
    }

    /// Appends a cell.
    pub fn cell(&mut self, cell: &Cell) {
        if cell.is_null() {
            self.null();
        } else {
            self.sized(|out| cell.write(out));
        }
    }

    /// The finished chunks, with the trailer.
    #[must_use]
    pub fn finish(mut self) -> Vec<Vec<u8>> {
        self.current.extend_from_slice(&(-1i16).to_be_bytes());
        self.chunks.push(self.current);
        self.chunks
    }

    fn null(&mut self) {
        self.current.extend_from_slice(&(-1i32).to_be_bytes());
    }

    fn sized(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        sized(&mut self.current, write);
    }
}

/// Appends what `write` makes, after its length as four bytes.
pub(crate) fn sized(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out);
    let length = i32::try_from(out.len() - at - 4).unwrap_or(i32::MAX);
    if let Some(slot) = out.get_mut(at..at + 4) {
        slot.copy_from_slice(&length.to_be_bytes());
    }
}
