//! The handle that a program keeps while its embedded PostgreSQL runs.

use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::binaries::Binaries;
use super::home::Home;
use super::postmaster::{Postmaster, Supervision};
use super::{Durability, EmbeddedError, EmbeddedErrorKind, Halt, ROLE, Settings, initdb};
use crate::sql::admin::ownership::{self, OWNER};
use crate::sql::admin::{self, DatabaseName};

/// A private PostgreSQL server; it stops when this value is dropped, or with the process in any other way.
///
/// # Example
///
/// ```no_run
/// # async fn run() -> Result<(), docpal_core::embedded::EmbeddedError> {
/// use docpal_core::embedded::{Cluster, Settings, default_data_dir};
///
/// let cluster = Cluster::start(Settings::durable(default_data_dir())).await?;
/// cluster.ensure_database("docpal").await?;
/// println!("{}", cluster.url("docpal"));
/// cluster.stop().await
/// # }
/// ```
#[derive(Debug)]
pub struct Cluster {
    postmaster: Mutex<Postmaster>,
    home: Home,
    binaries: Binaries,
    durability: Durability,
    pub(super) halt: Halt,
    _lock: File,
}

impl Cluster {
    /// Finds the programs, makes the cluster if there is none, and starts it.
    ///
    /// The programs are looked for in `settings.binaries`; else in `DOCPAL_PG_BIN`; else where packages put them
    /// (Debian, Fedora, Alpine, Homebrew, Postgres.app) and on `PATH`, the highest version first. A folder that has
    /// data already needs the major version that made it. With the feature `download` a missing installation is
    /// fetched once into the user's cache.
    ///
    /// # Errors
    ///
    /// - [`EmbeddedErrorKind::NotInstalled`]: there are no programs; the message names the packages to install.
    /// - [`EmbeddedErrorKind::Version`]: the data needs another major version.
    /// - [`EmbeddedErrorKind::Locked`]: another process manages this folder.
    /// - [`EmbeddedErrorKind::Permission`], [`EmbeddedErrorKind::Io`]: a folder cannot be made, entered or read.
    /// - [`EmbeddedErrorKind::Init`], [`EmbeddedErrorKind::Start`]: PostgreSQL refused; the message has its words.
    /// - [`EmbeddedErrorKind::Halted`]: `settings.halt` was told.
    pub async fn start(settings: Settings) -> Result<Self, EmbeddedError> {
        run_blocking(move || Self::start_blocking(&settings)).await
    }

    /// [`Cluster::start`] for a program without an async runtime.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::start`].
    pub fn start_blocking(settings: &Settings) -> Result<Self, EmbeddedError> {
        let home = Home::prepare(&settings.data_dir)?;
        let lock = home.lock()?;
        let started = Self::start_in(&home, settings, lock);
        if started.is_err() {
            home.leave();
        }
        started
    }

    fn start_in(home: &Home, settings: &Settings, lock: File) -> Result<Self, EmbeddedError> {
        home.make_folders()?;
        let binaries = Binaries::find(settings.binaries.as_deref(), home.owner, home.version()?)?;
        let (durability, halt) = (settings.durability, settings.halt.of_one());
        initdb::ensure_data(home, &binaries, durability, &halt)?;
        let postmaster = Postmaster::start(home, &binaries, durability, Supervision::Parent, &halt)?;
        let postmaster = Mutex::new(postmaster);
        Ok(Self { postmaster, home: home.clone(), binaries, durability, halt, _lock: lock })
    }

    /// Starts the server again after its end, on the data that is there.
    pub(super) fn restart(&self) -> Result<(), EmbeddedError> {
        self.postmaster().stop()?;
        self.home.make_folders()?;
        let (durability, halt) = (self.durability, &self.halt);
        let server = Postmaster::start(&self.home, &self.binaries, durability, Supervision::Parent, halt)?;
        *self.postmaster() = server;
        Ok(())
    }

    fn postmaster(&self) -> MutexGuard<'_, Postmaster> {
        self.postmaster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does the server run, on data that is there, behind a socket that is there?
    pub(super) fn is_whole(&self) -> bool {
        self.is_running() && self.has_data() && self.home.socket().exists()
    }

    /// False only if it is sure that there is no cluster in the folder.
    pub(super) fn has_data(&self) -> bool {
        self.home.data().join("PG_VERSION").try_exists().unwrap_or(true)
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.home.socket()
    }

    /// The folder of the cluster itself.
    pub(super) fn data_folder(&self) -> PathBuf {
        self.home.data()
    }

    /// How to connect to a database that [`Cluster::ensure_database`] has seen: through the Unix socket, as the role that
    /// owns the database and may do nothing beyond it.
    ///
    /// Ready for a pool: `PgPool::connect_with(cluster.connect_options("docpal"))`.
    pub fn connect_options(&self, database: &str) -> PgConnectOptions {
        options(&self.home, database).username(OWNER)
    }

    /// How to connect to any database as the superuser of the cluster, for what only that may do.
    pub fn superuser_options(&self, database: &str) -> PgConnectOptions {
        options(&self.home, database)
    }

    /// As [`Cluster::connect_options`], as a URL, for other programs of this user:
    /// `postgres://docpal_owner@localhost/docpal?host=%2Fsocket%2Ffolder`.
    pub fn url(&self, database: &str) -> String {
        url(&self.home, database)
    }

    /// Makes the database unless it is there; true if it was made. It and all that is in it belong to the role of
    /// [`Cluster::connect_options`] afterwards, also when an older version made it as the superuser.
    ///
    /// # Errors
    ///
    /// [`EmbeddedErrorKind::Name`] unless `name` is 1 to 63 of `a-z`, `0-9` and `_`; [`EmbeddedErrorKind::Database`]
    /// if the server refuses.
    pub async fn ensure_database(&self, name: &str) -> Result<bool, EmbeddedError> {
        ensure_database(&self.home, name).await
    }

    /// True while the server runs. It ends early only if somebody kills it or its disk is full; its data stays good.
    /// [`Cluster::guarded`] brings it back, and so does a new [`Cluster::start`] after this value is dropped.
    pub fn is_running(&self) -> bool {
        self.postmaster().is_running()
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.postmaster().pid()
    }

    /// The major version of the server, e.g. 17.
    pub fn version(&self) -> u32 {
        self.binaries.version
    }

    /// The folder of the socket.
    pub fn socket_dir(&self) -> &Path {
        self.home.socket_dir()
    }

    /// The file that the server writes its messages to.
    pub fn log_file(&self) -> PathBuf {
        self.home.log()
    }

    /// Stops the server: open transactions are rolled back, all data is on the disk when this returns.
    ///
    /// Dropping the value does the same, but blocks the thread for it (some 50 ms) and swallows the error.
    ///
    /// # Errors
    ///
    /// [`EmbeddedErrorKind::Stop`] if the server does not end within a minute, even when killed.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        run_blocking(move || self.stop_blocking()).await
    }

    /// [`Cluster::stop`], when nobody who found the server ([`Found::join`](super::Found::join)) uses it any more. For a
    /// program that runs it for a moment only.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::stop`].
    pub async fn stop_when_alone(self) -> Result<(), EmbeddedError> {
        run_blocking(move || self.stop_alone()).await
    }

    /// Keeps guests away; `None` while some are there.
    pub(super) fn without_guests(&self) -> Result<Option<File>, EmbeddedError> {
        let file = self.home.guests()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(EmbeddedError::io("lock", &self.home.data(), source)),
        }
    }

    pub(super) fn stop_alone(&self) -> Result<(), EmbeddedError> {
        let guests = self.home.guests()?;
        guests.lock().map_err(|source| EmbeddedError::io("lock", &self.home.data(), source))?;
        self.stop_blocking()
    }

    pub(super) fn stop_blocking(&self) -> Result<(), EmbeddedError> {
        self.postmaster().stop()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Before the folder is free for another manager.
        let _ = self.stop_blocking();
        self.home.leave();
    }
}

pub(crate) fn options(home: &Home, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(home.socket_dir())
        .port(5432)
        .username(ROLE)
        .password("")
        .database(database)
        .ssl_mode(sqlx::postgres::PgSslMode::Disable)
}

pub(super) fn url(home: &Home, database: &str) -> String {
    let database = percent_encoded(database.as_bytes());
    let folder = percent_encoded(home.socket_dir().as_os_str().as_bytes());
    format!("postgres://{OWNER}@localhost/{database}?host={folder}")
}

pub(super) async fn ensure_database(home: &Home, name: &str) -> Result<bool, EmbeddedError> {
    let name = DatabaseName::new(name).ok_or_else(|| {
        let message = format!("{name:?} is not a database name: 1 to 63 of a-z, 0-9 and _");
        EmbeddedError::new(EmbeddedErrorKind::Name, message)
    })?;
    let mut connection = options(home, "postgres").connect().await?;
    admin::take_turns(&mut connection).await?;
    ownership::ensure_role(&mut connection).await?;
    let made = admin::ensure_database(&mut connection, &name).await?;
    ownership::give_database(&mut connection, &name).await?;
    if !made {
        let mut inside = options(home, name.as_str()).connect().await?;
        ownership::give_contents(&mut inside).await?;
        inside.close().await?;
    }
    // The turn ends with the connection.
    connection.close().await?;
    Ok(made)
}

pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EmbeddedError> + Send + 'static,
) -> Result<T, EmbeddedError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(EmbeddedError::with(EmbeddedErrorKind::Io, "the task that manages PostgreSQL ended early", error))
    })
}

/// Everything but letters, digits, `-`, `.` and `_` as `%XX`.
fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
