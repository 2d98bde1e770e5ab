//! Settings: flags, then the environment, then `docpal.toml`; unknown keys in the file are refused.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use docpal_core::embedded::default_data_dir;
use serde::Deserialize;

use super::problem::Problem;

const FILE: &str = "docpal.toml";
const PORT: u16 = 8080;

/// Where the data is.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Place {
    /// The folder of the private PostgreSQL and of local state
    #[arg(long, global = true, value_name = "DIR", env = "DOCPAL_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// An existing PostgreSQL (14 or newer) to use instead; DATABASE_URL is looked at too
    #[arg(long, global = true, value_name = "URL", env = "DOCPAL_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The settings file; docpal.toml in the current folder is read if it is there
    #[arg(long, global = true, value_name = "FILE", env = "DOCPAL_CONFIG")]
    config: Option<PathBuf>,
}

/// Where to serve.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Listen {
    /// The address and port to serve on; 127.0.0.1:8080 by default, port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", env = "DOCPAL_LISTEN")]
    listen: Option<SocketAddr>,
}

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    data_dir: Option<PathBuf>,
    database_url: Option<String>,
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
    pub(crate) data_dir: PathBuf,
    pub(crate) database_url: Option<String>,
    pub(crate) body_limit: usize,
    pub(crate) timeout: Duration,
    pub(crate) pool_size: u32,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    pub(crate) metrics: bool,
}

impl Config {
    pub(crate) fn read(place: Place, listen: Option<Listen>) -> Result<Self, Problem> {
        let file = match &place.config {
            Some(path) => File::read(path)?,
            None if Path::new(FILE).exists() => File::read(Path::new(FILE))?,
            None => File::default(),
        };
        let general = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
        Ok(Self::merge(place, listen, file, general))
    }

    fn merge(place: Place, listen: Option<Listen>, file: File, general: Option<String>) -> Self {
        Self {
            listen: listen
                .and_then(|listen| listen.listen)
                .or(file.listen)
                .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))),
            data_dir: place.data_dir.or(file.data_dir).unwrap_or_else(default_data_dir),
            database_url: place.database_url.or(general).or(file.database_url),
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
        Self::parse(&text).map_err(|error| Problem::new(format!("{}: {error}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_wins_over_the_environment_and_both_over_the_file() {
        let file = || {
            File::parse("listen = '0.0.0.0:1'\ndatabase_url = 'file'\npool_size = 3\nmetrics = false")
                .unwrap()
        };
        let merged = Config::merge(Place::default(), None, file(), None);
        assert_eq!(merged.listen.to_string(), "0.0.0.0:1");
        assert_eq!((merged.database_url.as_deref(), merged.pool_size), (Some("file"), 3));
        assert!(!merged.metrics);
        let merged = Config::merge(Place::default(), None, file(), Some("general".to_owned()));
        assert_eq!(merged.database_url.as_deref(), Some("general"));
        let place = Place { database_url: Some("flag".to_owned()), ..Place::default() };
        let listen = Listen { listen: Some("127.0.0.1:2".parse().unwrap()) };
        let merged = Config::merge(place, Some(listen), file(), Some("general".to_owned()));
        assert_eq!(merged.database_url.as_deref(), Some("flag"));
        assert_eq!(merged.listen.to_string(), "127.0.0.1:2");
    }

    #[test]
    fn an_unknown_setting_is_refused_with_its_name() {
        let error = File::parse("lisen = '127.0.0.1:80'").unwrap_err().to_string();
        assert!(error.contains("lisen") && error.contains("listen"), "{error}");
    }
}
