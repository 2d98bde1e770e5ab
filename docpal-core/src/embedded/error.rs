//! What can go wrong with an embedded PostgreSQL.

use std::error::Error as StdError;
use std::io;
use std::path::Path;

type Source = Box<dyn StdError + Send + Sync + 'static>;

/// Why an embedded PostgreSQL could not be found, made, started, used or stopped.
///
/// The message is written for the person at the terminal: it says what was looked for, where, and what to do.
///
/// # Example
///
/// ```no_run
/// # async fn run() {
/// use docpal_core::embedded::{Cluster, Settings};
///
/// match Cluster::start(Settings::durable("/srv/docpal")).await {
///     Err(error) if error.is_not_installed() => eprintln!("{error}"),
///     Err(error) if error.is_locked() => eprintln!("already running: {error}"),
///     other => drop(other),
/// }
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EmbeddedError {
    kind: EmbeddedErrorKind,
    message: String,
    source: Option<Source>,
}

/// The kinds of [`EmbeddedError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EmbeddedErrorKind {
    /// No usable PostgreSQL programs were found.
    NotInstalled,
    /// Another process manages this data folder.
    Locked,
    /// A folder or program cannot be reached by the user that runs PostgreSQL.
    Permission,
    /// The data folder was made by another major version of PostgreSQL than the ones on this machine.
    Version,
    /// `initdb` failed, or the folder holds something that is not a PostgreSQL cluster.
    Init,
    /// The server did not come up.
    Start,
    /// The start was told to end: [`Halt`](super::Halt).
    Halted,
    /// The server did not stop.
    Stop,
    /// A database name is not made of 1 to 63 of `a-z`, `0-9` and `_`.
    Name,
    /// The running server refused a connection or a statement.
    Database,
    /// A download of the PostgreSQL programs failed.
    Download,
    /// The caller's function that fills a template database failed.
    Setup,
    /// Any other error of the file system or the operating system.
    Io,
}

impl EmbeddedError {
    pub(crate) fn new(kind: EmbeddedErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn with(
        kind: EmbeddedErrorKind,
        message: impl Into<String>,
        source: impl Into<Source>,
    ) -> Self {
        let source = source.into();
        Self { kind, message: format!("{}: {source}", message.into()), source: Some(source) }
    }

    pub(super) fn halted() -> Self {
        Self::new(EmbeddedErrorKind::Halted, "PostgreSQL was being started, and was told to end")
    }

    /// An error of the file system: `action` is a verb ("create", "read") and `path` its object.
    pub(crate) fn io(action: &str, path: &Path, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::PermissionDenied => EmbeddedErrorKind::Permission,
            _ => EmbeddedErrorKind::Io,
        };
        Self::with(kind, format!("cannot {action} {}", path.display()), source)
    }

    /// What went wrong, for a `match`.
    pub fn kind(&self) -> EmbeddedErrorKind {
        self.kind
    }

    /// True if the machine has no usable PostgreSQL programs; the message names the packages to install.
    pub fn is_not_installed(&self) -> bool {
        self.kind == EmbeddedErrorKind::NotInstalled
    }

    /// True if another process manages this data folder right now.
    pub fn is_locked(&self) -> bool {
        self.kind == EmbeddedErrorKind::Locked
    }

    /// True if the start ended because it was told to: [`Halt`](super::Halt).
    pub fn is_halted(&self) -> bool {
        self.kind == EmbeddedErrorKind::Halted
    }

    /// True if a folder or program cannot be reached by the user that runs PostgreSQL.
    pub fn is_permission(&self) -> bool {
        self.kind == EmbeddedErrorKind::Permission
    }

    /// True if the data was made by another major version of PostgreSQL.
    pub fn is_version_mismatch(&self) -> bool {
        self.kind == EmbeddedErrorKind::Version
    }
}

impl From<sqlx::Error> for EmbeddedError {
    fn from(source: sqlx::Error) -> Self {
        Self::with(EmbeddedErrorKind::Database, "the embedded PostgreSQL refused", source)
    }
}
