//! Unpacks an archive of PostgreSQL: bytes in, a folder that every user can read out.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tar::Archive;

use super::{is_installed, release};
use crate::embedded::{EmbeddedError, EmbeddedErrorKind};

/// Unpacks `bytes`, an archive from `url`, in the new folder `scratch`, and says where the programs are: the archive holds
/// one folder with all of them.
///
/// # Errors
///
/// [`EmbeddedErrorKind::Download`] if it cannot be unpacked or holds no `bin/postgres`; errors of the file system.
pub(super) fn unpack(url: &str, bytes: &[u8], scratch: &Path) -> Result<PathBuf, EmbeddedError> {
    make_dirs(scratch).map_err(|source| EmbeddedError::io("create", scratch, source))?;
    Archive::new(GzDecoder::new(bytes)).unpack(scratch).map_err(|source| {
        let message = format!("cannot unpack PostgreSQL from {url} into {}", scratch.display());
        EmbeddedError::with(EmbeddedErrorKind::Download, message, source)
    })?;
    let read = |source| EmbeddedError::io("read", scratch, source);
    for entry in fs::read_dir(scratch).map_err(read)? {
        let programs = entry.map_err(read)?.path();
        if is_installed(&programs) {
            open_to_all(&programs)
                .map_err(|source| EmbeddedError::io("open to all users", &programs, source))?;
            return Ok(programs);
        }
    }
    Err(release::cannot(url, "there is no bin/postgres in the archive"))
}

/// Lets every user read all below `path`, whatever the umask and the archive say; never through a symbolic link.
fn open_to_all(path: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    if found.is_symlink() {
        return Ok(());
    }
    let runs = found.is_dir() || found.permissions().mode() & 0o100 != 0;
    fs::set_permissions(path, Permissions::from_mode(if runs { 0o755 } else { 0o644 }))?;
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            open_to_all(&entry?.path())?;
        }
    }
    Ok(())
}

/// Makes `folder` and those above it, open to all whatever the umask is.
pub(super) fn make_dirs(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_dirs(parent)?;
    }
    match fs::create_dir(folder) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o755)),
    }
}
