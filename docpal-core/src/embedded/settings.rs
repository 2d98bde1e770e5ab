//! What a caller chooses about an embedded cluster.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::Halt;

/// How to run an embedded cluster.
///
/// # Example
///
/// ```
/// use docpal_core::embedded::{Durability, Settings};
///
/// let settings = Settings::durable("/srv/docpal").with_binaries("/usr/lib/postgresql/17/bin");
/// assert_eq!(settings.durability, Durability::Durable);
/// assert_eq!(Settings::fast("/tmp/scratch").durability, Durability::Fast);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The folder for everything that the cluster needs; made if it is missing. May be relative, long, and contain
    /// spaces or any other character.
    pub data_dir: PathBuf,
    /// Whether a commit survives a power failure.
    pub durability: Durability,
    /// The folder with `postgres` and `initdb`; `None` looks for them (`DOCPAL_PG_BIN` first, see
    /// [`Cluster::start`](super::Cluster::start)).
    pub binaries: Option<PathBuf>,
    /// What ends its start, and its end, early.
    pub halt: Halt,
}

/// Whether a commit survives a power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Durability {
    /// Every commit is on the disk before it is acknowledged: for data that matters.
    Durable,
    /// Nothing is forced to the disk, no autovacuum: for tests and throw-away data. Survives `kill -9` of the process that
    /// started it; of the server itself but for its last moments; not a crash of the machine.
    Fast,
}

impl Settings {
    /// A cluster for real data in `data_dir`.
    pub fn durable(data_dir: impl Into<PathBuf>) -> Self {
        Self::new(data_dir.into(), Durability::Durable)
    }

    /// A throw-away cluster in `data_dir`, several times faster to write to.
    pub fn fast(data_dir: impl Into<PathBuf>) -> Self {
        Self::new(data_dir.into(), Durability::Fast)
    }

    fn new(data_dir: PathBuf, durability: Durability) -> Self {
        Self { data_dir, durability, binaries: None, halt: Halt::default() }
    }

    /// Ends its start, and its end, early when `halt` is told; one for each cluster.
    #[must_use]
    pub fn with_halt(mut self, halt: &Halt) -> Self {
        self.halt = halt.clone();
        self
    }

    /// Uses the PostgreSQL programs in `folder` and looks nowhere else.
    #[must_use]
    pub fn with_binaries(mut self, folder: impl Into<PathBuf>) -> Self {
        self.binaries = Some(folder.into());
        self
    }
}

/// Where a cluster lives unless the user says otherwise: `$XDG_DATA_HOME/docpal`, which defaults to
/// `~/.local/share/docpal`. For root, whose own home is closed to the user that PostgreSQL runs as, it is
/// `/var/lib/docpal`, unless `HOME` or `XDG_DATA_HOME` names another folder than root's own.
///
/// Without a home folder it is `docpal-data` in the current folder.
///
/// # Example
///
/// ```
/// assert!(docpal_core::embedded::default_data_dir().ends_with("docpal") || std::env::var_os("HOME").is_none());
/// ```
pub fn default_data_dir() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        let chosen = user_dir("XDG_DATA_HOME", ".local/share");
        return chosen
            .filter(|folder| !folder.starts_with(home_of_root()))
            .unwrap_or_else(|| PathBuf::from("/var/lib/docpal"));
    }
    user_dir("XDG_DATA_HOME", ".local/share").unwrap_or_else(|| PathBuf::from("docpal-data"))
}

/// The home folder of root, as the system has it.
fn home_of_root() -> PathBuf {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of_root = passwd.lines().map(|line| line.split(':')).find_map(|mut fields| {
        let uid = fields.nth(2)?;
        let home = fields.nth(2)?;
        (uid == "0" && home.starts_with('/') && home != "/").then(|| PathBuf::from(home))
    });
    of_root.unwrap_or_else(|| PathBuf::from("/root"))
}

/// `$<variable>/docpal`, else `~/<fallback>/docpal`; relative values are ignored as the XDG specification demands.
pub(super) fn user_dir(variable: &str, fallback: &str) -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable)
        .or_else(|| absolute("HOME").map(|home| home.join(Path::new(fallback))))
        .map(|base| base.join("docpal"))
}
