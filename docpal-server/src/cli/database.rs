//! The database of a command: the embedded one, started for it, or an existing one.

use std::str::FromStr as _;
use std::time::Duration;

use docpal_core::Docpal;
use docpal_core::embedded::{Cluster, Settings};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::config::Config;
use super::problem::Problem;

/// The database inside an embedded cluster.
const NAME: &str = "docpal";
/// The oldest PostgreSQL that DocPal runs on.
const OLDEST: u32 = 140_000;

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
        let mut options = options.application_name("docpal");
        if let Some(patience) = patience {
            // A client that stops reading an export must not hold a snapshot of the data for ever.
            let idle = Duration::from_secs(300).as_millis().to_string();
            let statement = patience.as_millis().to_string();
            options = options
                .options([("statement_timeout", statement), ("idle_in_transaction_session_timeout", idle)]);
        }
        let pool = PgPoolOptions::new()
            .max_connections(config.pool_size)
            .acquire_timeout(Duration::from_secs(10))
            .idle_timeout(Duration::from_secs(300))
            .connect_with(options)
            .await
            .map_err(|error| Problem::new(format!("cannot connect to {about}: {error}")))?;
        let version = pool.acquire().await.ok().and_then(|connection| connection.server_version_num());
        if let Some(version) = version.filter(|version| *version < OLDEST) {
            return Err(Problem::new(format!(
                "{about} has version {}; DocPal needs PostgreSQL 14 or newer",
                version / 10_000
            )));
        }
        let docpal = Docpal::start(pool).await?;
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
