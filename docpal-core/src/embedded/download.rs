//! Fetches the PostgreSQL programs when the machine has none.
//!
//! One pinned version, from the releases of theseus-rs/postgresql-binaries; a file whose published SHA-256 is wrong or
//! missing is refused before it is unpacked.

mod archive;
mod release;

use std::fs;
use std::path::{Path, PathBuf};

use self::release::Patience;
use super::home::open_lock;
use super::owner::Owner;
use super::settings::user_dir;
use super::{EmbeddedError, EmbeddedErrorKind};

/// The release; its first two numbers are the version of PostgreSQL, the third counts builds of it.
const VERSION: &str = "17.9.0";
const MAJOR: u32 = 17;

/// The folder with the pinned programs, fetched unless it is there already.
///
/// Blocks the thread, for minutes on a slow network; and needs no async runtime.
///
/// # Errors
///
/// [`EmbeddedErrorKind::Download`] if there is no build for this system or for the major version of the data, if the
/// network does not answer, or if the checksum is wrong or missing; errors of the file system.
pub(super) fn fetch(owner: Owner, data: Option<u32>) -> Result<PathBuf, EmbeddedError> {
    if let Some(version) = data.filter(|version| *version != MAJOR) {
        return Err(failed(format!(
            "the build to download is PostgreSQL {MAJOR}, but the data needs {version}"
        )));
    }
    let target = release::target().unwrap_or("unknown");
    let folder = cache_dir(owner)?.join(format!("postgresql-{VERSION}-{target}"));
    install(release::URL, &folder, Patience::default())?;
    Ok(folder.join("bin"))
}

/// A folder that the user who runs PostgreSQL can read: as root not root's home.
fn cache_dir(owner: Owner) -> Result<PathBuf, EmbeddedError> {
    if owner.is_dropped() {
        return Ok(PathBuf::from("/var/cache/docpal"));
    }
    user_dir("XDG_CACHE_HOME", ".cache")
        .ok_or_else(|| failed("there is no home folder to keep a download in"))
}

/// Makes `folder` from the release at `url`, whole or not at all.
fn install(url: &str, folder: &Path, patience: Patience) -> Result<(), EmbeddedError> {
    if is_installed(folder) {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(folder);
    archive::make_dirs(parent).map_err(|source| EmbeddedError::io("create", parent, source))?;
    // One process fetches; the others wait here and then find it done. The kernel frees the lock of a dead one.
    let path = with_suffix(folder, ".lock");
    let lock = open_lock(&path)?;
    lock.lock().map_err(|source| EmbeddedError::io("lock", &path, source))?;
    if is_installed(folder) {
        return Ok(());
    }
    let unfinished = with_suffix(folder, ".new");
    clear(&unfinished)?;
    let bytes = release::download(url, patience);
    let result = bytes.and_then(|bytes| archive::unpack(url, &bytes, &unfinished)).and_then(|programs| {
        // What stands there has no programs: somebody took them out.
        clear(folder)?;
        fs::rename(&programs, folder)
            .map_err(|source| EmbeddedError::io("move PostgreSQL to", folder, source))
    });
    let _ = fs::remove_dir_all(&unfinished);
    result
}

fn is_installed(folder: &Path) -> bool {
    folder.join("bin/postgres").is_file()
}

/// `folder` with more at the end of its name (`with_extension` would take the last part of the version away).
fn with_suffix(folder: &Path, suffix: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn clear(folder: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EmbeddedError::io("remove", folder, error))
        }
        _ => Ok(()),
    }
}

fn failed(message: impl Into<String>) -> EmbeddedError {
    EmbeddedError::new(EmbeddedErrorKind::Download, message)
}

#[cfg(test)]
mod tests;
