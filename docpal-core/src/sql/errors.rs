//! The driver's errors as DocPal's: one table from SQLSTATE to kind. PostgreSQL's own words stay in
//! `source()` for the log; they can quote another row's values.

use crate::error::{Error, ErrorKind};

/// The role may not do this.
const DENIED: &str = "42501";

/// Maps a driver error. The SQLSTATE classes are PostgreSQL's (appendix A of its manual).
#[must_use]
pub fn from_sqlx(error: sqlx::Error) -> Error {
    let (kind, code, message) = match &error {
        sqlx::Error::Database(database) => match database.code().as_deref() {
            Some("23505") => (ErrorKind::Conflict, "duplicate_value", "a value that must be unique is taken"),
            Some("23503") if database.constraint() == Some(super::guarded::DROPPED) => {
                return call_dropped().with_source(error);
            }
            Some("23503") => (ErrorKind::Conflict, "still_referenced", "another record refers to it"),
            Some("40001" | "40P01" | "55P03") => {
                (ErrorKind::Unavailable, "busy", "busy with another change; try again")
            }
            Some("25P02") => (
                ErrorKind::Conflict,
                "transaction_aborted",
                "the transaction has failed before this; roll it back, or back to a savepoint",
            ),
            Some("25006") => (
                ErrorKind::Conflict,
                "read_only_transaction",
                "the transaction is one that only reads; write in another",
            ),
            Some("57014") => return took_too_long().with_source(error),
            Some("54000" | "54001" | "54011" | "54023") => {
                (ErrorKind::Limit, "too_complex", "this is more than PostgreSQL can take at once")
            }
            Some("53100") => {
                (ErrorKind::Unavailable, "disk_full", "the disk of the database is full; nothing was written")
            }
            Some("57P01" | "57P02" | "57P03" | "53200" | "53300") => unavailable(),
            Some("28000" | "28P01" | "3D000") => (
                ErrorKind::Unavailable,
                "database_refused",
                "the database does not take this role, its password or the name of the database",
            ),
            _ => return Error::internal(error),
        },
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => unavailable(),
        _ => return Error::internal(error),
    };
    Error::new(kind, code, message).with_source(error)
}

/// A transaction that must not be committed, because an operation in it did not come to its end.
fn call_dropped() -> Error {
    let message = "a call in this transaction was dropped before its end; nothing of the transaction is kept";
    Error::new(ErrorKind::Conflict, "call_dropped", message)
}

/// A statement that ran longer than its limit.
pub(crate) fn took_too_long() -> Error {
    Error::new(ErrorKind::Limit, "timeout", "the query took too long; narrow it")
}

fn unavailable() -> (ErrorKind, &'static str, &'static str) {
    (ErrorKind::Unavailable, "database_unavailable", "the database is not reachable; try again shortly")
}

/// Did the statement fail at a value, that does not fit or is too large, and not at the database?
#[doc(hidden)]
#[must_use]
pub fn is_about_a_value(error: &Error) -> bool {
    let code = database_error(error).and_then(|database| database.code());
    code.is_some_and(|code| code.starts_with("22") || code.starts_with("54"))
}

/// Was it the role that may not do this?
pub(super) fn lacks_rights(error: &Error) -> bool {
    database_error(error).and_then(|database| database.code()).is_some_and(|code| code == DENIED)
}

/// The constraint or index that a write violated, if that is why it failed.
#[must_use]
pub fn violated_constraint(error: &Error) -> Option<&str> {
    database_error(error).and_then(|database| database.constraint())
}

/// The table or its rules moved since the operation was authorised; nothing was written.
#[must_use]
pub fn table_changed() -> Error {
    let message = "the table or its rules were changed at the same moment; try again";
    Error::new(ErrorKind::Unavailable, "table_changed", message)
}

/// The error, as `table_changed` where it is of a statement that met a schema that moved ([`schema_moved`]): for where
/// nobody retries.
#[must_use]
pub fn or_table_changed(error: Error) -> Error {
    if error.code() != "table_changed" && schema_moved(&error) {
        return table_changed().with_source(error);
    }
    error
}

/// A statement met a schema that moved since it was planned: the fence of a write saw another version of the table or
/// of its rules, a column, a table, its row type or its schema is gone, or a prepared plan no longer fits. Nothing was
/// done; loading the schema again and retrying once is right.
#[must_use]
pub fn schema_moved(error: &Error) -> bool {
    if error.code() == "table_changed" {
        return true;
    }
    database_error(error)
        .and_then(|database| database.code())
        .is_some_and(|code| matches!(code.as_ref(), "42703" | "42P01" | "42704" | "3F000" | "0A000"))
}

/// The server says that no transaction is open.
pub(super) fn no_transaction(error: &sqlx::Error) -> bool {
    has_code(error, "25P01")
}

/// The server says that the transaction has failed before this.
pub(super) fn is_aborted(error: &sqlx::Error) -> bool {
    has_code(error, "25P02")
}

/// The role may not do this.
pub(super) fn is_denied(error: &sqlx::Error) -> bool {
    has_code(error, DENIED)
}

/// The server's error has this SQLSTATE.
pub(super) fn has_code(error: &sqlx::Error, code: &str) -> bool {
    error.as_database_error().and_then(|database| database.code()).is_some_and(|found| found == code)
}

fn database_error(error: &Error) -> Option<&dyn sqlx::error::DatabaseError> {
    let source = std::error::Error::source(error)?.downcast_ref::<sqlx::Error>()?;
    source.as_database_error()
}
