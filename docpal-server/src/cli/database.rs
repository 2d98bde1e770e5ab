//! The database of a command: the embedded one, started for it, or an existing one.

use std::str::FromStr as _;
use std::time::Duration;

use docpal_core::embedded::{Cluster, Settings};
use docpal_core::{Docpal, Error, Limits};
use sqlx::postgres::PgConnectOptions;

use super::config::Config;
use super::problem::Problem;

/// The database inside an embedded cluster.
const NAME: &str = "docpal";

/// A database that is ready to be used.
pub(crate) struct Database {
    pub(crate) docpal: Docpal,
    /// What it is, for people; without a password.
    pub(crate) about: String,
    cluster: Option<Cluster>,
}

impl Database {
    /// Starts or reaches the database and brings it up to date. `patience` bounds each statement.
    pub(crate) async fn open(config: &Config, patience: Option<Duration>) -> Result<Self, Problem> {
        let (options, about, cluster) = match &config.database_url {
            Some(url) => (parse(url)?, about(url), None),
            None => {
                let cluster = Cluster::start(Settings::durable(&config.data_dir)).await?;
                cluster.ensure_database(NAME).await?;
                let folder = config.data_dir.join("postgres");
                let about = format!("embedded PostgreSQL {} in {}", cluster.version(), folder.display());
                (cluster.connect_options(NAME), about, Some(cluster))
            }
        };
        let limits = match patience {
            Some(patience) => Limits::default().statement(Some(patience)),
            None => Limits::patient(),
        };
        let builder = Docpal::builder(options.application_name("docpal"));
        let started = builder.limits(limits.pool_size(config.pool_size)).start().await;
        let docpal = started.map_err(|error| unusable(&about, error))?;
        docpal_server::migrate(&docpal).await?;
        Ok(Self { docpal, about, cluster })
    }

    /// Closes all connections and stops the embedded PostgreSQL.
    pub(crate) async fn close(self) -> Result<(), Problem> {
        let pool = self.docpal.pool().clone();
        drop(self.docpal);
        // A connection that is still busy must not keep the process; the server ends it.
        drop(tokio::time::timeout(Duration::from_secs(5), pool.close()).await);
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// `docpal-server migrate`
pub(crate) async fn migrate(config: &Config) -> Result<(), Problem> {
    let database = Database::open(config, None).await?;
    super::say(&format!("{} is up to date", database.about));
    database.close().await
}

/// Why the database cannot be used, with what the driver says.
fn unusable(about: &str, error: Error) -> Problem {
    match std::error::Error::source(&error) {
        Some(cause) if error.is_retryable() => Problem::new(format!("cannot connect to {about}: {cause}")),
        _ => Problem::from(error),
    }
}

fn parse(url: &str) -> Result<PgConnectOptions, Problem> {
    // The text of the error quotes parts of the URL, which may be a password.
    PgConnectOptions::from_str(url).map_err(|_| {
        Problem::new(
            "the database URL cannot be read; it looks like postgres://user:password@host:5432/database",
        )
    })
}

/// The URL without what must not be shown.
pub(crate) fn about(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else { return "PostgreSQL".to_owned() };
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(about("postgres://ada:secret@db/docpal?password=secret"), "postgres://ada@db/docpal");
        assert!(!parse("postgres://ada:secret@db:notaport/x").unwrap_err().to_string().contains("secret"));
    }
}
