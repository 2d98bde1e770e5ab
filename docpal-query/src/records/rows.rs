//! Many records on their way into a table: streamed in a transaction of DocPal's, as values of statements on a host's
//! connection, which a stream that is dropped half-way would leave out of step.

use docpal_core::sql::copy::CopyBuffer;
use docpal_core::sql::expr::{self, Expr, InsertStatement, Query};
use docpal_core::sql::{ColumnName, Connection, PgType, Statement, TableName, Transaction, exec};
use docpal_core::{Cell, Error, Result};
use uuid::Uuid;

/// So many values are in one statement; PostgreSQL takes 65,535.
const VALUES: usize = 32_000;

/// Rows, and the connection that they go to. Each has a cell for each column, in their order.
pub(super) enum Rows<'c> {
    /// By COPY.
    Copied(&'c mut Transaction, CopyBuffer),
    /// By INSERT.
    Inserted(&'c mut Connection, Values),
}

/// Rows of values, and the one that is being made.
#[derive(Default)]
pub(super) struct Values {
    types: Vec<PgType>,
    rows: Vec<Vec<Expr>>,
    row: Vec<Expr>,
}

impl<'c> Rows<'c> {
    /// Rows that are streamed.
    pub(super) fn copied(tx: &'c mut Transaction) -> Self {
        Self::Copied(tx, CopyBuffer::default())
    }

    /// Rows that are inserted.
    pub(super) fn inserted(conn: &'c mut Connection) -> Self {
        Self::Inserted(conn, Values::default())
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
            Self::Inserted(_, values) => {
                values.end_row();
                values.types = columns.iter().rev().map(|(_, ty)| *ty).collect();
            }
        }
    }

    /// Appends an uuid.
    pub(super) fn uuid(&mut self, value: Option<Uuid>) {
        match self {
            Self::Copied(_, buffer) => buffer.uuid(value),
            Self::Inserted(_, values) => {
                values.types.pop();
                values.row.push(expr::nullable_uuid(value));
            }
        }
    }

    /// Appends a cell.
    pub(super) fn cell(&mut self, cell: &Cell) {
        match self {
            Self::Copied(_, buffer) => buffer.cell(cell),
            Self::Inserted(_, values) => {
                if let Some(ty) = values.types.pop() {
                    values.row.push(expr::bind(cell, ty));
                }
            }
        }
    }

    /// Writes what was appended.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub(super) async fn write(&mut self, table: &TableName, columns: &[(ColumnName, PgType)]) -> Result<()> {
        let names: Vec<ColumnName> = columns.iter().map(|(name, _)| name.clone()).collect();
        match self {
            Self::Copied(tx, buffer) => {
                exec::copy_in(tx, table, &names, std::mem::take(buffer).finish()).await?;
            }
            Self::Inserted(conn, values) => {
                values.end_row();
                let mut rows = std::mem::take(&mut values.rows).into_iter();
                loop {
                    let some: Vec<Vec<Expr>> = rows.by_ref().take((VALUES / names.len()).max(1)).collect();
                    if some.is_empty() {
                        break;
                    }
                    exec::execute_once(conn, insert(table, &names, some)?).await?;
                }
            }
        }
        Ok(())
    }
}

impl Values {
    fn end_row(&mut self) {
        if !self.row.is_empty() {
            self.rows.push(std::mem::take(&mut self.row));
        }
    }
}

/// INSERT INTO table (..) VALUES (..), (..)
fn insert(table: &TableName, columns: &[ColumnName], rows: Vec<Vec<Expr>>) -> Result<Statement> {
    let mut insert: InsertStatement = Query::insert();
    insert.into_table(table.table_ref()).columns(columns.iter().cloned());
    for row in rows {
        insert.values(row).map_err(Error::internal)?;
    }
    Ok(Statement::from(insert))
}
