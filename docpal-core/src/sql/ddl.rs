//! Every DDL statement DocPal can run, as a closed enum. No text from users: names come from ids, types
//! and defaults are closed lists.

use super::ident::{ColumnName, SchemaName, TableName};
use crate::values::PgType;

/// How a unique index compares values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UniqueBy {
    /// The value itself.
    Value,
    /// A text: by its digest, because an index row holds 2,700 bytes and a text any number.
    TextDigest,
    /// A text, ignoring case.
    FoldedTextDigest,
}

/// A user column of a new table.
#[derive(Clone, Debug)]
pub struct ColumnDef {
    /// The physical name.
    pub name: ColumnName,
    /// The stored type.
    pub ty: PgType,
    /// Set for an autonumber: the column counts by its own sequence.
    pub counts: bool,
}

/// A DDL statement.
#[derive(Clone, Debug)]
pub enum Ddl {
    /// The schema of a company.
    CreateSchema(SchemaName),
    /// A table with the system columns and `columns`.
    CreateTable {
        /// The new table.
        table: TableName,
        /// Its user columns, in order.
        columns: Vec<ColumnDef>,
    },
    /// The sequence behind an autonumber column; made before the table.
    CreateSequence {
        /// The table that counts.
        table: TableName,
        /// The column that counts.
        column: ColumnName,
    },
    /// Ties the sequence to its column, so that it goes with the table.
    OwnSequence {
        /// The table that counts.
        table: TableName,
        /// The column that counts.
        column: ColumnName,
    },
    /// A unique index on a column of a new, empty table.
    CreateUniqueIndex {
        /// The table.
        table: TableName,
        /// The column whose values must differ.
        column: ColumnName,
        /// How values are compared.
        by: UniqueBy,
    },
    /// Drops a table for good.
    DropTable(TableName),
}

/// The index that holds `column` of a table unique; a violation names it.
#[must_use]
pub fn unique_index_name(column: &ColumnName) -> String {
    format!("du_{column}")
}

impl Ddl {
    /// The SQL text.
    #[must_use]
    pub fn sql(&self) -> String {
        match self {
            Self::CreateSchema(schema) => format!("CREATE SCHEMA {schema}"),
            Self::CreateTable { table, columns } => create_table(table, columns),
            Self::CreateSequence { table, column } => format!("CREATE SEQUENCE {}", sequence(table, column)),
            Self::OwnSequence { table, column } => {
                format!("ALTER SEQUENCE {} OWNED BY {table}.{column}", sequence(table, column))
            }
            Self::CreateUniqueIndex { table, column, by } => {
                let name = unique_index_name(column);
                let key = match by {
                    UniqueBy::Value => column.to_string(),
                    UniqueBy::TextDigest => format!("md5({column})"),
                    UniqueBy::FoldedTextDigest => format!("md5(docpal.folded({column}))"),
                };
                format!("CREATE UNIQUE INDEX {name} ON {table} ({key})")
            }
            Self::DropTable(table) => format!("DROP TABLE {table}"),
        }
    }
}

fn sequence(table: &TableName, column: &ColumnName) -> String {
    format!("{}.ds_{}_{column}", table.schema(), table.key())
}

fn create_table(table: &TableName, columns: &[ColumnDef]) -> String {
    let mut sql = format!(
        "CREATE TABLE {table} (\
         id uuid PRIMARY KEY DEFAULT gen_random_uuid(), \
         created_at timestamptz NOT NULL DEFAULT now(), \
         updated_at timestamptz NOT NULL DEFAULT now(), \
         created_by uuid, updated_by uuid, \
         version bigint NOT NULL DEFAULT 1"
    );
    for column in columns {
        sql.push_str(", ");
        sql.push_str(column.name.as_str());
        sql.push(' ');
        sql.push_str(column.ty.sql());
        if column.counts {
            sql.push_str(&format!(" NOT NULL DEFAULT nextval('{}')", sequence(table, &column.name)));
        }
    }
    sql.push(')');
    sql
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{CompanyId, FieldId, TableId};
    use crate::sql::{CompanyKey, FieldKey, TableKey};

    #[test]
    fn every_name_fits_in_63_bytes() {
        let table = TableName::of(&CompanyKey::of(CompanyId::new(), 0), TableKey::of(TableId::new(), 0));
        let column = ColumnName::of(&FieldKey::of(FieldId::new(), 0), u32::MAX);
        assert!(table.as_str().len() <= 63);
        assert!(unique_index_name(&column).len() <= 63);
        let sequence = sequence(&table, &column);
        assert!(sequence.rsplit('.').next().unwrap().len() <= 63, "{sequence}");
    }
}
