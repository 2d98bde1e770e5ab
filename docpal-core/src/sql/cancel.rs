//! Cancelling a statement whose caller has gone: on a connection beside the pool, which may have none left.

use std::fmt;
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::sync::Cache;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions, PgStatement};
use sqlx::{Connection as _, Executor as _, SqlSafeStr as _, Statement as _};

use super::errors::{has_code, is_denied};
use super::limits::Compiling;

/// So many statements are cancelled at once.
const CONNECTIONS: u32 = 2;
/// A connection that cancels is kept this long.
const IDLE: Duration = Duration::from_secs(30);
/// Who has logged in may cancel what the login runs; a role that the pool's connections take on at their start may not.
const OWN_ROLE: (&str, &str) = ("role", "none");
/// So many connections are known, for so long after their last use.
const KNOWN: u64 = 10_000;
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// A statement that ends by itself within this needs no cancelling; most are dropped between statements. It is cancelled
/// again after twice as long each time: the first time may have come before the statement.
const PATIENCE: Duration = Duration::from_millis(10);
/// A connection that is not usable after this is closed.
pub(crate) const RECOVERY: Duration = Duration::from_secs(10);
/// So often the server process of a closed connection is looked for: for an hour, longer than anything may run.
const LOOKS: usize = 360;

/// The server process of a connection, by the function of the view `pg_stat_activity`: the view may be denied to a role.
const BACKEND: &str = "SELECT pid, backend_start FROM pg_stat_get_activity(pg_backend_pid())";

/// SELECT `what` of the lock of the transaction with the token `$1`
macro_rules! of_transaction {
    ($what:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND ((classid::bigint << 32) | objid::bigint) = $1"
        )
    };
}

/// The number by which the server process of one transaction is found; see
/// [`Transaction`](super::transaction::Transaction).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token(i64);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The server process of a connection: its id, and when it began, as ids come again. After a restart in a container they
/// do so at once. A role that the host's pool takes on may not see the beginning; then the process is cancelled while its
/// connection is there, and not looked for afterwards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backend(i32, Option<DateTime<Utc>>);

/// What may run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Running {
    /// A statement of this transaction.
    Transaction(Token),
    /// A statement of this server process, whose connection nobody else uses.
    Backend(Backend),
}

/// Gives numbers to transactions, knows the server processes of connections, and cancels what one of them runs.
#[derive(Debug)]
pub(crate) struct Canceller {
    next: AtomicI64,
    beside: PgPool,
    /// The longest wait for a connection to be usable again.
    recovery: Duration,
    /// Each connection by the place in memory of what it prepared: it stays there while it is kept here, so that no
    /// other connection has the same.
    known: Cache<usize, (PgStatement, Option<Backend>)>,
    /// The connections keep nothing that was prepared, so none is told from another.
    keeps_nothing: AtomicBool,
}

impl Canceller {
    /// For connections of `pool`, each of which is closed when it is not usable after `recovery`.
    pub(crate) fn new(pool: &PgPool, recovery: Duration) -> Self {
        let beside = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .idle_timeout(IDLE)
            .connect_lazy_with((*pool.connect_options()).clone().options([Compiling::OFF, OWN_ROLE]));
        // A random start keeps the numbers of two nodes, and those of the host's own locks, apart.
        let (start, _) = uuid::Uuid::new_v4().as_u64_pair();
        Self {
            next: AtomicI64::new(start.cast_signed()),
            beside,
            recovery,
            known: Cache::builder().max_capacity(KNOWN).time_to_idle(REMEMBERED).build(),
            keeps_nothing: AtomicBool::new(false),
        }
    }

    /// A number that no other transaction has.
    pub(crate) fn token(&self) -> Token {
        Token(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// The server process of a connection: asked for once, and afterwards known without a word to the server. `None`
    /// where the host's pool has the driver keep no prepared statements, as behind a pooler that has one statement after
    /// the other run in other processes: those of strangers would be cancelled. And where its role may not be told.
    pub(crate) async fn backend(&self, conn: &mut PgConnection) -> sqlx::Result<Option<Backend>> {
        if self.keeps_nothing.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let prepared = conn.prepare(BACKEND.into_sql_str()).await?;
        if conn.cached_statements_size() == 0 {
            self.keeps_nothing.store(true, Ordering::Relaxed);
            return Ok(None);
        }
        let place = prepared.columns().as_ptr().addr();
        if let Some((_, backend)) = self.known.get(&place) {
            return Ok(backend);
        }
        let backend = match sqlx::query_as(BACKEND).fetch_optional(conn).await {
            Ok(found) => found.map(|(pid, began)| Backend(pid, began)),
            // Its statements cannot be cancelled then; the connection is as good as others.
            Err(error) if is_denied(&error) => None,
            Err(error) => return Err(error),
        };
        self.known.insert(place, (prepared, backend));
        Ok(backend)
    }

    /// Waits for `work` on a connection, what it gives, and has cancelled what keeps it from its end. `false` when it does
    /// not come to its end in time, or a cancellation is under way that could meet what comes after it: the connection
    /// must be closed then.
    pub(crate) async fn ended(&self, running: Option<Running>, work: impl Future<Output = bool>) -> bool {
        let ended = async {
            let (mut work, mut patience) = (pin!(work), PATIENCE);
            loop {
                if let Ok(done) = tokio::time::timeout(patience, &mut work).await {
                    return done;
                }
                if let Some(running) = running {
                    let mut cancelling = pin!(self.cancel(running));
                    tokio::select! {
                        () = &mut cancelling => {}
                        done = &mut work => {
                            // It must not meet what comes after.
                            cancelling.await;
                            return done;
                        }
                    }
                }
                patience *= 2;
            }
        };
        tokio::time::timeout(self.recovery, ended).await.unwrap_or(false)
    }

    /// Waits until the server process of a closed connection has gone, which it does when its statement has ended. A
    /// database that is not there has nothing running that could be waited for; one that gives no answer, or takes no
    /// connection, may have, and is asked again.
    pub(crate) async fn gone(&self, running: Running) {
        let mut patience = self.recovery / 10;
        for _ in 0..LOOKS {
            tokio::time::sleep(patience).await;
            match tokio::time::timeout(self.recovery, self.runs(running)).await {
                Ok(Ok(true)) => {
                    let _cancelled = tokio::time::timeout(self.recovery, self.cancel(running)).await;
                }
                Ok(Ok(false)) => return,
                Ok(Err(error)) if is_not_there(&error) => return,
                Ok(Err(_)) | Err(_) => {}
            }
            patience = (patience * 2).min(self.recovery);
        }
    }

    /// Is there such a server process?
    async fn runs(&self, running: Running) -> sqlx::Result<bool> {
        let query = match running {
            Running::Transaction(token) => sqlx::query_scalar(of_transaction!("count(*) > 0")).bind(token.0),
            Running::Backend(backend) => {
                let there = "SELECT count(*) > 0 FROM pg_stat_get_activity($1) WHERE backend_start = $2";
                sqlx::query_scalar(there).bind(backend.0).bind(backend.1)
            }
        };
        query.fetch_one(&self.beside).await
    }

    /// Cancels what runs, if anything does. A failure to do so leaves the statement to the time-outs.
    async fn cancel(&self, running: Running) {
        let query = match running {
            Running::Transaction(token) => {
                sqlx::query(of_transaction!("pg_cancel_backend(pid)")).bind(token.0)
            }
            Running::Backend(backend) => sqlx::query(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_get_activity($1) WHERE $2 IS NULL OR backend_start = $2",
            )
            .bind(backend.0)
            .bind(backend.1),
        };
        let _cancelled = query.execute(&self.beside).await;
    }
}

/// Is there nothing that could be asked: no server, or no such database?
fn is_not_there(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused),
        _ => has_code(error, "3D000"),
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
