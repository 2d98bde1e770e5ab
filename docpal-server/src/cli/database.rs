//! The database of a command: the embedded one, started for it or run by another process, or an existing one.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use docpal_core::embedded::{Cluster, EmbeddedError, Found, Guarded, Health, Joined, Settings};
use docpal_core::{Docpal, Error, Limits, Schema};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::watch;

use super::config::Config;
use super::place::{Command, Whereabouts};
use super::problem::Problem;
use super::{existing, wait};

/// The database inside an embedded cluster.
pub(super) const NAME: &str = "docpal";
/// A process that has just taken the data folder gets this long to run the server in it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database that is ready to be used.
pub(crate) struct Database {
    pub(crate) docpal: Docpal,
    /// What it is, for people; without a password.
    pub(crate) about: String,
    server: Server,
}

/// The PostgreSQL of a database, and who runs it.
pub(super) enum Server {
    Given,
    Own { cluster: Guarded, command: Command },
    Anothers(Joined),
}

impl Database {
    /// Starts or reaches the database, making what is missing. `patience` bounds each statement.
    pub(crate) async fn open(
        config: &Config,
        command: Command,
        patience: Option<Duration>,
    ) -> Result<Self, Problem> {
        let server = match (&config.place.given, command) {
            (Some(_), _) => Server::Given,
            (None, Command::Beside) => beside(&config.place, Missing::Make).await?,
            (None, _) => own(&config.place, command).await?,
        };
        match &server {
            Server::Given => {}
            Server::Own { cluster, .. } => drop(cluster.ensure_database(NAME).await?),
            Server::Anothers(joined) => drop(joined.ensure_database(NAME).await?),
        }
        let database = Self::on(config, server, patience, Schema::UpToDate).await?;
        docpal_server::migrate(&database.docpal).await?;
        Ok(database)
    }

    /// Starts or reaches the database as it is, to look or to change what is there; makes nothing.
    pub(crate) async fn existing(config: &Config) -> Result<Self, Problem> {
        let server = match &config.place.given {
            Some(_) => Server::Given,
            None => beside(&config.place, Missing::Refuse).await?,
        };
        Self::on(config, server, None, Schema::AsItIs).await
    }

    async fn on(
        config: &Config,
        server: Server,
        patience: Option<Duration>,
        schema: Schema,
    ) -> Result<Self, Problem> {
        let (options, about) = match (&server, &config.place.given) {
            (Server::Given, Some(given)) => (existing::reach(&given.url).await?, config.place.about()),
            (server, _) => (server.options()?, server.about(&config.place.data_dir)),
        };
        let limits = match patience {
            Some(patience) => Limits::default().statement(Some(patience)),
            None => Limits::patient(),
        };
        let builder = Docpal::builder(options.application_name("docpal")).schema(schema);
        let started = builder.limits(limits.pool_size(config.pool_size)).start().await;
        let docpal = started.map_err(|error| unusable(&about, error))?;
        Ok(Self { docpal, about, server })
    }

    /// Says on the standard error output where the data of a command is.
    pub(crate) fn tell(&self, config: &Config) {
        super::note(&format!("database: {}", self.about));
        if let Some(note) = &config.place.note {
            super::note(&format!("note: {note}"));
        }
    }

    /// How the embedded PostgreSQL is.
    pub(crate) fn health(&self) -> Option<watch::Receiver<Health>> {
        match &self.server {
            Server::Own { cluster, .. } => Some(cluster.health()),
            Server::Given | Server::Anothers(_) => None,
        }
    }

    /// The log of the embedded PostgreSQL, if it was started here.
    pub(crate) fn log_file(&self) -> Option<PathBuf> {
        match &self.server {
            Server::Own { cluster, .. } => Some(cluster.log_file()),
            Server::Given | Server::Anothers(_) => None,
        }
    }

    /// Closes all connections and stops the embedded PostgreSQL, if it was started here.
    pub(crate) async fn close(self) -> Result<(), Problem> {
        let pool = self.docpal.pool().clone();
        drop(self.docpal);
        // A connection that is still busy must not keep the process; the server ends it.
        drop(tokio::time::timeout(Duration::from_secs(5), pool.close()).await);
        self.server.close().await
    }
}

impl Server {
    fn options(&self) -> Result<PgConnectOptions, Problem> {
        match self {
            Self::Own { cluster, .. } => Ok(cluster.connect_options(NAME)),
            Self::Anothers(joined) => Ok(joined.connect_options(NAME)),
            Self::Given => Err(Problem::new("there is no database URL")),
        }
    }

    /// How other programs of this user reach it; of a given one there is nothing to add to what was given.
    pub(super) fn url(&self) -> Option<String> {
        match self {
            Self::Own { cluster, .. } => Some(cluster.url(NAME)),
            Self::Anothers(joined) => Some(joined.url(NAME)),
            Self::Given => None,
        }
    }

    fn about(&self, data_dir: &Path) -> String {
        let of = |version: u32| format!("embedded PostgreSQL {version} in {}", data_dir.display());
        match self {
            Self::Given => "PostgreSQL".to_owned(),
            Self::Own { cluster, .. } => of(cluster.version()),
            Self::Anothers(joined) => {
                let found = joined.found();
                let manager = found.manager().map(|id| format!(", process id {id}")).unwrap_or_default();
                format!("{}, which another DocPal runs{manager}", of(found.version()))
            }
        }
    }

    pub(super) async fn close(self) -> Result<(), Problem> {
        match self {
            Self::Given | Self::Anothers(_) => Ok(()),
            Self::Own { cluster, command: Command::Beside } => Ok(cluster.stop_when_alone().await?),
            Self::Own { cluster, .. } => Ok(cluster.stop().await?),
        }
    }
}

/// What to do where there is no data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Make,
    Refuse,
}

/// The private PostgreSQL of a command beside others: the one that runs, else one for itself.
pub(super) async fn beside(place: &Whereabouts, missing: Missing) -> Result<Server, Problem> {
    let began = Instant::now();
    let mut shown = None;
    loop {
        match Found::look(&place.data_dir)? {
            Some(found) => {
                if let Some(joined) = found.join().await? {
                    return Ok(Server::Anothers(joined));
                }
            }
            None if missing == Missing::Refuse => return Err(no_data(place)),
            None => {}
        }
        shown.get_or_insert_with(|| starting(place));
        match start(place).await {
            Err(error) if error.is_locked() && began.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            started => return Ok(Server::Own { cluster: started?, command: Command::Beside }),
        }
    }
}

/// The private PostgreSQL of a command that serves.
async fn own(place: &Whereabouts, command: Command) -> Result<Server, Problem> {
    let _shown = starting(place);
    Ok(Server::Own { cluster: start(place).await?, command })
}

async fn start(place: &Whereabouts) -> Result<Guarded, EmbeddedError> {
    Cluster::start(Settings::durable(&place.data_dir)).await?.guarded()
}

fn starting(place: &Whereabouts) -> wait::Shown {
    match Found::look(&place.data_dir) {
        Ok(None) => {
            let folder = place.data_dir.display();
            wait::show(&format!("first start: making a PostgreSQL in {folder}, once"), wait::When::Always)
        }
        _ => wait::show("starting PostgreSQL", wait::When::Terminal),
    }
}

pub(super) fn no_data(place: &Whereabouts) -> Problem {
    let demo = place.data_dir.join("demo");
    let demo = match Found::look(&demo) {
        Ok(Some(_)) => "; the demo has data, which --demo chooses",
        _ => "",
    };
    let folder = place.data_dir.display();
    Problem::new(format!("there is no data in {folder} yet: `serve` and `import` make it{demo}"))
}

/// `docpal-server migrate`
pub(crate) async fn migrate(config: &Config) -> Result<(), Problem> {
    let database = Database::open(config, Command::Beside, None).await?;
    super::say(&format!("{} is up to date", database.about));
    database.close().await
}

/// Why the database cannot be used, with what the driver says.
fn unusable(about: &str, error: Error) -> Problem {
    match std::error::Error::source(&error) {
        Some(cause) if error.is_retryable() => Problem::new(format!("cannot connect to {about}: {cause}")),
        _ if error.code() == "database_not_migrated" => {
            Problem::new(format!("{about}: {error}: `docpal-server migrate` does it"))
        }
        _ => Problem::from(error),
    }
}

/// The URL without what must not be shown; nothing of one that is not as it should be, where a password may stand anywhere.
pub(crate) fn about(url: &str) -> String {
    let unknown = || "PostgreSQL".to_owned();
    let Ok(mut url) = url::Url::parse(url) else { return unknown() };
    let is_whole = matches!(url.scheme(), "postgres" | "postgresql") && url.has_host();
    // A password with a `/`, `?` or `#` that is not escaped goes on behind what looks like the host.
    if !is_whole
        || [Some(url.path()), url.query(), url.fragment()].iter().flatten().any(|part| part.contains('@'))
    {
        return unknown();
    }
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    // `postgres:u:secret` was shown whole.
    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(about("postgres://ada:secret@db/docpal?password=secret"), "postgres://ada@db/docpal");
        for wrong in [
            "postgres:ada:secret",
            "postgres:/ada:secret@db/docpal",
            "postgres:///secret@db",
            "postgres://ada:12/secret@db/docpal",
            "postgres://ada:12?secret@db/docpal",
            "postgres://ada:12#secret@db/docpal",
            "postgres://ada:se/cret@db/docpal",
            "ada:secret@db",
            "host=db password=secret",
        ] {
            assert_eq!(about(wrong), "PostgreSQL", "{wrong}");
        }
    }
}
