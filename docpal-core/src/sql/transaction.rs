//! DocPal's own transaction on a connection of the pool: committed with a known outcome, or gone.
//!
//! A transaction that is dropped before its `COMMIT` was sent leaves nothing: the statement that may still run is
//! cancelled at the server, the rest is rolled back, and only then does the connection go back to the pool. It finds
//! its server process by an advisory lock with a number of its own, taken in the message that also says `BEGIN`: the
//! driver does not give the process id, and asking for it would be one more round trip.

#![expect(clippy::disallowed_types, reason = "this module is the gate that clippy.toml points to")]

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use futures_util::FutureExt as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, PgTransactionManager, Postgres};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqlSafeStr as _};
use sqlx_core::transaction::TransactionManager as _;
use tokio::task::JoinHandle;

use super::cancel::{Canceller, Running, Token};
use super::errors::{from_sqlx, is_aborted};
use super::limits::{LocalLimits, ReadCommitted};
use super::pooled::Held;
use crate::error::{Error, ErrorKind, Result};

/// A connection is given up after so many failures and open savepoints.
const ATTEMPTS: usize = 64;

/// In a transaction that has failed, `COMMIT` alone is a success that keeps nothing; another statement before it is an
/// error, and what follows an error is not run. The driver counts one transaction more than a `COMMIT` of ours leaves,
/// so another one begins, which the driver can end.
const COMMIT: &str = "SELECT; COMMIT AND CHAIN";

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Reads and writes, as the database has it by default.
    Write,
    /// Reads one state of the data throughout.
    Snapshot,
}

/// A transaction on a connection of the pool, from [`Docpal::begin`](crate::Docpal::begin). It derefs to the
/// connection, so every operation named `.._in` takes it.
///
/// Dropped before [`Transaction::commit`], it leaves nothing: what was done is undone, and a statement that still runs
/// is cancelled at the server. When the future of `commit` itself is dropped, PostgreSQL has the last word; look
/// whether the change is there, or retry with a key that the change stores.
///
/// # Example
/// ```no_run
/// # async fn run(docpal: docpal_core::Docpal, owner: docpal_core::Actor) -> docpal_core::Result<()> {
/// use docpal_core::AppSpec;
///
/// let mut tx = docpal.begin().await?;
/// docpal.apps(&owner).create_in(&mut tx, &AppSpec::new("Sales")).await?;
/// tx.commit().await
/// # }
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction {
    connection: Option<PoolConnection<Postgres>>,
    token: Token,
    canceller: Arc<Canceller>,
    held: Held,
    /// `COMMIT` is on its way: there is nothing left to cancel.
    committing: bool,
}

impl Transaction {
    /// Begins on a connection of `pool`.
    pub(crate) async fn begin(
        pool: &PgPool,
        canceller: &Arc<Canceller>,
        limits: &LocalLimits,
        mode: Mode,
        held: Held,
    ) -> Result<Self> {
        let token = canceller.token();
        let begin = match mode {
            Mode::Write => ReadCommitted::BEGIN,
            Mode::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let text = format!("{begin}; SELECT pg_advisory_xact_lock_shared({token}){limits}");
        let connection = pool.acquire().await.map_err(from_sqlx)?;
        // Owned by the transaction before it begins: dropped while the server is asked, it still cleans up.
        let mut begun = Self {
            connection: Some(connection),
            token,
            canceller: Arc::clone(canceller),
            held,
            committing: false,
        };
        let statement = AssertSqlSafe(text).into_sql_str();
        PgTransactionManager::begin(begun.connection()?, Some(statement)).await.map_err(from_sqlx)?;
        Ok(begun)
    }

    /// Keeps what was done. `Ok` means that it is stored.
    ///
    /// # Errors
    /// `transaction_undone` when the host went on after one of its own statements had failed: PostgreSQL keeps nothing of
    /// such a transaction. (Every failed operation of DocPal leaves the transaction usable.) `call_dropped` when the
    /// future of an operation in it was dropped on the way. `database_unavailable` when the connection was lost: the
    /// outcome is not known then; other database errors as mapped, and nothing is kept.
    pub async fn commit(mut self) -> Result<()> {
        self.committing = true;
        let conn = self.connection()?;
        conn.execute(COMMIT).await.map_err(undone)?;
        // What the chain began is empty. Its end goes to the server with what comes next, and nobody waits for it. Where
        // something was begun inside, it is the end of a savepoint that is gone: it fails, and the pool closes the
        // connection.
        PgTransactionManager::start_rollback(conn);
        self.connection = None;
        Ok(())
    }

    /// Undoes what was done, and waits for it. A statement that still runs, because its future was dropped, is cancelled at
    /// the server; a connection on which that does not help is closed.
    ///
    /// # Errors
    /// Database errors as mapped; nothing is kept then either.
    pub async fn rollback(mut self) -> Result<()> {
        let conn = self.connection()?;
        // Ready at once when no answer is awaited.
        if depth(conn) == 1 && matches!(conn.flush().now_or_never(), Some(Ok(()))) {
            PgTransactionManager::rollback(conn).await.map_err(from_sqlx)?;
            self.connection = None;
        } else if let Some(abandoned) = self.abandon() {
            // It goes on by itself when nobody waits for it any more.
            let _ended = abandoned.await;
        }
        Ok(())
    }

    /// Has the connection brought back to where a fresh one is, unless that was done.
    fn abandon(&mut self) -> Option<JoinHandle<()>> {
        let connection = self.connection.take()?;
        let token = (!self.committing).then_some(self.token);
        let canceller = Arc::clone(&self.canceller);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => Some(runtime.spawn(abandon(connection, token, canceller, self.held.take()))),
            Err(_) => {
                // Without a runtime nobody can wait; the server rolls back when the connection is gone.
                drop(connection.detach());
                None
            }
        }
    }

    fn connection(&mut self) -> Result<&mut PgConnection> {
        self.connection.as_deref_mut().ok_or_else(|| Error::internal("the transaction has ended"))
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        drop(self.abandon());
    }
}

/// Brings the connection of a dropped transaction back to where a fresh one is, or closes it.
async fn abandon(
    mut connection: PoolConnection<Postgres>,
    token: Option<Token>,
    canceller: Arc<Canceller>,
    held: Held,
) {
    let running = token.map(Running::Transaction);
    if !canceller.ended(running, recover(&mut connection)).await {
        drop(connection.detach());
        // What still runs counts for whom it runs; who waits for the end of the transaction need not wait for that.
        if let Some(running) = running.filter(|_| held.is_some()) {
            drop(tokio::spawn(async move {
                canceller.gone(running).await;
                drop(held);
            }));
        }
    }
}

/// Reads what the server still has to say, then rolls back. A cancellation can meet any of the statements.
async fn recover(connection: &mut PgConnection) -> bool {
    for _ in 0..ATTEMPTS {
        let done = match connection.ping().await {
            // The driver does not know of a transaction whose `BEGIN` was on its way.
            Ok(()) if depth(connection) == 0 => connection.execute("ROLLBACK").await.map(drop),
            Ok(()) => PgTransactionManager::rollback(connection).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(()) if depth(connection) == 0 => return is_in_step(connection).await,
            Ok(()) | Err(sqlx::Error::Database(_)) => {}
            Err(_) => return false,
        }
    }
    false
}

/// Is an answer the one to the question? The driver does not count the answer to a COPY that was dropped half-way, and
/// from then on reads each answer one question too late: such a connection must not serve anybody.
async fn is_in_step(connection: &mut PgConnection) -> bool {
    let question = uuid::Uuid::new_v4();
    let answer = sqlx::query_scalar::<_, uuid::Uuid>("SELECT $1").bind(question).fetch_one(connection).await;
    answer.is_ok_and(|answer| answer == question)
}

fn undone(error: sqlx::Error) -> Error {
    if !is_aborted(&error) {
        return from_sqlx(error);
    }
    let message = "a statement in this transaction had failed before; nothing of the transaction is kept";
    Error::new(ErrorKind::Conflict, "transaction_undone", message).with_source(error)
}

fn depth(connection: &PgConnection) -> usize {
    PgTransactionManager::get_transaction_depth(connection)
}

impl Deref for Transaction {
    type Target = PgConnection;

    #[expect(
        clippy::expect_used,
        reason = "only `commit` and `rollback` take the connection, and they take `self`"
    )]
    fn deref(&self) -> &PgConnection {
        self.connection.as_deref().expect("a transaction has its connection until it ends")
    }
}

impl DerefMut for Transaction {
    #[expect(
        clippy::expect_used,
        reason = "only `commit` and `rollback` take the connection, and they take `self`"
    )]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_deref_mut().expect("a transaction has its connection until it ends")
    }
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}
