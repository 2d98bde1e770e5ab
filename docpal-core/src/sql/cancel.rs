//! Cancelling a statement whose caller has gone: on a connection beside the pool, which may have none left.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions};

/// So many statements are cancelled at once.
const CONNECTIONS: u32 = 2;
/// A connection that cancels is kept this long.
const IDLE: Duration = Duration::from_secs(30);

/// The number by which the server process of one transaction is found; see
/// [`Transaction`](super::transaction::Transaction).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token(i64);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Gives numbers to transactions, and cancels the statement that one of them runs.
#[derive(Debug)]
pub(crate) struct Canceller {
    next: AtomicI64,
    beside: PgPool,
}

impl Canceller {
    /// For transactions on `pool`.
    pub(crate) fn new(pool: &PgPool) -> Self {
        let beside = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .idle_timeout(IDLE)
            .connect_lazy_with((*pool.connect_options()).clone());
        // A random start keeps the numbers of two nodes, and those of the host's own locks, apart.
        let (start, _) = uuid::Uuid::new_v4().as_u64_pair();
        Self { next: AtomicI64::new(start.cast_signed()), beside }
    }

    /// A number that no other transaction has.
    pub(crate) fn token(&self) -> Token {
        Token(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Cancels what the transaction with `token` runs, if it runs anything. A failure to do so leaves the statement to
    /// the time-outs.
    pub(crate) async fn cancel(&self, token: Token) {
        let _cancelled = sqlx::query(
            "SELECT pg_cancel_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND ((classid::bigint << 32) | objid::bigint) = $1",
        )
        .bind(token.0)
        .execute(&self.beside)
        .await;
    }
}
