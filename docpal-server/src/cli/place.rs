//! Where the data of a command is: one rule for all.
//!
//! 1. A PostgreSQL that is given: `--database-url`, then `DOCPAL_DATABASE_URL`, `DATABASE_URL`, `docpal.toml`.
//! 2. Else the private one in the data folder: `--data-dir`, then `DOCPAL_DATA_DIR`, `docpal.toml`, the default.
//!    Where another process runs it, a command uses that one.
//! 3. `demo` has a folder of its own in the data folder, and takes from 1 only the flag. `--demo` chooses it for any
//!    command; and while the demo runs and there is no other data, commands beside it use it.

use std::path::{Path, PathBuf};

use docpal_core::embedded::{Found, default_data_dir};

use super::config::File;
use super::database::about;

/// Where the data is.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Place {
    /// The folder of the private PostgreSQL and of local state
    #[arg(long, global = true, value_name = "DIR", env = "DOCPAL_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// An existing PostgreSQL (14 or newer) to use instead [env: DOCPAL_DATABASE_URL, then DATABASE_URL; `demo` looks at
    /// neither]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Use the data of the demo, which is apart from all other
    #[arg(long, global = true)]
    demo: bool,
    /// The settings file; docpal.toml in the current folder is read if it is there
    #[arg(long, global = true, value_name = "FILE", env = "DOCPAL_CONFIG")]
    config: Option<PathBuf>,
}

impl Place {
    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    #[cfg(test)]
    pub(super) fn of_url(url: &str) -> Self {
        Self { database_url: Some(url.to_owned()), ..Self::default() }
    }
}

/// What a command is, to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// It serves.
    Serve,
    /// It serves the demo.
    Demo,
    /// It comes beside a server, and goes.
    Beside,
}

/// A PostgreSQL that is given, and by what.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) url: String,
    pub(crate) from: &'static str,
}

impl Given {
    pub(super) fn of_environment() -> Option<Self> {
        ["DOCPAL_DATABASE_URL", "DATABASE_URL"].into_iter().find_map(|from| {
            let url = std::env::var(from).ok().filter(|url| !url.is_empty())?;
            Some(Self { url, from })
        })
    }
}

/// Where the data of a command is.
#[derive(Clone, Debug)]
pub(crate) struct Whereabouts {
    /// The PostgreSQL that was given; else the private one in `data_dir`.
    pub(crate) given: Option<Given>,
    pub(crate) data_dir: PathBuf,
    /// What else there is, for who looked for it in the wrong place.
    pub(crate) note: Option<String>,
}

impl Whereabouts {
    pub(super) fn choose(place: &Place, file: &File, command: Command, environment: Option<Given>) -> Self {
        let folder =
            place.data_dir.clone().or_else(|| file.data_dir.clone()).unwrap_or_else(default_data_dir);
        let flag = place.database_url.clone().map(|url| Given { url, from: "--database-url" });
        let demo = folder.join("demo");
        if command == Command::Demo || place.demo {
            return Self { given: flag, data_dir: demo, note: None };
        }
        let of_file = || file.database_url.clone().map(|url| Given { url, from: "docpal.toml" });
        let given = flag.or(environment).or_else(of_file);
        let demo_runs = command == Command::Beside && runs(&demo);
        if demo_runs && given.is_none() && !has_data(&folder) {
            let note = "this is the demo, which runs, as there is no other data yet".to_owned();
            return Self { given, data_dir: demo, note: Some(note) };
        }
        let note = demo_runs.then(|| "a demo runs, too; --demo uses its data".to_owned());
        Self { given, data_dir: folder, note }
    }

    /// What it is, for people; without a password.
    pub(crate) fn about(&self) -> String {
        match &self.given {
            Some(given) => format!("{} (from {})", about(&given.url), given.from),
            None => format!("embedded PostgreSQL in {}", self.data_dir.display()),
        }
    }
}

/// A folder that cannot be read is told when it is used.
fn found(folder: &Path) -> Option<Found> {
    Found::look(folder).ok().flatten()
}

fn has_data(folder: &Path) -> bool {
    found(folder).is_some()
}

fn runs(folder: &Path) -> bool {
    found(folder).is_some_and(|found| found.server().is_some())
}
