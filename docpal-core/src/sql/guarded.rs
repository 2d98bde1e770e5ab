//! One operation on a connection that the host gave: all of it or nothing, and what the host began stays the host's
//! to end.

use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};

use super::errors::{from_sqlx, no_transaction};
use crate::error::Result;

/// Starts an operation: a savepoint inside the host's transaction, or a transaction when the host has none.
///
/// The server is asked, not the driver, because the driver knows only of what was begun through itself: inside a
/// transaction that the host opened with the words `BEGIN` it would send a `BEGIN` of its own, and later the `COMMIT`
/// that only the host may send. The driver's own savepoints are not used either: one that fails, or whose future is
/// dropped, makes the driver end the whole transaction.
///
/// # Errors
/// `transaction_aborted` when the host's transaction has failed already; else as [`super::errors::from_sqlx`] maps.
pub async fn guarded(conn: &mut PgConnection) -> Result<Guarded<'_>> {
    match conn.execute("SAVEPOINT docpal").await {
        Ok(_) => Ok(Guarded(Kind::Savepoint(conn))),
        Err(error) if no_transaction(&error) => {
            conn.begin().await.map(|tx| Guarded(Kind::Transaction(tx))).map_err(from_sqlx)
        }
        Err(error) => Err(from_sqlx(error)),
    }
}

/// A connection on which one operation runs; see [`guarded`].
#[derive(Debug)]
#[must_use = "an operation is kept by `end` only"]
pub struct Guarded<'c>(Kind<'c>);

#[derive(Debug)]
enum Kind<'c> {
    /// Inside the host's transaction.
    Savepoint(&'c mut PgConnection),
    /// The host has none.
    Transaction(sqlx::Transaction<'c, sqlx::Postgres>),
}

impl Guarded<'_> {
    /// The connection.
    pub fn connection(&mut self) -> &mut PgConnection {
        match &mut self.0 {
            Kind::Savepoint(conn) => conn,
            Kind::Transaction(tx) => tx,
        }
    }

    /// Keeps what was done, or undoes it when `done` is a failure. The host's transaction is usable after both.
    ///
    /// # Errors
    /// The failure in `done`; else as [`super::errors::from_sqlx`] maps.
    pub async fn end<T>(self, done: Result<T>) -> Result<T> {
        match (self.0, done) {
            (Kind::Savepoint(conn), Ok(done)) => {
                conn.execute("RELEASE SAVEPOINT docpal").await.map_err(from_sqlx)?;
                Ok(done)
            }
            (Kind::Savepoint(conn), Err(error)) => {
                // The failure is what the caller must hear of, also when the connection is gone now.
                let _undone = conn.execute("ROLLBACK TO SAVEPOINT docpal; RELEASE SAVEPOINT docpal").await;
                Err(error)
            }
            (Kind::Transaction(tx), Ok(done)) => tx.commit().await.map(|()| done).map_err(from_sqlx),
            (Kind::Transaction(tx), Err(error)) => {
                let _undone = tx.rollback().await;
                Err(error)
            }
        }
    }
}
