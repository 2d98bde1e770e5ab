//! Who waits for a reading, and the word to it that nobody does any more.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Who waits for a reading. When it is dropped, the reading ends with its next block.
#[derive(Debug, Default)]
pub(crate) struct Waiting(GivenUp);

/// Tells whether somebody still waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct GivenUp(Arc<AtomicBool>);

impl Waiting {
    pub(crate) fn watch(&self) -> GivenUp {
        self.0.clone()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Reads a file while somebody waits for what comes of it.
pub(super) struct WhileWaited<R> {
    pub(super) inner: R,
    pub(super) given_up: GivenUp,
}

impl<R: Read> Read for WhileWaited<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given_up.0.load(Ordering::Relaxed) {
            return Err(io::Error::other("nobody waits for it any more"));
        }
        self.inner.read(out)
    }
}
