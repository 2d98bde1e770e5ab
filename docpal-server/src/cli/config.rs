//! Settings: flags, then the environment, then `docpal.toml`; unknown keys in the file are refused.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::address::Address;
use super::place::{Command, Given, Place, Whereabouts};
use super::problem::Problem;

const FILE: &str = "docpal.toml";

/// Where to serve.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Listen {
    /// The address and port to serve on, or a port alone; 127.0.0.1:8080 by default, port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", env = "DOCPAL_LISTEN")]
    listen: Option<Address>,
}

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    listen: Option<Address>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) database_url: Option<String>,
    body_limit_mib: Option<u32>,
    request_timeout_seconds: Option<u32>,
    pool_size: Option<u32>,
    connections: Option<u32>,
    connections_per_address: Option<u32>,
    metrics: Option<bool>,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) place: Whereabouts,
    pub(crate) body_limit: usize,
    pub(crate) timeout: Duration,
    pub(crate) pool_size: u32,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    pub(crate) metrics: bool,
}

impl Config {
    pub(crate) fn read(place: &Place, listen: Option<Listen>, command: Command) -> Result<Self, Problem> {
        let file = match place.config() {
            Some(path) => File::read(path)?,
            None if Path::new(FILE).exists() => File::read(Path::new(FILE))?,
            None => File::default(),
        };
        Ok(Self::merge(place, listen, file, command, Given::of_environment()))
    }

    fn merge(
        place: &Place,
        listen: Option<Listen>,
        file: File,
        command: Command,
        environment: Option<Given>,
    ) -> Self {
        Self {
            place: Whereabouts::choose(place, &file, command, environment),
            listen: listen.and_then(|listen| listen.listen).or(file.listen).unwrap_or_default().0,
            body_limit: usize::try_from(file.body_limit_mib.unwrap_or(64)).unwrap_or(64) << 20,
            timeout: Duration::from_secs(u64::from(file.request_timeout_seconds.unwrap_or(60).max(1))),
            pool_size: file.pool_size.unwrap_or(10).clamp(2, 1_000),
            connections: count(file.connections, 1_024),
            connections_per_address: count(file.connections_per_address, 256),
            metrics: file.metrics.unwrap_or(true),
        }
    }
}

fn count(given: Option<u32>, default: usize) -> usize {
    given.and_then(|count| usize::try_from(count).ok()).unwrap_or(default).max(1)
}

impl File {
    fn read(path: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problem::new(format!("cannot read {}: {error}", path.display())))?;
        Self::parse(&text)
            .map_err(|error| Problem::new(format!("{}{}", path.display(), words(&text, &error))))
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// Where an error is and what, without the line, which may hold a password.
fn words(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line =
        before.map(|before| format!(", line {}", before.matches('\n').count() + 1)).unwrap_or_default();
    format!("{line}: {}", error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(config: &Config) -> Option<&str> {
        config.place.given.as_ref().map(|given| given.url.as_str())
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_both_over_the_file() {
        let file = || {
            File::parse("listen = '0.0.0.0:1'\ndatabase_url = 'file'\npool_size = 3\nmetrics = false")
                .unwrap()
        };
        let environment = || Some(Given { url: "general".to_owned(), from: "DATABASE_URL" });
        let merged = Config::merge(&Place::default(), None, file(), Command::Serve, None);
        assert_eq!(merged.listen.to_string(), "0.0.0.0:1");
        assert_eq!((url(&merged), merged.pool_size), (Some("file"), 3));
        assert!(!merged.metrics);
        let merged = Config::merge(&Place::default(), None, file(), Command::Serve, environment());
        assert_eq!(url(&merged), Some("general"));
        let place = Place::of_url("flag");
        let listen = Listen { listen: Some("127.0.0.1:2".parse().unwrap()) };
        let merged = Config::merge(&place, Some(listen), file(), Command::Serve, environment());
        assert_eq!(url(&merged), Some("flag"));
        assert_eq!(merged.listen.to_string(), "127.0.0.1:2");
    }

    #[test]
    fn the_demo_has_data_of_its_own_unless_a_flag_says_otherwise() {
        let file = || File::parse("data_dir = '/x'\ndatabase_url = 'file'").unwrap();
        let environment = Some(Given { url: "general".to_owned(), from: "DATABASE_URL" });
        let merged = Config::merge(&Place::default(), None, file(), Command::Demo, environment);
        assert_eq!((url(&merged), merged.place.data_dir.as_path()), (None, Path::new("/x/demo")));
        let merged = Config::merge(&Place::of_url("flag"), None, file(), Command::Demo, None);
        assert_eq!(url(&merged), Some("flag"));
    }

    // The line was quoted whole.
    #[test]
    fn what_is_wrong_in_the_file_is_told_without_its_lines() {
        for wrong in [
            "\ndatabase_url = postgres://ada:secret@db/x",
            "\ndatabase_url = 'postgres://ada:secret@db/x",
            "\ndatabase_url = ['postgres://ada:secret@db/x']",
            "\nlisen = 'secret'",
        ] {
            let words = words(wrong, &File::parse(wrong).unwrap_err());
            assert!(!words.contains("secret") && words.starts_with(", line "), "{wrong}: {words}");
        }
    }

    #[test]
    fn an_unknown_setting_is_refused_with_its_name() {
        let error = File::parse("lisen = '127.0.0.1:80'").unwrap_err().to_string();
        assert!(error.contains("lisen") && error.contains("listen"), "{error}");
    }
}
