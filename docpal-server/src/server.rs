//! The HTTP API as a value: built on a [`Docpal`], mounted where the host likes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use docpal_core::embedded::Health;
use docpal_core::{Docpal, Result};
use tokio::sync::watch;

use crate::auth::{ApiKeys, Authenticator};
use crate::http::metrics::Metrics;
use crate::limits::{Rooms, ServerLimits};
use crate::share::Shares;
use crate::{http, sql};

/// The HTTP API on one DocPal.
///
/// # Example
/// ```no_run
/// # async fn run(docpal: docpal_core::Docpal) -> Result<(), Box<dyn std::error::Error>> {
/// use docpal_server::{Server, axum};
///
/// let server = Server::builder(docpal).start().await?;
/// // The host's own application, with DocPal beside its other routes.
/// let app = axum::Router::new().nest("/tables", server.router());
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// // The audit log gets the addresses of the connections.
/// let app = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
/// axum::serve(listener, app).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Server {
    state: ServerState,
}

/// How to build a [`Server`].
pub struct ServerBuilder {
    docpal: Docpal,
    authenticator: Option<Arc<dyn Authenticator>>,
    limits: ServerLimits,
    metrics: bool,
    health: Option<watch::Receiver<Health>>,
}

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct ServerState {
    pub(crate) docpal: Docpal,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) limits: Arc<ServerLimits>,
    pub(crate) rooms: Rooms,
    pub(crate) shares: Shares,
    /// What is counted; nothing when the host does without.
    pub(crate) metrics: Option<Arc<Metrics>>,
    /// How the embedded PostgreSQL is, when somebody watches over it.
    pub(crate) health: Option<watch::Receiver<Health>>,
}

impl std::fmt::Debug for ServerState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerState").field("docpal", &self.docpal).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerBuilder").field("docpal", &self.docpal).finish_non_exhaustive()
    }
}

impl Server {
    /// Starts building a server; by default it knows its callers by API key.
    #[must_use]
    pub fn builder(docpal: Docpal) -> ServerBuilder {
        let limits = ServerLimits::default();
        ServerBuilder { docpal, authenticator: None, limits, metrics: true, health: None }
    }

    /// The routes: `/`, `/healthz`, `/readyz`, `/metrics` and everything under `/api`. Nest it under a path to keep the
    /// host's own answers for unknown paths.
    pub fn router(&self) -> Router {
        http::router(self.state.clone())
    }
}

impl ServerBuilder {
    /// Tells callers apart in the host's own way.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Takes bodies of bulk writes and imports of at most `bytes`, 64 MiB by default; other bodies are at most 1 MiB.
    /// Of these bodies, as far as over 64 KiB, those that are worked on at the same time are together at most twice as large, and
    /// those of one company half of that.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.large_body = bytes;
        self
    }

    /// Runs at most `all` exports at the same time, 4 by default, of which one company has at most `each`, 2 by default.
    /// An export holds a connection of the pool while it reads.
    #[must_use]
    pub fn exports(mut self, all: u64, each: u64) -> Self {
        self.limits.exports = (all, each);
        self
    }

    /// Keeps at most `all` bytes of answers of reads in memory that their clients have not taken yet, 256 MiB by default,
    /// of which one company has at most `each`, 64 MiB by default; answers of up to 64 KiB and exports do not count. An
    /// answer that finds no room is `too_many_answers` or `busy`. Answers of writes are counted apart, and by company
    /// only: they are given whatever there is, and a company that has `each` bytes of them begins no other write.
    #[must_use]
    pub fn answers(mut self, all: u64, each: u64) -> Self {
        self.limits.answers = (all, each);
        self
    }

    /// Ends an export whose client takes nothing of it for so long, and any other answer of more than 64 KiB of which
    /// its client takes less than 1 MiB in that time; 30 seconds by default.
    #[must_use]
    pub fn reader_patience(mut self, patience: Duration) -> Self {
        self.limits.reader_patience = patience;
        self
    }

    /// Serves `/metrics` for Prometheus, as it does by default. It needs no key: it tells how much the server does, by
    /// route, and nothing of any company. Where strangers can reach the server and shall not know that either, turn it
    /// off here, or keep the path from them in the proxy.
    #[must_use]
    pub fn metrics(mut self, metrics: bool) -> Self {
        self.metrics = metrics;
        self
    }

    /// Refuses requests at once, with `database_restarting` and `Retry-After`, while the PostgreSQL that the host embeds
    /// is started again; `/readyz` says so. From [`docpal_core::embedded::Guarded::health`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use docpal_core::Docpal;
    /// use docpal_core::embedded::{Cluster, Settings};
    /// use docpal_server::Server;
    ///
    /// let cluster = Cluster::start(Settings::durable("/srv/docpal")).await?.guarded()?;
    /// cluster.ensure_database("docpal").await?;
    /// let docpal = Docpal::builder(cluster.connect_options("docpal")).start().await?;
    /// let server = Server::builder(docpal).health(cluster.health()).start().await?;
    /// # drop(server);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn health(mut self, health: watch::Receiver<Health>) -> Self {
        self.health = Some(health);
        self
    }

    /// Gives a request at most this long until its answer begins; a minute by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Brings the server's own tables (schema `docpal_server`) up to date and gives the server.
    ///
    /// # Errors
    /// `database_too_new` when a newer DocPal migrated them; database errors as mapped.
    pub async fn start(self) -> Result<Server> {
        let Self { docpal, authenticator, limits, metrics, health } = self;
        let authenticator = authenticator.unwrap_or_else(|| Arc::new(ApiKeys::new(docpal.clone())));
        sql::migrate(&docpal).await?;
        let rooms = Rooms::new(&limits);
        let shares = Shares::of(&docpal);
        let metrics = metrics.then(|| Arc::new(Metrics::new()));
        let limits = Arc::new(limits);
        Ok(Server { state: ServerState { docpal, authenticator, limits, rooms, shares, metrics, health } })
    }
}
