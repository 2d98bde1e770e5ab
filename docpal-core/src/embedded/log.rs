//! The file that a server writes its messages to: what it said, and the bound on its length.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::home::Home;
use super::owner::Owner;
use super::{EmbeddedError, EmbeddedErrorKind};

/// The longest that it is, but for what is written within one [`PERIOD`]; and what is put aside of it.
const LIMIT: u64 = 8 << 20;
/// Its length is looked at this often.
const PERIOD: Duration = Duration::from_millis(500);
/// So much of the end is quoted.
const QUOTED: u64 = 4096;

/// What PostgreSQL says, in the words of the system, when it had no room to write.
const FULL: &str = "No space left on device";

/// A beginning for the words about a server that said this: that the disk of `folder` is full, when it is.
pub(super) fn full_disk(said: &str, folder: &Path) -> String {
    match said.contains(FULL) {
        true => format!("the disk of {} is full: ", folder.display()),
        false => String::new(),
    }
}

/// The log of one cluster.
#[derive(Debug, Clone)]
pub(super) struct Log {
    path: PathBuf,
    owner: Owner,
}

impl Log {
    pub(super) fn of(home: &Home) -> Self {
        Self { path: home.log(), owner: home.owner }
    }

    pub(super) fn length(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// The last lines that were written after it was `start` long.
    pub(super) fn said_since(&self, start: u64) -> String {
        let read = || {
            let mut file = File::open(&self.path)?;
            let length = file.metadata()?.len();
            // It was shortened meanwhile.
            let start = if start > length { 0 } else { start };
            file.seek(SeekFrom::Start(start.max(length.saturating_sub(QUOTED))))?;
            let mut bytes = Vec::new();
            file.take(QUOTED).read_to_end(&mut bytes)?;
            io::Result::Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
        };
        read().unwrap_or_else(|error| format!("(not readable: {error})"))
    }

    /// Keeps it within its bound until the result is dropped.
    pub(super) fn bounded(self) -> Result<Sender<()>, EmbeddedError> {
        let (stop, stopped) = mpsc::channel();
        let watch = move || {
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                self.shorten();
            }
        };
        thread::Builder::new()
            .name("docpal-log".to_owned())
            .spawn(watch)
            .map_err(|source| EmbeddedError::with(EmbeddedErrorKind::Io, "cannot start a thread", source))?;
        Ok(stop)
    }

    /// Empties a log that is too long, and puts its end aside. The server, which appends, writes on at its beginning.
    pub(super) fn shorten(&self) {
        // Nobody is there to be told; the next look tries it again.
        let _ = self.try_shorten();
    }

    fn try_shorten(&self) -> io::Result<()> {
        let length = self.length();
        if length <= LIMIT {
            return Ok(());
        }
        let nofollow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
        let mut log = OpenOptions::new().read(true).write(true).custom_flags(nofollow).open(&self.path)?;
        // The owner of the folder may have put another's file in its place.
        if log.metadata()?.uid() != self.owner.uid {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        log.seek(SeekFrom::Start(length - LIMIT))?;
        let aside = self.put_aside(&log);
        // Its end is worth keeping, but not the disk.
        if aside.is_ok() || length > 2 * LIMIT {
            log.set_len(0)?;
        }
        aside
    }

    fn put_aside(&self, log: &File) -> io::Result<()> {
        let path = self.path.with_extension("log.1");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut aside = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        let kept = self.owner.give_file(&aside).and_then(|()| io::copy(&mut log.take(LIMIT), &mut aside));
        if kept.is_err() {
            fs::remove_file(&path)?;
        }
        kept.map(drop)
    }
}
