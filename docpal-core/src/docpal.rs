//! The handle that a host keeps: a pool and a cache of table snapshots.

mod apps;
mod builder;
mod changes;
mod companies;
mod reach;
mod reaching;
mod rules;
mod sight;
mod snapshots;
mod tables;

use std::any::Any;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use docpal_formula::Functions;
use moka::sync::Cache;
use sqlx::PgPool;

pub use apps::{AppSpec, Apps};
pub use builder::{Builder, Limits, Schema, Source};
pub use companies::Companies;
#[doc(hidden)]
pub use reach::AuditWalk;
pub use rules::Rules;
pub use tables::Tables;

use self::changes::Changes;
use crate::access::{Actor, Scope};
use crate::error::{Error, ErrorKind, Result};
use crate::events::{EventLog, Events, Forget, Node};
use crate::id::{CompanyId, TableId};
use crate::model::TableSnapshot;
use crate::sql::cancel::Canceller;
use crate::sql::errors::took_too_long;
use crate::sql::limits::LocalLimits;
use crate::sql::pooled::Held;
use crate::sql::transaction::Mode;
use crate::sql::{Connection, Pooled, Transaction, meta};

/// A handle that does not follow the event log trusts a snapshot this long before it looks at its version again.
/// Changes through the same handle show at once, also those in a host's transaction when it commits; those through
/// another node after at most this, or after what [`Events::is_following`] says.
const TRUSTED: Duration = Duration::from_secs(1);
/// So many table snapshots are kept.
const SNAPSHOTS: u64 = 10_000;

/// DocPal on one database. Cheap to clone.
///
/// Every operation on the database has two forms: one that takes a connection from the pool and commits,
/// and one named `.._in` that takes the host's own connection or transaction and leaves committing to it.
///
/// Where the future of an `.._in` form that writes is dropped on the way, what it did is whole or the host's transaction
/// cannot be committed any more: its `COMMIT` fails by the constraint `call_was_dropped` (`call_dropped` from
/// [`Transaction::commit`]). So do not take a call that was dropped for one that was not done: roll back, the whole or to
/// a savepoint from before the call, or look. On a connection without a transaction nothing of the call stays, or all of
/// it; the next statement there may fail once, as the driver gives it the failure of a dropped one. The forms
/// on the pool clean up by themselves. Where the host sets `session_replication_role` to `replica`, PostgreSQL checks no
/// constraint, and such a transaction can be committed.
///
/// A transaction in which a statement failed is undone by PostgreSQL, which calls its `COMMIT` a success all the same.
/// [`Transaction::commit`] says `transaction_undone`; a transaction of sqlx or one begun in SQL says nothing: take the
/// failures of your own statements seriously there. Those of DocPal leave the transaction usable.
#[derive(Clone)]
pub struct Docpal {
    inner: Arc<Inner>,
    held: Held,
}

struct Inner {
    pool: PgPool,
    canceller: Arc<Canceller>,
    limits: Limits,
    /// The limits that the connections of the pool do not bring with them.
    local_limits: LocalLimits,
    functions: Arc<Functions>,
    cursor_key: Vec<u8>,
    snapshots: Cache<(CompanyId, TableId), Cached>,
    /// Counts what was forgotten: a snapshot loaded before must not be kept after.
    forgotten: AtomicU64,
    changes: Changes,
    node: Node,
}

/// What there is to know of a database, for whoever runs it; from [`Docpal::database_facts`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseFacts {
    /// The version of PostgreSQL, as it says it.
    pub version: String,
    /// When DocPal's tables were made.
    pub made: Option<DateTime<Utc>>,
    /// When they were brought up to date last.
    pub migrated: Option<DateTime<Utc>>,
    /// The size of the database.
    pub bytes: u64,
}

/// A handle that does not keep DocPal alive.
pub(crate) struct WeakDocpal(Weak<Inner>);

impl WeakDocpal {
    /// The handle, while there is one elsewhere.
    pub(crate) fn upgrade(&self) -> Option<Docpal> {
        self.0.upgrade().map(|inner| Docpal { inner, held: None })
    }
}

#[derive(Clone)]
struct Cached {
    snapshot: Arc<TableSnapshot>,
    seen: Instant,
    /// The log told of a change that may be newer: the version says whether it is.
    doubted: Arc<AtomicBool>,
}

impl Cached {
    fn new(snapshot: Arc<TableSnapshot>, seen: Instant) -> Self {
        Self { snapshot, seen, doubted: Arc::default() }
    }
}

impl Docpal {
    /// Starts DocPal on `pool` with default settings, bringing its own tables (schema `docpal`) up to date.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub async fn start(pool: PgPool) -> Result<Self> {
        Self::builder(pool).start().await
    }

    /// Starts building a DocPal on the host's pool, or on a pool that DocPal makes from the host's options.
    pub fn builder(source: impl Into<Source>) -> Builder {
        Builder::new(source.into())
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    /// The key that signs cursors; the same on every node of this database.
    #[must_use]
    pub fn cursor_key(&self) -> &[u8] {
        &self.inner.cursor_key
    }

    /// The same handle, whose connections and transactions keep `what` until they are free again. When their caller goes
    /// away, that is when the statement that still runs has been cancelled at the server: for a permit that bounds how
    /// many connections somebody may have.
    #[must_use]
    pub fn holding(&self, what: impl Any + Send + Sync) -> Self {
        Self { inner: Arc::clone(&self.inner), held: Some(Arc::new(what)) }
    }

    /// A connection from the pool.
    ///
    /// # Errors
    /// `database_unavailable`.
    pub async fn acquire(&self) -> Result<Pooled> {
        Pooled::acquire(&self.inner.pool, &self.inner.canceller, self.held.clone()).await
    }

    /// What `read` gives, within the time that a statement may run ([`Limits::statement`]) where the connections of the
    /// host's pool have no such limit. What still runs then is cancelled by the connection, which `read` does not own.
    ///
    /// # Errors
    /// `timeout`, and those of `read`.
    #[doc(hidden)]
    pub async fn bounded<T>(&self, read: impl Future<Output = Result<T>>) -> Result<T> {
        match self.inner.local_limits.statement() {
            None => read.await,
            Some(limit) => tokio::time::timeout(limit, read).await.unwrap_or_else(|_| Err(took_too_long())),
        }
    }

    /// A transaction from the pool.
    ///
    /// # Errors
    /// `database_unavailable`.
    pub async fn begin(&self) -> Result<Transaction> {
        self.begin_as(Mode::Write).await
    }

    /// A read-only transaction that sees one state of the data throughout.
    ///
    /// # Errors
    /// `database_unavailable`.
    pub async fn begin_snapshot(&self) -> Result<Transaction> {
        self.begin_as(Mode::Snapshot).await
    }

    async fn begin_as(&self, mode: Mode) -> Result<Transaction> {
        let inner = &self.inner;
        let held = self.held.clone();
        Transaction::begin(&inner.pool, &inner.canceller, &inner.local_limits, mode, held).await
    }

    /// The limits that DocPal was started with.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// The powers that the role of the pool has and DocPal does not need, as PostgreSQL calls them, such as `SUPERUSER`.
    /// A role without any of them, that owns the database, is enough.
    ///
    /// # Errors
    /// `database_unavailable`.
    pub async fn needless_powers(&self) -> Result<Vec<String>> {
        let mut conn = self.acquire().await?;
        self.bounded(meta::powers::needless(&mut conn)).await
    }

    /// What there is to know of the database, for whoever runs it.
    ///
    /// # Errors
    /// `database_unavailable`.
    pub async fn database_facts(&self) -> Result<DatabaseFacts> {
        let mut conn = self.acquire().await?;
        let (version, made, migrated, bytes) = self.bounded(meta::powers::facts(&mut conn)).await?;
        Ok(DatabaseFacts { version, made, migrated, bytes: u64::try_from(bytes).unwrap_or(0) })
    }

    /// The formula functions that tables can use: the standard ones, and the host's.
    #[must_use]
    pub fn functions(&self) -> &Arc<Functions> {
        &self.inner.functions
    }

    /// The event log of this database; for the host itself, not for a user.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events { docpal: self }
    }

    /// Are events of records written through this handle?
    #[must_use]
    pub fn event_log(&self) -> EventLog {
        self.inner.node.log
    }

    pub(crate) fn node(&self) -> &Node {
        &self.inner.node
    }

    /// The companies of this database; for the host itself, not for a user.
    #[must_use]
    pub fn companies(&self) -> Companies<'_> {
        Companies { docpal: self }
    }

    /// The apps `actor` may see or change.
    #[must_use]
    pub fn apps<'d>(&'d self, actor: &'d Actor) -> Apps<'d> {
        Apps { docpal: self, actor }
    }

    /// The tables `actor` may see or change.
    #[must_use]
    pub fn tables<'d>(&'d self, actor: &'d Actor) -> Tables<'d> {
        Tables { docpal: self, actor }
    }

    /// The permission rules of the actor's company.
    #[must_use]
    pub fn rules<'d>(&'d self, actor: &'d Actor) -> Rules<'d> {
        Rules { docpal: self, actor }
    }

    /// The table with `id` as it is now: from the cache as long as the handle follows the event log, which tells what
    /// others changed, or when its version was looked at within the last second; and nothing was changed through this
    /// handle since.
    ///
    /// # Errors
    /// `table_not_found`, also for a table of another company.
    pub async fn snapshot(&self, company: CompanyId, id: TableId) -> Result<Arc<TableSnapshot>> {
        let Inner { snapshots, changes, node, .. } = self.inner.as_ref();
        if let Some(cached) = snapshots.get(&(company, id))
            && !cached.doubted.load(Ordering::SeqCst)
            && (node.follower.is_current() || cached.seen.elapsed() < TRUSTED)
            && changes.none_since(cached.seen, company, id)
        {
            return Ok(cached.snapshot);
        }
        let mut conn = self.acquire().await?;
        self.bounded(self.load(&mut conn, company, id)).await
    }

    async fn load(
        &self,
        conn: &mut Connection,
        company: CompanyId,
        id: TableId,
    ) -> Result<Arc<TableSnapshot>> {
        let Inner { snapshots, changes, forgotten, .. } = self.inner.as_ref();
        let open = changes.open(company, id);
        if !open.is_empty() {
            changes.end(company, id, &meta::ended(conn, &open).await?);
        }
        let (before, seen) = (forgotten.load(Ordering::SeqCst), Instant::now());
        let snapshot = self.snapshot_in(conn, company, id).await?;
        if forgotten.load(Ordering::SeqCst) == before {
            snapshots.insert((company, id), Cached::new(Arc::clone(&snapshot), seen));
            // Forgotten between the two lines above: the cache may have been told before it had anything to forget.
            if forgotten.load(Ordering::SeqCst) != before {
                snapshots.invalidate(&(company, id));
            }
        }
        Ok(snapshot)
    }

    /// Forgets what is cached of a table, when a statement met a moved schema.
    pub fn forget(&self, company: CompanyId, id: TableId) {
        self.inner.forgotten.fetch_add(1, Ordering::SeqCst);
        self.inner.snapshots.invalidate(&(company, id));
    }

    fn forget_all(&self) {
        self.inner.forgotten.fetch_add(1, Ordering::SeqCst);
        self.inner.snapshots.invalidate_all();
    }

    /// Remembers that transaction `by` changed a table or, without one, what covers every table of the company.
    fn changed(&self, company: CompanyId, table: Option<TableId>, by: String) {
        self.inner.changes.add(company, table, by);
    }

    /// Doubts what others may have changed: a snapshot whose version is still the same stays. A change without a table
    /// concerns all tables of its company.
    pub(crate) fn forget_these(&self, forget: Forget) {
        let these = match forget {
            Forget::These(these) if these.is_empty() => return,
            Forget::These(these) => these,
            // Also where the log is one of another time, whose versions say nothing.
            Forget::All => return self.forget_all(),
        };
        let snapshots = &self.inner.snapshots;
        self.inner.forgotten.fetch_add(1, Ordering::SeqCst);
        let (tables, whole): (Vec<_>, Vec<_>) = these.into_iter().partition(|(_, table)| table.is_some());
        for (company, table) in tables {
            if let Some(cached) = table.and_then(|table| snapshots.get(&(company, table))) {
                cached.doubted.store(true, Ordering::SeqCst);
            }
        }
        let whole: HashSet<CompanyId> = whole.into_iter().map(|(company, _)| company).collect();
        if !whole.is_empty() {
            for (key, cached) in snapshots {
                if whole.contains(&key.0) {
                    cached.doubted.store(true, Ordering::SeqCst);
                }
            }
        }
    }
}

impl std::fmt::Debug for Docpal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Docpal")
            .field("snapshots", &self.inner.snapshots.entry_count())
            .finish_non_exhaustive()
    }
}

/// Runs an `.._in` operation in a transaction of its own.
macro_rules! in_transaction {
    ($docpal:expr, |$conn:ident| $body:expr) => {{
        let mut tx = $docpal.begin().await?;
        let $conn: &mut $crate::sql::Connection = &mut tx;
        let done = $body.await?;
        tx.commit().await?;
        $docpal.events().wake();
        done
    }};
}
use in_transaction;

/// The error for a table that does not exist or that the actor may not know of: one and the same.
#[must_use]
pub fn table_not_found() -> Error {
    Error::new(ErrorKind::NotFound, "table_not_found", "there is no such table")
}

fn not_allowed(what: &str) -> Error {
    Error::new(ErrorKind::Forbidden, "not_allowed", format!("your roles do not allow you to {what}"))
}

/// Fails with `table_not_found` unless the table exists for the actor of the scope.
fn require_visible(scope: &Scope) -> Result<()> {
    if scope.knows_table() { Ok(()) } else { Err(table_not_found()) }
}
