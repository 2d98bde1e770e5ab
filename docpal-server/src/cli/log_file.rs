//! What the embedded PostgreSQL has logged since a command began.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// So much of the end is looked at.
const TAIL: u64 = 16 * 1024;

/// The log of a server, and how long it was.
pub(crate) struct LogFile {
    path: PathBuf,
    before: u64,
}

impl LogFile {
    pub(super) fn from_now(path: PathBuf) -> Self {
        let before = std::fs::metadata(&path).map_or(0, |found| found.len());
        Self { path, before }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Was this said meanwhile?
    pub(crate) fn has_said(&self, words: &str) -> bool {
        let length = std::fs::metadata(&self.path).map_or(0, |found| found.len());
        let said = match length < self.before {
            false => end_of(&self.path, self.before),
            // It was too long, and what it said was put aside.
            true => end_of(&self.path, 0)
                .and_then(|said| Ok(end_of(&self.path.with_extension("log.1"), 0)? + &said)),
        };
        said.is_ok_and(|said| said.contains(words))
    }
}

/// The end of a file, but for what was there before, as text.
fn end_of(file: &Path, before: u64) -> io::Result<String> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(before.max(length.saturating_sub(TAIL))))?;
    let mut said = Vec::new();
    file.read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}
