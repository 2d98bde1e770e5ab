//! How DocPal is started: on which database, with which limits, with which functions in formulas.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use docpal_formula::Functions;
use moka::sync::Cache;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};

use super::changes::Changes;
use super::{Docpal, Inner, SNAPSHOTS, WeakDocpal};
use crate::error::{Error, ErrorKind, Result};
use crate::events::{EventLog, Node};
use crate::sql::cancel::{Canceller, RECOVERY};
use crate::sql::errors::from_sqlx;
use crate::sql::limits::{Compiling, LocalLimits, ReadCommitted, Timeouts};
use crate::sql::{meta, migrations};

/// The oldest PostgreSQL that DocPal runs on.
const OLDEST: u32 = 140_000;

/// Where DocPal works: on a pool of the host, or on a pool that DocPal makes.
#[derive(Debug)]
#[non_exhaustive]
pub enum Source {
    /// The host's pool. Its size is the host's business; [`Limits::pool_size`] and [`Limits::acquire`] change nothing.
    ///
    /// Each of its connections is one server process of PostgreSQL's for as long as it is open. Behind a pooler that gives
    /// one statement after the other to other processes, have the driver keep no prepared statements
    /// (`statement_cache_capacity(0)`): then a read outside of a transaction whose caller goes away is not cancelled, and
    /// runs to its end or time-out. Nor is it where the role may not execute `pg_stat_get_activity`.
    Pool(PgPool),
    /// A pool that DocPal makes.
    Options(Box<PgConnectOptions>),
}

impl From<PgPool> for Source {
    fn from(pool: PgPool) -> Self {
        Self::Pool(pool)
    }
}

impl From<PgConnectOptions> for Source {
    fn from(options: PgConnectOptions) -> Self {
        Self::Options(Box::new(options))
    }
}

/// What bounds the work in PostgreSQL. `None` sets no limit.
///
/// A time-out that the host's database, role or connection already has is left as it is. Connections of a pool that
/// DocPal makes start with the others. On a host's pool they are set for each transaction of DocPal, without a round
/// trip of their own; a read outside of one has as a whole the time of a statement, and is cancelled after it.
///
/// PostgreSQL's `jit` is off in the same places, as what is being compiled cannot be cancelled. Reads on a host's pool
/// have it as the host does: start its connections with `options([("jit", "off")])`.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use docpal_core::Limits;
///
/// let limits = Limits::default().statement(Some(Duration::from_secs(5))).pool_size(20);
/// assert_eq!(limits, Limits::default().pool_size(20).statement(Some(Duration::from_secs(5))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Limits {
    statement: Option<Duration>,
    lock: Option<Duration>,
    idle: Option<Duration>,
    pool_size: u32,
    acquire: Duration,
}

impl Default for Limits {
    /// A statement 60 s, a wait for a lock 10 s, a transaction without a statement 5 min; 10 connections, each waited
    /// for 10 s.
    fn default() -> Self {
        Self {
            statement: Some(Duration::from_secs(60)),
            lock: Some(Duration::from_secs(10)),
            idle: Some(Duration::from_secs(300)),
            pool_size: 10,
            acquire: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// No time-outs, for work that takes as long as it takes, such as moving a database.
    pub fn patient() -> Self {
        Self::default().statement(None).lock(None).idle(None)
    }

    /// The longest that one statement may run; after it comes `timeout`.
    pub fn statement(mut self, limit: Option<Duration>) -> Self {
        self.statement = limit;
        self
    }

    /// The longest wait for what another transaction holds; after it comes `busy`.
    pub fn lock(mut self, limit: Option<Duration>) -> Self {
        self.lock = limit;
        self
    }

    /// The longest that a transaction may wait for its next statement; PostgreSQL ends its connection then.
    pub fn idle(mut self, limit: Option<Duration>) -> Self {
        self.idle = limit;
        self
    }

    /// The largest number of connections of a pool that DocPal makes.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool_size = connections;
        self
    }

    /// The longest wait for a connection of a pool that DocPal makes; after it comes `database_unavailable`.
    pub fn acquire(mut self, limit: Duration) -> Self {
        self.acquire = limit;
        self
    }

    fn timeouts(&self) -> Timeouts {
        Timeouts::new(self.statement, self.lock, self.idle)
    }
}

/// What becomes of DocPal's own tables at a start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schema {
    /// They are made, or brought up to date.
    #[default]
    UpToDate,
    /// They are left as they are, and a database that lacks them, or has those of another version, is refused. The handle
    /// has no background task: for a program that looks, and ends.
    AsItIs,
}

/// Builds a [`Docpal`]; from [`Docpal::builder`].
///
/// # Example
/// ```no_run
/// # async fn run(pool: sqlx::PgPool) -> docpal_core::Result<()> {
/// use std::time::Duration;
/// use docpal_core::{Docpal, Limits};
///
/// let limits = Limits::default().statement(Some(Duration::from_secs(5)));
/// let docpal = Docpal::builder(pool).limits(limits).start().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a builder starts nothing before `start`"]
pub struct Builder {
    source: Source,
    limits: Limits,
    functions: Option<Functions>,
    events: EventLog,
    schema: Schema,
}

impl Builder {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            limits: Limits::default(),
            functions: None,
            events: EventLog::On,
            schema: Schema::UpToDate,
        }
    }

    /// Bounds the work in PostgreSQL; without it [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The functions that formulas of tables can use; without it the standard ones. Start from
    /// [`Functions::standard`] to add the host's own to them. A function that formulas use already must stay.
    pub fn functions(mut self, functions: Functions) -> Self {
        self.functions = Some(functions);
        self
    }

    /// Whether changes are written down for readers of events; without it they are.
    pub fn events(mut self, log: EventLog) -> Self {
        self.events = log;
        self
    }

    /// Whether DocPal's own tables are brought up to date; without it they are.
    ///
    /// # Example
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use docpal_core::testing::TestDb;
    /// use docpal_core::{Docpal, Schema};
    ///
    /// let db = TestDb::empty().await?;
    /// let refused = Docpal::builder(db.pool().clone()).schema(Schema::AsItIs).start().await.unwrap_err();
    /// assert_eq!(refused.code(), "database_not_migrated");
    /// # Ok(())
    /// # }
    /// ```
    pub fn schema(mut self, schema: Schema) -> Self {
        self.schema = schema;
        self
    }

    /// Brings DocPal's own tables (schema `docpal`) up to date, and gives the handle.
    ///
    /// # Errors
    /// `database_too_old`, `database_too_new`, `database_not_migrated`, `database_unavailable`, `database_refused`, and
    /// `database_rights` when the role may not make the tables.
    pub async fn start(self) -> Result<Docpal> {
        let (pool, local_limits) = match self.source {
            Source::Pool(pool) => on_pool(pool, &self.limits).await?,
            Source::Options(options) => on_options(*options, &self.limits).await?,
        };
        let mut conn = pool.acquire().await.map_err(from_sqlx)?;
        require_version(&conn)?;
        match self.schema {
            Schema::UpToDate => migrations::migrate(&mut conn).await?,
            Schema::AsItIs => migrations::require(&mut conn).await?,
        }
        let cursor_key = meta::cursor_key(&mut conn).await?;
        let position = meta::events::position(&mut *conn).await?;
        drop(conn);
        let canceller = Arc::new(Canceller::new(&pool, RECOVERY));
        let options = pool.connect_options();
        let docpal = Docpal {
            inner: Arc::new(Inner {
                pool,
                canceller,
                limits: self.limits,
                local_limits,
                functions: Arc::new(self.functions.unwrap_or_else(Functions::standard)),
                cursor_key,
                snapshots: Cache::new(SNAPSHOTS),
                forgotten: AtomicU64::new(0),
                changes: Changes::default(),
                node: Node::new(self.events, position),
            }),
            held: None,
        };
        if self.schema == Schema::UpToDate {
            docpal.node().start(WeakDocpal(Arc::downgrade(&docpal.inner)), (*options).clone());
        }
        Ok(docpal)
    }
}

/// Refuses a PostgreSQL that lacks what DocPal's statements need.
fn require_version(conn: &PgConnection) -> Result<()> {
    match conn.server_version_num() {
        Some(version) if version < OLDEST => {
            let message =
                format!("this is PostgreSQL {}; DocPal needs PostgreSQL 14 or newer", version / 10_000);
            Err(Error::new(ErrorKind::Conflict, "database_too_old", message))
        }
        _ => Ok(()),
    }
}

/// The host's pool, and the limits that its connections lack.
async fn on_pool(pool: PgPool, limits: &Limits) -> Result<(PgPool, LocalLimits)> {
    let mut conn = pool.acquire().await.map_err(from_sqlx)?;
    let missing = limits.timeouts().missing(&mut conn).await?;
    let compiling = Compiling::of(&mut conn).await?;
    drop(conn);
    Ok((pool, missing.local(compiling)))
}

/// A pool whose connections start with the limits that they would lack.
async fn on_options(options: PgConnectOptions, limits: &Limits) -> Result<(PgPool, LocalLimits)> {
    let mut conn = options.connect().await.map_err(from_sqlx)?;
    let missing = limits.timeouts().missing(&mut conn).await?;
    conn.close().await.map_err(from_sqlx)?;
    let pool = PgPoolOptions::new()
        .max_connections(limits.pool_size)
        .acquire_timeout(limits.acquire)
        .idle_timeout(Duration::from_secs(300))
        .connect_with(options.options(missing.settings()).options([Compiling::OFF, ReadCommitted::SESSION]))
        .await
        .map_err(from_sqlx)?;
    Ok((pool, Timeouts::default().local(Compiling::AsIs)))
}
