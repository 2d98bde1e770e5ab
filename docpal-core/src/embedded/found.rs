//! What is in a data folder, found without changing anything; and the way to a server that another process runs there.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sqlx::postgres::PgConnectOptions;

use super::EmbeddedError;
use super::binaries::Binaries;
use super::cluster::{self, run_blocking};
use super::guests;
use super::home::Home;
use super::postmaster::State;
use crate::sql::admin::ownership::OWNER;

/// A cluster in a data folder, as it was found.
///
/// # Example
///
/// ```
/// use docpal_core::embedded::Found;
///
/// # fn run() -> Result<(), docpal_core::embedded::EmbeddedError> {
/// assert!(Found::look("/nowhere/at/all".as_ref())?.is_none());
/// # Ok(())
/// # }
/// # run().unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Found {
    home: Home,
    version: u32,
}

impl Found {
    /// Looks for a cluster in `data_dir`, the folder of [`Settings`](super::Settings). Makes and changes nothing.
    ///
    /// # Errors
    ///
    /// [`EmbeddedErrorKind::Permission`](super::EmbeddedErrorKind::Permission) when the folder may not be read.
    pub fn look(data_dir: &Path) -> Result<Option<Self>, EmbeddedError> {
        let Some(home) = Home::existing(data_dir)? else { return Ok(None) };
        Ok(home.version()?.map(|version| Self { home, version }))
    }

    /// The folder of the cluster itself.
    pub fn data_folder(&self) -> PathBuf {
        self.home.data()
    }

    /// The file that its server writes its messages to.
    pub fn log_file(&self) -> PathBuf {
        self.home.log()
    }

    /// The major version of PostgreSQL that made it.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Where the program `name` of its PostgreSQL is, such as `psql`.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let binaries = Binaries::on_machine(None, self.home.owner, Some(self.version)).ok()?;
        Some(binaries.folder().join(name)).filter(|program| program.is_file())
    }

    /// When it was made.
    pub fn made(&self) -> Option<SystemTime> {
        fs::metadata(self.home.data().join("PG_VERSION")).and_then(|found| found.modified()).ok()
    }

    /// How many bytes it takes on the disk; what cannot be read is left out.
    pub fn size(&self) -> u64 {
        size_of(&self.home.data())
    }

    /// As [`Cluster::url`](super::Cluster::url), while its server runs.
    pub fn url(&self, database: &str) -> Option<String> {
        self.server().map(|_| cluster::url(&self.home, database))
    }

    /// The process id of its server, while one runs and takes connections.
    pub fn server(&self) -> Option<u32> {
        match State::of(&self.home) {
            State::Running(pid) if self.home.is_ready(pid) => Some(pid),
            _ => None,
        }
    }

    /// The process that manages it at the moment, as far as it can be told.
    pub fn manager(&self) -> Option<u32> {
        self.home.manager()
    }

    /// The processes that use its server beside the one that runs it ([`Found::join`]), where the system tells.
    pub fn guests(&self) -> Vec<u32> {
        self.home.guests().map_or_else(|_| Vec::new(), |file| guests::of(&file))
    }

    /// The way to its server, when another process runs one. That process may stop it at any time; a manager that is
    /// here for one command only, and ends with [`Cluster::stop_when_alone`](super::Cluster::stop_when_alone), waits until
    /// the value is dropped.
    ///
    /// # Errors
    ///
    /// Those of opening a file.
    pub async fn join(&self) -> Result<Option<Joined>, EmbeddedError> {
        let found = self.clone();
        run_blocking(move || {
            if found.server().is_none() {
                return Ok(None);
            }
            let guest = found.home.guests()?;
            guest.lock_shared().map_err(|source| EmbeddedError::io("lock", &found.home.data(), source))?;
            // A manager that waited for others has stopped the server meanwhile.
            Ok(found.server().map(|_| Joined { found, _guest: guest }))
        })
        .await
    }
}

/// A server that another process runs.
#[derive(Debug)]
pub struct Joined {
    found: Found,
    /// Locked, shared, while the value lives.
    _guest: File,
}

impl Joined {
    /// As [`Cluster::connect_options`](super::Cluster::connect_options).
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        cluster::options(&self.found.home, database).username(OWNER)
    }

    /// As [`Cluster::url`](super::Cluster::url).
    pub fn url(&self, database: &str) -> String {
        cluster::url(&self.found.home, database)
    }

    /// As [`Cluster::ensure_database`](super::Cluster::ensure_database).
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::ensure_database`](super::Cluster::ensure_database).
    pub async fn ensure_database(&self, name: &str) -> Result<bool, EmbeddedError> {
        cluster::ensure_database(&self.found.home, name).await
    }

    /// What was found of its cluster.
    pub fn found(&self) -> &Found {
        &self.found
    }
}

/// The bytes that the files in a folder take on the disk.
fn size_of(folder: &Path) -> u64 {
    let mut left = vec![folder.to_owned()];
    let mut size = 0_u64;
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => left.push(entry.path()),
                Ok(found) => size = size.saturating_add(found.blocks().saturating_mul(512)),
                Err(_) => {}
            }
        }
    }
    size
}
