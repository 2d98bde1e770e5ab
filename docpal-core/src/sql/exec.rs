//! Running statements. The only place where SQL text that is not `'static` reaches the driver.

#![expect(clippy::disallowed_types, reason = "this module is the gate that clippy.toml points to")]

use futures_util::TryStreamExt as _;
use sea_query_sqlx::SqlxValues;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Executor as _};

use super::arrays::Array;
use super::ddl::Ddl;
use super::ident::{ColumnName, TableName};
use super::row::Row;
use super::statement::Statement;
use super::transaction::Transaction;
use crate::error::Result;

/// Runs a query and gives all its rows.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them.
pub async fn fetch_all(conn: &mut PgConnection, statement: Statement) -> Result<Vec<Row>> {
    let (text, values) = statement.into_parts();
    let rows: Vec<PgRow> = sqlx::query_with(AssertSqlSafe(text), SqlxValues(values))
        .fetch_all(conn)
        .await
        .map_err(super::errors::from_sqlx)?;
    Ok(rows.into_iter().map(Row::new).collect())
}

/// Runs a query and gives its first rows, as many as have about `bytes` bytes together and at least one; and whether
/// there were more.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them.
pub async fn fetch_within(
    conn: &mut PgConnection,
    statement: Statement,
    bytes: usize,
) -> Result<(Vec<Row>, bool)> {
    let (text, values) = statement.into_parts();
    let mut stream = sqlx::query_with(AssertSqlSafe(text), SqlxValues(values)).fetch(conn);
    let (mut rows, mut size) = (Vec::new(), 0_usize);
    while let Some(row) = stream.try_next().await.map_err(super::errors::from_sqlx)? {
        if size >= bytes {
            // A connection of the pool has the rest cancelled; on another, the driver reads over it before the next
            // statement.
            return Ok((rows, true));
        }
        let row = Row::new(row);
        size = size.saturating_add(row.size());
        rows.push(row);
    }
    Ok((rows, false))
}

/// The cursor of an export: a transaction has one at a time.
const CURSOR: &str = "docpal_export";

/// Opens a cursor on a query, planned for being read to its end; it lives as long as the transaction.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them.
pub async fn open_cursor(conn: &mut PgConnection, statement: Statement) -> Result<()> {
    let (text, values) = statement.into_parts();
    conn.execute("SET LOCAL cursor_tuple_fraction = 1").await.map_err(super::errors::from_sqlx)?;
    sqlx::query_with(
        AssertSqlSafe(format!("DECLARE {CURSOR} NO SCROLL CURSOR FOR {text}")),
        SqlxValues(values),
    )
    .persistent(false)
    .execute(conn)
    .await
    .map(drop)
    .map_err(super::errors::from_sqlx)
}

/// The next `count` rows of the open cursor; fewer at its end.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them.
pub async fn fetch_cursor(conn: &mut PgConnection, count: u32) -> Result<Vec<Row>> {
    // Not kept as a prepared statement: the columns are those of whatever the cursor reads.
    let rows: Vec<PgRow> = sqlx::query(AssertSqlSafe(format!("FETCH FORWARD {count} FROM {CURSOR}")))
        .persistent(false)
        .fetch_all(conn)
        .await
        .map_err(super::errors::from_sqlx)?;
    Ok(rows.into_iter().map(Row::new).collect())
}

/// Runs a query and gives its first row, if any.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them.
pub async fn fetch_optional(conn: &mut PgConnection, statement: Statement) -> Result<Option<Row>> {
    let (text, values) = statement.into_parts();
    let row = sqlx::query_with(AssertSqlSafe(text), SqlxValues(values))
        .fetch_optional(conn)
        .await
        .map_err(super::errors::from_sqlx)?;
    Ok(row.map(Row::new))
}

/// Runs a statement and gives the number of rows it touched.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them.
pub async fn execute(conn: &mut PgConnection, statement: Statement) -> Result<u64> {
    let (text, values) = statement.into_parts();
    let done = sqlx::query_with(AssertSqlSafe(text), SqlxValues(values))
        .execute(conn)
        .await
        .map_err(super::errors::from_sqlx)?;
    Ok(done.rows_affected())
}

/// Runs DDL statements, in order, in one round trip.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them.
pub async fn run_ddl(conn: &mut PgConnection, statements: &[Ddl]) -> Result<()> {
    let text = statements.iter().map(Ddl::sql).collect::<Vec<_>>().join(";\n");
    conn.execute(AssertSqlSafe(text)).await.map_err(super::errors::from_sqlx)?;
    Ok(())
}

/// Writes the rows of a piece into `table`; gives their number.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them.
pub async fn insert_arrays(conn: &mut PgConnection, table: &TableName, piece: &[Array]) -> Result<u64> {
    let names = piece.iter().map(|array| array.name().as_str()).collect::<Vec<_>>().join(", ");
    let values = piece.iter().map(|array| format!("{}::{}", array.name(), array.ty().sql()));
    let values = values.collect::<Vec<_>>().join(", ");
    let binds = piece.iter().zip(1..).map(|(array, n)| format!("${n}::{}", array.ty().list_sql()));
    let binds = binds.collect::<Vec<_>>().join(", ");
    let text =
        format!("INSERT INTO {table} ({names}) SELECT {values} FROM unnest({binds}) AS given ({names})");
    // Not kept as a prepared statement: the columns are those that somebody gave.
    let query = sqlx::query(AssertSqlSafe(text)).persistent(false);
    let query = piece.iter().fold(query, |query, array| query.bind(array));
    Ok(query.execute(conn).await.map_err(super::errors::from_sqlx)?.rows_affected())
}

/// Streams `data`, in PostgreSQL's binary COPY format, into `columns` of `table`; gives the number of rows.
///
/// In a transaction that goes with the call only: a COPY that is dropped on the way leaves the driver out of step with the
/// server, and whoever had the connection then would get the answers to other questions.
///
/// # Errors
/// As [`super::errors::from_sqlx`] maps them; on an error nothing of the copy stays.
pub async fn copy_in(
    tx: &mut Transaction,
    table: &TableName,
    columns: &[ColumnName],
    data: impl IntoIterator<Item = Vec<u8>>,
) -> Result<u64> {
    let columns = columns.iter().map(ColumnName::as_str).collect::<Vec<_>>().join(", ");
    let text = format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)");
    stream_in(tx, &text, data).await.map_err(super::errors::from_sqlx)
}

async fn stream_in(
    conn: &mut PgConnection,
    text: &str,
    data: impl IntoIterator<Item = Vec<u8>>,
) -> sqlx::Result<u64> {
    let mut copy = conn.copy_in_raw(text).await?;
    for chunk in data {
        copy.send(chunk.as_slice()).await?;
    }
    copy.finish().await
}
