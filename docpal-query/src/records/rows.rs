//! Many records on their way into a table: streamed in a transaction that goes with the call; as arrays of statements on a
//! connection that somebody else has, too, which a stream that is dropped half-way would leave out of step.

use docpal_core::sql::arrays::ArrayBuffer;
use docpal_core::sql::copy::CopyBuffer;
use docpal_core::sql::{ColumnName, Connection, PgType, TableName, Transaction, exec};
use docpal_core::{Cell, Result};
use uuid::Uuid;

/// Rows, and the connection that they go to. Each has a cell for each column, in their order.
pub(super) enum Rows<'c> {
    /// By COPY.
    Copied(&'c mut Transaction, CopyBuffer),
    /// By INSERT.
    Inserted(&'c mut Connection, ArrayBuffer),
}

impl<'c> Rows<'c> {
    /// Rows that are streamed, in a transaction that nobody has after the call.
    pub(super) fn copied(tx: &'c mut Transaction) -> Self {
        Self::Copied(tx, CopyBuffer::default())
    }

    /// Rows that are inserted.
    pub(super) fn inserted(conn: &'c mut Connection) -> Self {
        Self::Inserted(conn, ArrayBuffer::default())
    }

    /// The connection.
    pub(super) fn connection(&mut self) -> &mut Connection {
        match self {
            Self::Copied(tx, _) => tx,
            Self::Inserted(conn, _) => conn,
        }
    }

    /// Starts a row of these columns.
    pub(super) fn start_row(&mut self, columns: &[(ColumnName, PgType)]) {
        match self {
            Self::Copied(_, buffer) => buffer.start_row(columns.len()),
            Self::Inserted(_, buffer) => buffer.start_row(columns),
        }
    }

    /// Appends an uuid.
    pub(super) fn uuid(&mut self, value: Option<Uuid>) {
        match self {
            Self::Copied(_, buffer) => buffer.uuid(value),
            Self::Inserted(_, buffer) => buffer.cell(&value.map_or(Cell::Null, Cell::Uuid)),
        }
    }

    /// Appends a cell.
    pub(super) fn cell(&mut self, cell: &Cell) {
        match self {
            Self::Copied(_, buffer) => buffer.cell(cell),
            Self::Inserted(_, buffer) => buffer.cell(cell),
        }
    }

    /// Writes what was appended.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub(super) async fn write(&mut self, table: &TableName, columns: &[(ColumnName, PgType)]) -> Result<()> {
        match self {
            Self::Copied(tx, buffer) => {
                let names: Vec<ColumnName> = columns.iter().map(|(name, _)| name.clone()).collect();
                exec::copy_in(tx, table, &names, std::mem::take(buffer).finish()).await?;
            }
            Self::Inserted(conn, buffer) => {
                for piece in std::mem::take(buffer).finish() {
                    exec::insert_arrays(conn, table, &piece).await?;
                }
            }
        }
        Ok(())
    }
}
