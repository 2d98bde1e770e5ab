//! The database of a command: the embedded one, started for it or run by another process, or an existing one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use docpal_core::embedded::{Found, Guarded, Halt, Health, Joined};
use docpal_core::{Docpal, Error, Limits, Schema};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::watch;

use super::config::Config;
use super::ending::Ending;
use super::log_file::LogFile;
use super::place::{Command, Whereabouts};
use super::problem::Problem;
use super::start::{Missing, beside, own};
use super::{existing, last};

/// The database inside an embedded cluster.
pub(super) const NAME: &str = "docpal";

/// A database that is ready to be used.
pub(crate) struct Database {
    pub(crate) docpal: Docpal,
    /// What it is, for people; without a password.
    pub(crate) about: String,
    server: Server,
    log: Option<LogFile>,
    /// What ends it, when signals were heard from the beginning.
    ending: Option<Ending>,
}

/// The PostgreSQL of a database, and who runs it.
pub(super) enum Server {
    Given,
    Own { cluster: Guarded, command: Command, halt: Halt, found: Option<Found> },
    Anothers(Joined),
}

impl Database {
    /// Starts or reaches the database for a command that comes and goes, making what is missing.
    pub(crate) async fn open(config: &Config) -> Result<Self, Problem> {
        let server = match &config.place.given {
            Some(_) => Server::Given,
            None => beside(&config.place, Missing::Make).await?,
        };
        let docpal = Self::ready(config, &server, None).await?;
        Ok(Self::of(config, server, docpal, None))
    }

    /// Starts or reaches the database for a command that serves, unless a signal comes first. No statement takes longer
    /// than a request.
    pub(crate) async fn serving(config: &Config, command: Command, ending: &Ending) -> Result<Self, Problem> {
        let server = match &config.place.given {
            Some(_) => Server::Given,
            None => own(&config.place, command, ending).await?,
        };
        let opened = tokio::select! {
            opened = Self::ready(config, &server, Some(config.timeout)) => opened,
            () = ending.told(1) => Err(Problem::stopped()),
        };
        match opened {
            Ok(docpal) => Ok(Self::of(config, server, docpal, Some(ending.clone()))),
            Err(problem) => {
                server.close(Some(ending)).await?;
                Err(problem)
            }
        }
    }

    /// Starts or reaches the database as it is, to look or to change what is there; makes nothing.
    pub(crate) async fn existing(config: &Config) -> Result<Self, Problem> {
        let server = match &config.place.given {
            Some(_) => Server::Given,
            None => beside(&config.place, Missing::Refuse).await?,
        };
        let docpal = Self::on(config, &server, None, Schema::AsItIs).await?;
        Ok(Self::of(config, server, docpal, None))
    }

    fn of(config: &Config, server: Server, docpal: Docpal, ending: Option<Ending>) -> Self {
        let log = server.log_file().map(LogFile::from_now);
        Self { docpal, about: server.whereabouts(config), log, server, ending }
    }

    /// The database with all that belongs into it. `patience` bounds each statement.
    async fn ready(config: &Config, server: &Server, patience: Option<Duration>) -> Result<Docpal, Problem> {
        match server {
            Server::Given => {}
            Server::Own { cluster, .. } => drop(cluster.ensure_database(NAME).await?),
            Server::Anothers(joined) => drop(joined.ensure_database(NAME).await?),
        }
        let docpal = Self::on(config, server, patience, Schema::UpToDate).await?;
        docpal_server::migrate(&docpal).await?;
        Ok(docpal)
    }

    async fn on(
        config: &Config,
        server: &Server,
        patience: Option<Duration>,
        schema: Schema,
    ) -> Result<Docpal, Problem> {
        let options = match (server, &config.place.given) {
            (Server::Given, Some(given)) => existing::reach(&given.url).await?,
            (server, _) => server.options()?,
        };
        let limits = match patience {
            Some(patience) => Limits::default().statement(Some(patience)),
            None => Limits::patient(),
        };
        let builder = Docpal::builder(options.application_name("docpal")).schema(schema);
        let started = builder.limits(limits.pool_size(config.pool_size)).start().await;
        started.map_err(|error| unusable(&server.whereabouts(config), error))
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

    /// What the embedded PostgreSQL has logged since this was opened, whoever runs it.
    pub(crate) fn log(&self) -> Option<&LogFile> {
        self.log.as_ref()
    }

    /// Closes all connections and stops the embedded PostgreSQL, if it was started here.
    pub(crate) async fn close(self) -> Result<(), Problem> {
        let pool = self.docpal.pool().clone();
        drop(self.docpal);
        // A connection that is still busy must not keep the process; the server ends it.
        drop(tokio::time::timeout(Duration::from_secs(5), pool.close()).await);
        self.server.close(self.ending.as_ref()).await
    }

    /// As [`Database::close`], for a command that has told its result: what stopped it is told before, too, as others may
    /// have to be waited for.
    pub(crate) async fn finish<T>(self, done: Result<T, Problem>) -> Result<T, Problem> {
        let done = done.map_err(Problem::told);
        match (done, self.close().await) {
            (Err(told), Err(problem)) => {
                problem.tell();
                Err(told)
            }
            (done, closed) => closed.and(done),
        }
    }
}

impl Server {
    pub(super) fn own(cluster: Guarded, place: &Whereabouts, command: Command, halt: Halt) -> Self {
        let found = Found::look(&place.data_dir).ok().flatten();
        Self::Own { cluster, command, halt, found }
    }

    fn options(&self) -> Result<PgConnectOptions, Problem> {
        match self {
            Self::Own { cluster, .. } => Ok(cluster.connect_options(NAME)),
            Self::Anothers(joined) => Ok(joined.connect_options(NAME)),
            Self::Given => Err(Problem::new("there is no database URL")),
        }
    }

    fn log_file(&self) -> Option<PathBuf> {
        match self {
            Self::Own { cluster, .. } => Some(cluster.log_file()),
            Self::Anothers(joined) => Some(joined.found().log_file()),
            Self::Given => None,
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

    /// What and where it is, for people; without a password.
    fn whereabouts(&self, config: &Config) -> String {
        match (self, &config.place.given) {
            (Self::Given, Some(_)) => config.place.about(),
            (server, _) => server.about(&config.place.data_dir),
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

    /// Stops it, if it was started here; for a command that came and went, once nobody else uses it.
    pub(super) async fn close(self, ending: Option<&Ending>) -> Result<(), Problem> {
        let Self::Own { cluster, command, halt, found } = self else { return Ok(()) };
        let ending = ending.map_or_else(|| Ending::of(halt), |ending| Ok(ending.clone()))?;
        match command {
            Command::Beside => last::close(cluster, &ending, found.as_ref()).await,
            Command::Serve | Command::Demo => last::stop(cluster).await,
        }
    }
}

/// `docpal-server migrate`
pub(crate) async fn migrate(config: &Config) -> Result<(), Problem> {
    let database = Database::open(config).await?;
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
