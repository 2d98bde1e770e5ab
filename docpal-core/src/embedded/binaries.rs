//! Where the PostgreSQL programs are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::owner::Owner;
use super::{EmbeddedError, EmbeddedErrorKind};

/// Names a folder with the programs and wins over every other place but the caller's own choice.
const VARIABLE: &str = "DOCPAL_PG_BIN";
/// The oldest major version that DocPal runs on.
const OLDEST: u32 = 14;

/// Folders that packages use: (folder, start of a name in it, what follows). The rest of the name is the version.
const PLACES: [(&str, &str, &str); 7] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries {
    folder: PathBuf,
    /// The major version.
    pub(crate) version: u32,
}

impl Binaries {
    /// Finds programs that `owner` can run; if there is data already, those of the major version that made it. Fetches
    /// them, if it may, when there are none.
    ///
    /// # Errors
    ///
    /// [`EmbeddedErrorKind::NotInstalled`] and [`EmbeddedErrorKind::Version`], with every place that was looked at.
    pub(crate) fn find(
        chosen: Option<&Path>,
        owner: Owner,
        data: Option<u32>,
    ) -> Result<Self, EmbeddedError> {
        let missing = match Self::on_machine(chosen, owner, data) {
            Ok(found) => return Ok(found),
            Err(missing) => missing,
        };
        #[cfg(feature = "download")]
        let missing = if missing.only {
            missing
        } else {
            match super::download::fetch(owner, data) {
                Ok(folder) => {
                    return Self::read(&folder, owner).map_err(|reason| not_installed(&[reason], false));
                }
                Err(error) => missing.with(error.to_string()),
            }
        };
        Err(missing.error(data))
    }

    /// As [`Binaries::find`], among those on this machine.
    pub(super) fn on_machine(
        chosen: Option<&Path>,
        owner: Owner,
        data: Option<u32>,
    ) -> Result<Self, Missing> {
        let fixed = chosen.map(Path::to_owned).or_else(|| env::var_os(VARIABLE).map(PathBuf::from));
        let only = fixed.is_some();
        let folders = fixed.map_or_else(installed_folders, |folder| vec![folder]);
        let (found, refused) = usable(&folders, owner);
        match found.iter().find(|found| data.is_none_or(|version| version == found.version)) {
            Some(fit) => Ok(fit.clone()),
            None => Err(Missing { only, found, refused }),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Looks at one folder; the error is a reason in words.
    fn read(folder: &Path, owner: Owner) -> Result<Self, String> {
        let folder = fs::canonicalize(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let postgres = folder.join("postgres");
        for program in [&postgres, &folder.join("initdb")] {
            if !program.is_file() {
                return Err(format!("{}: no such program", program.display()));
            }
        }
        let output =
            owner.command(&postgres).arg("--version").output().map_err(|error| {
                format!("{} does not run as user {}: {error}", postgres.display(), owner.uid)
            })?;
        let said = String::from_utf8_lossy(&output.stdout);
        match major(&said) {
            Some(version) if version >= OLDEST => Ok(Self { folder, version }),
            Some(version) => Err(format!("{}: version {version} is too old", postgres.display())),
            None => Err(format!(
                "{} --version: {} {}",
                postgres.display(),
                output.status,
                String::from_utf8_lossy(&output.stderr).trim()
            )),
        }
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }
}

/// What was found where no programs fit.
#[derive(Debug)]
pub(super) struct Missing {
    /// There was one folder to look at.
    only: bool,
    found: Vec<Binaries>,
    refused: Vec<String>,
}

impl Missing {
    #[cfg(feature = "download")]
    fn with(mut self, reason: String) -> Self {
        self.refused.push(reason);
        self
    }

    fn error(&self, data: Option<u32>) -> EmbeddedError {
        match data {
            Some(version) if !self.found.is_empty() => wrong_version(version, &self.found, &self.refused),
            _ => not_installed(&self.refused, self.only),
        }
    }
}

/// The folder and the major version of the PostgreSQL programs that a new cluster in `data_dir` would take. Makes and
/// fetches nothing.
///
/// # Errors
///
/// [`EmbeddedErrorKind::NotInstalled`], with every place that was looked at.
///
/// # Example
///
/// ```
/// if let Ok((folder, version)) = docpal_core::embedded::installed("/srv/docpal".as_ref()) {
///     println!("PostgreSQL {version} in {}", folder.display());
/// }
/// ```
pub fn installed(data_dir: &Path) -> Result<(PathBuf, u32), EmbeddedError> {
    let owner = Owner::choose(data_dir, &data_dir.join("postgres/data"))?;
    let found = Binaries::on_machine(None, owner, None).map_err(|missing| missing.error(None))?;
    Ok((found.folder, found.version))
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0)` or `postgres (PostgreSQL) 18beta1`.
fn major(said: &str) -> Option<u32> {
    let (_, rest) = said.split_once("(PostgreSQL) ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn usable(folders: &[PathBuf], owner: Owner) -> (Vec<Binaries>, Vec<String>) {
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for folder in folders {
        match Binaries::read(folder, owner) {
            Ok(binaries) => found.push(binaries),
            Err(reason) => refused.push(reason),
        }
    }
    (found, refused)
}

/// Every folder on this machine that may hold the programs, best first.
fn installed_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (base, prefix, suffix) in PLACES {
        folders.extend(versions(Path::new(base), prefix, suffix));
    }
    for folder in env::split_paths(&env::var_os("PATH").unwrap_or_default()) {
        // Distributions link single programs into the path; their siblings are beside the real one.
        let real =
            fs::canonicalize(folder.join("postgres")).or_else(|_| fs::canonicalize(folder.join("initdb")));
        if let Some(parent) = real.ok().as_deref().and_then(Path::parent) {
            folders.push(parent.to_owned());
        }
    }
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
        let new = !seen.contains(&real);
        seen.push(real);
        new
    });
    folders
}

/// `<base>/<prefix><version>/<suffix>` for every version there is, the highest first.
fn versions(base: &Path, prefix: &str, suffix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(base)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?;
            // Postgres.app has folders such as `9.6`; `latest` is a link to one of the others.
            let version = version.split('.').next()?.parse().ok()?;
            Some((version, entry.path().join(suffix)))
        })
        .filter(|(_, folder)| folder.is_dir())
        .collect();
    found.sort_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn not_installed(refused: &[String], only: bool) -> EmbeddedError {
    let mut message = String::from(if only {
        "no usable PostgreSQL programs in the folder that was given"
    } else {
        "no PostgreSQL 14 or newer on this machine"
    });
    message.push_str(
        ". Install one: `apt install postgresql` (Debian, Ubuntu), `dnf install postgresql-server` (Fedora, RHEL), \
         `apk add postgresql` (Alpine), `brew install postgresql@17` (macOS); or set DOCPAL_PG_BIN to a folder with \
         `postgres` and `initdb`; or use a running server with DATABASE_URL.",
    );
    if !only {
        let places: Vec<String> =
            PLACES.iter().map(|(base, prefix, suffix)| format!("{base}/{prefix}*/{suffix}")).collect();
        message.push_str(&format!(" Looked in {} and PATH.", places.join(", ")));
    }
    if !refused.is_empty() {
        message.push_str(&format!(" Refused: {}.", refused.join("; ")));
    }
    EmbeddedError::new(EmbeddedErrorKind::NotInstalled, message)
}

fn wrong_version(data: u32, found: &[Binaries], refused: &[String]) -> EmbeddedError {
    let found: Vec<String> =
        found.iter().map(|found| format!("{} in {}", found.version, found.folder.display())).collect();
    let refused =
        if refused.is_empty() { String::new() } else { format!(". Refused: {}", refused.join("; ")) };
    let message = format!(
        "the data was made by PostgreSQL {data}, and this machine has only {}; install version {data} beside it (e.g. \
         `apt install postgresql-{data}`, `brew install postgresql@{data}`), or move the data with pg_upgrade{refused}",
        found.join(", ")
    );
    EmbeddedError::new(EmbeddedErrorKind::Version, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_every_style_of_version_text() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn the_highest_version_comes_first_and_other_names_are_passed_over() {
        let base = env::temp_dir().join(format!("docpal-versions-{}", std::process::id()));
        for name in ["9.6/bin", "14/bin", "101/bin", "16", "latest/bin"] {
            fs::create_dir_all(base.join(name)).unwrap();
        }
        let found = versions(&base, "", "bin");
        fs::remove_dir_all(&base).unwrap();
        assert_eq!(found, [base.join("101/bin"), base.join("14/bin"), base.join("9.6/bin")]);
    }

    #[test]
    fn the_message_names_packages_places_and_what_was_refused() {
        let text = not_installed(&["/x/postgres: version 9 is too old".to_owned()], false).to_string();
        for part in [
            "apt install postgresql",
            "brew install",
            "DOCPAL_PG_BIN",
            "/usr/lib/postgresql/*/bin",
            "too old",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
