//! One operation on a connection that the host gave: all of it or nothing, and what the host began stays the host's
//! to end.
//!
//! What a dropped operation leaves in the host's transaction must never be committed. So the query that opens the
//! savepoint of an operation leaves a mark in `docpal.unfinished`, which the query that releases it takes away. A
//! deferred foreign key that nothing meets lets no transaction with a mark be committed, whoever commits it.

#![expect(clippy::disallowed_types, reason = "this module is the gate that clippy.toml points to")]

use std::fmt;
use std::str::FromStr;

use futures_util::FutureExt as _;
use sqlx::postgres::{PgConnection, PgTransactionManager};
use sqlx::{AssertSqlSafe, Executor as _, Row as _, SqlSafeStr as _};
use sqlx_core::transaction::TransactionManager as _;

use super::errors::{from_sqlx, is_aborted, no_transaction};
use crate::error::{Error, Result};

/// The constraint that a mark violates when the transaction is committed.
pub(super) const DROPPED: &str = "call_was_dropped";

/// The host may have had all constraints checked at once: this one waits for the commit.
const OPEN: &str = "SAVEPOINT docpal; SET CONSTRAINTS docpal.call_was_dropped DEFERRED; \
                    INSERT INTO docpal.unfinished DEFAULT VALUES RETURNING ctid::text";
const UNDO: &str = "ROLLBACK TO SAVEPOINT docpal; RELEASE SAVEPOINT docpal";

/// Starts an operation that writes: a savepoint inside the host's transaction, or a transaction when the host has none.
///
/// The server is asked, not the driver, because the driver knows only of what was begun through itself: inside a
/// transaction that the host opened with the words `BEGIN` it would send a `BEGIN` of its own, and later the `COMMIT`
/// that only the host may send. The driver's own savepoints are not used either: one that fails, or whose future is
/// dropped, makes the driver end the whole transaction.
///
/// # Errors
/// `transaction_aborted` when the host's transaction has failed already; else as [`super::errors::from_sqlx`] maps.
pub async fn guarded(conn: &mut PgConnection) -> Result<Guarded<'_>> {
    match open(conn).await {
        Ok(mark) => Ok(Guarded(Kind::Savepoint(conn, Some(mark)))),
        Err(Closed::NoTransaction) => Own::begin(conn).await.map(|own| Guarded(Kind::Own(own))),
        Err(Closed::Failed(error)) => Err(error),
    }
}

/// As [`guarded`], for an operation that only reads and may fail. It leaves no mark, which a transaction that is
/// read-only would not take.
///
/// # Errors
/// As [`guarded`].
pub async fn guarded_read(conn: &mut PgConnection) -> Result<Guarded<'_>> {
    match conn.execute("SAVEPOINT docpal").await {
        Ok(_) => Ok(Guarded(Kind::Savepoint(conn, None))),
        Err(error) if no_transaction(&error) => Own::begin(conn).await.map(|own| Guarded(Kind::Own(own))),
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
    Savepoint(&'c mut PgConnection, Option<Mark>),
    /// The host has none.
    Own(Own<'c>),
}

impl Guarded<'_> {
    /// The connection.
    pub fn connection(&mut self) -> &mut PgConnection {
        match &mut self.0 {
            Kind::Savepoint(conn, _) => conn,
            Kind::Own(own) => own.conn,
        }
    }

    /// Keeps what was done, or undoes it when `done` is a failure. The host's transaction is usable after both.
    ///
    /// # Errors
    /// The failure in `done`; else as [`super::errors::from_sqlx`] maps.
    pub async fn end<T>(self, done: Result<T>) -> Result<T> {
        match (self.0, done) {
            (Kind::Savepoint(conn, mark), done) => close(conn, mark, done).await,
            (Kind::Own(own), Ok(done)) => own.commit().await.map(|()| done),
            (Kind::Own(own), Err(error)) => {
                let _undone = own.rollback().await;
                Err(error)
            }
        }
    }
}

/// Why a savepoint was not opened.
enum Closed {
    NoTransaction,
    Failed(Error),
}

/// Opens the savepoint of an operation, with its mark, inside a transaction.
async fn open(conn: &mut PgConnection) -> Result<Mark, Closed> {
    let row = match conn.fetch_one(OPEN).await {
        Ok(row) => row,
        Err(error) if no_transaction(&error) => return Err(Closed::NoTransaction),
        Err(error) => {
            // What failed behind the savepoint is undone; an aborted transaction has none of ours.
            if !is_aborted(&error) {
                let _undone = conn.execute(UNDO).await;
            }
            return Err(Closed::Failed(from_sqlx(error)));
        }
    };
    let place = row.try_get::<&str, _>(0).map_err(from_sqlx).and_then(str::parse);
    match place {
        Ok(mark) => Ok(mark),
        Err(error) => undo(conn, error).await.map_err(Closed::Failed),
    }
}

/// Releases the savepoint of an operation and takes its mark away, or undoes all of it when `done` is a failure.
async fn close<T>(conn: &mut PgConnection, mark: Option<Mark>, done: Result<T>) -> Result<T> {
    match done {
        Ok(done) => {
            let unmark = mark.map_or_else(String::new, |mark| {
                format!("DELETE FROM docpal.unfinished WHERE ctid = '{mark}'; ")
            });
            let text = AssertSqlSafe(format!("{unmark}RELEASE SAVEPOINT docpal"));
            match conn.execute(text).await {
                Ok(_) => Ok(done),
                Err(error) => undo(conn, from_sqlx(error)).await,
            }
        }
        Err(error) => undo(conn, error).await,
    }
}

/// Goes back to where the operation began. Its failure is what the caller must hear of, also when the connection is gone
/// now.
async fn undo<T>(conn: &mut PgConnection, error: Error) -> Result<T> {
    let _undone = conn.execute(UNDO).await;
    Err(error)
}

/// The place of a mark in `docpal.unfinished`: its block, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark(u32, u16);

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({},{})", self.0, self.1)
    }
}

impl FromStr for Mark {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let place = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        let (block, number) = place
            .and_then(|place| place.split_once(','))
            .ok_or_else(|| Error::internal("a mark without a place"))?;
        Ok(Self(block.parse().map_err(Error::internal)?, number.parse().map_err(Error::internal)?))
    }
}

/// A transaction of the operation's own, on a connection where the host has none. Dropped, it is rolled back before the
/// connection does anything else.
#[derive(Debug)]
struct Own<'c> {
    conn: &'c mut PgConnection,
    open: bool,
}

impl<'c> Own<'c> {
    async fn begin(conn: &'c mut PgConnection) -> Result<Self> {
        let own = Self { conn, open: true };
        PgTransactionManager::begin(own.conn, None).await.map_err(from_sqlx)?;
        Ok(own)
    }

    async fn commit(mut self) -> Result<()> {
        PgTransactionManager::commit(self.conn).await.map_err(from_sqlx)?;
        self.open = false;
        Ok(())
    }

    async fn rollback(mut self) -> Result<()> {
        PgTransactionManager::rollback(self.conn).await.map_err(from_sqlx)?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Own<'_> {
    fn drop(&mut self) {
        if !self.open {
        } else if PgTransactionManager::get_transaction_depth(self.conn) > 0 {
            PgTransactionManager::start_rollback(self.conn);
        } else {
            // The driver does not know of a transaction whose `BEGIN` is on its way. What it begins a transaction with
            // is in its queue after the first poll, and sent before anything else: here, the end of that transaction.
            let rollback = Some("ROLLBACK".into_sql_str());
            let _queued = PgTransactionManager::begin(self.conn, rollback).now_or_never();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_by_its_place_and_nothing_else_is_one() {
        assert_eq!("(4294967294,291)".parse::<Mark>().unwrap().to_string(), "(4294967294,291)");
        for text in ["", "()", "(1)", "(1,2", "(1,2)'; DROP TABLE x; --", "(-1,2)", "(1,70000)"] {
            text.parse::<Mark>().unwrap_err();
        }
    }
}
