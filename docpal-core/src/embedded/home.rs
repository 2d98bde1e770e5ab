//! The folders of a cluster, its lock and its socket.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::owner::Owner;
use super::process::is_alive;
use super::{EmbeddedError, EmbeddedErrorKind};

/// The longest path of a Unix socket that every system takes (107 bytes on Linux, 103 on macOS).
const SOCKET_LIMIT: usize = 103;
const SOCKET: &str = ".s.PGSQL.5432";

/// The folders of one cluster.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    root: PathBuf,
    socket_dir: PathBuf,
    pub(crate) owner: Owner,
}

impl Home {
    /// Makes the folder under `data_dir` that holds all others; these are made by [`Home::make_folders`].
    pub(crate) fn prepare(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let absolute =
            std::path::absolute(data_dir).map_err(|source| EmbeddedError::io("resolve", data_dir, source))?;
        let owner = Owner::choose(&absolute, &absolute.join("postgres/data"))?;
        // Root's folders stay root's and can be passed through; what PostgreSQL writes to is its own.
        let mode = if owner.is_dropped() { 0o711 } else { 0o700 };
        if let Some(parent) = absolute.parent() {
            fs::create_dir_all(parent).map_err(|source| EmbeddedError::io("create", parent, source))?;
        }
        make_dir(&absolute, mode)?;
        let real =
            fs::canonicalize(&absolute).map_err(|source| EmbeddedError::io("resolve", &absolute, source))?;
        let root = real.join("postgres");
        make_dir(&root, mode)?;
        Ok(Self { socket_dir: socket_dir(&root.join("run"), owner), root, owner })
    }

    /// The folders under `data_dir` as they are; `None` if there is no cluster.
    pub(crate) fn existing(data_dir: &Path) -> Result<Option<Self>, EmbeddedError> {
        let real = match fs::canonicalize(data_dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(real) if !real.is_dir() => return Ok(None),
            found => found.map_err(|source| EmbeddedError::io("read", data_dir, source))?,
        };
        let root = real.join("postgres");
        let data = root.join("data");
        if !data.try_exists().map_err(|source| EmbeddedError::io("read", &data, source))? {
            return Ok(None);
        }
        let owner = Owner::choose(&real, &data)?;
        Ok(Some(Self { socket_dir: socket_dir(&root.join("run"), owner), root, owner }))
    }

    /// Makes the folders that the server writes to and does not make itself, with the right owner. One process at a
    /// time: the caller holds the lock.
    pub(crate) fn make_folders(&self) -> Result<(), EmbeddedError> {
        for name in ["run", "log"] {
            let folder = self.root.join(name);
            if make_dir(&folder, 0o700)? {
                self.owner.give(&folder)?;
            }
        }
        if !self.socket_dir.starts_with(&self.root) {
            own_dir(&self.socket_dir, self.owner.uid, 0o700)?;
        }
        self.owner.check_reach(&self.root.join("run"))
    }

    /// Removes what is outside of the data folder; what is in use stays.
    pub(crate) fn leave(&self) {
        if !self.socket_dir.starts_with(&self.root) {
            // Only when it is empty.
            let _ = fs::remove_dir(&self.socket_dir);
        }
    }

    /// The data folder of PostgreSQL (PGDATA); missing before the first start.
    pub(crate) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Where a new cluster is made before it is moved to [`Home::data`].
    pub(crate) fn unfinished_data(&self) -> PathBuf {
        self.root.join("data.new")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("log/postgres.log")
    }

    /// The folder of the socket.
    pub(crate) fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.socket_dir.join(SOCKET)
    }

    /// The folder that holds all the others.
    #[cfg(feature = "testing")]
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// True if the server with this process id takes connections: it writes its progress into the eighth line of
    /// `postmaster.pid`.
    pub(crate) fn is_ready(&self, pid: u32) -> bool {
        let Ok(bytes) = fs::read(self.data().join("postmaster.pid")) else { return false };
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        lines.next().and_then(|line| line.trim().parse().ok()) == Some(pid)
            && lines.nth(6).is_some_and(|status| status.trim() == "ready")
    }

    /// The major version of PostgreSQL that made the data, if there is any.
    pub(crate) fn version(&self) -> Result<Option<u32>, EmbeddedError> {
        let file = self.data().join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(EmbeddedError::io("read", &file, source)),
        }
    }

    /// The file that those lock, shared, who use the server of another manager.
    pub(crate) fn guests(&self) -> Result<File, EmbeddedError> {
        open_lock(&self.root.join("guests"))
    }

    /// The process that wrote its id into the lock, while it lives.
    pub(crate) fn manager(&self) -> Option<u32> {
        let id = fs::read_to_string(self.root.join("lock")).ok()?.trim().parse().ok()?;
        is_alive(id).then_some(id)
    }

    /// Becomes the one manager of this cluster until the returned file is closed; the kernel closes it even after
    /// `kill -9`.
    ///
    /// # Errors
    ///
    /// [`EmbeddedErrorKind::Locked`] if another process is.
    pub(crate) fn lock(&self) -> Result<File, EmbeddedError> {
        let path = self.root.join("lock");
        let mut file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => {
                // The id only serves the other's message; the file may be another user's.
                let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
                Ok(file)
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.rewind().and_then(|()| file.read_to_string(&mut holder));
                let message = format!(
                    "another DocPal process (process id {}) already uses the data folder {}; stop it or choose another \
                     folder",
                    Some(holder.trim()).filter(|id| !id.is_empty()).unwrap_or("unknown"),
                    self.root.parent().unwrap_or(&self.root).display()
                );
                Err(EmbeddedError::new(EmbeddedErrorKind::Locked, message))
            }
            Err(TryLockError::Error(source)) => Err(EmbeddedError::io("lock", &path, source)),
        }
    }
}

/// Opens (and makes, if need be) a file to lock; never through a symbolic link. Another user's is opened for reading.
pub(crate) fn open_lock(path: &Path) -> Result<File, EmbeddedError> {
    let flags = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o644).custom_flags(flags);
    options
        .open(path)
        .or_else(|_| OpenOptions::new().read(true).custom_flags(flags).open(path))
        .map_err(|source| EmbeddedError::io("open", path, source))
}

/// Makes a folder unless it is there; true if it was made.
pub(crate) fn make_dir(path: &Path, mode: u32) -> Result<bool, EmbeddedError> {
    match DirBuilder::new().mode(mode).create(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match fs::metadata(path) {
            Ok(found) if found.is_dir() => Ok(false),
            Ok(_) => Err(EmbeddedError::io("use", path, io::ErrorKind::NotADirectory.into())),
            Err(source) => Err(EmbeddedError::io("read", path, source)),
        },
        Err(source) => Err(EmbeddedError::io("create", path, source)),
    }
}

/// `run` itself, or a short folder in `/tmp` named by a hash of it if its name does not fit into a socket address.
fn socket_dir(run: &Path, owner: Owner) -> PathBuf {
    let bytes = run.as_os_str().as_bytes();
    let fits = bytes.len() + 1 + SOCKET.len() <= SOCKET_LIMIT;
    // postmaster.pid lists the folder on a line of its own.
    if fits && !bytes.iter().any(u8::is_ascii_control) {
        return run.to_owned();
    }
    let mut name = OsString::from("docpal-");
    name.push(format!("{}-{:016x}", owner.uid, fingerprint(bytes)));
    Path::new("/tmp").join(name)
}

/// Makes a folder in a place where others may write too, or takes the existing one if it is truly `uid`'s and open to
/// nobody whom `mode` keeps out.
pub(crate) fn own_dir(folder: &Path, uid: u32, mode: u32) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(mode).create(folder) {
        Ok(()) if uid == rustix::process::geteuid().as_raw() => {}
        Ok(()) => std::os::unix::fs::lchown(folder, Some(uid), None)
            .map_err(|source| EmbeddedError::io("change the owner of", folder, source))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(source) => return Err(EmbeddedError::io("create", folder, source)),
    }
    let found = fs::symlink_metadata(folder).map_err(|source| EmbeddedError::io("read", folder, source))?;
    if found.is_dir() && found.uid() == uid && found.mode() & 0o777 & !mode == 0 {
        return Ok(());
    }
    let message = format!(
        "{} is not a folder of user {uid} with mode {mode:o} or stricter, so somebody else may have made it; remove it",
        folder.display(),
    );
    Err(EmbeddedError::new(EmbeddedErrorKind::Permission, message))
}

/// A hash that stays the same across runs and compilers (FNV-1a, 64 bits); for names, not for secrets.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
