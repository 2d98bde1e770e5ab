//! Identifiers: made from the keys of ids only, so that no user string can ever be one. All are far below
//! PostgreSQL's 63 bytes and need no quoting, though the builder quotes them.

use std::fmt;

use sea_query::{DynIden, Iden, TableRef};

use super::key::{CompanyKey, FieldKey, TableKey};
use crate::id::FieldId;

/// The PostgreSQL schema of one company: `docpal_<its key>`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SchemaName(String);

/// The physical table of one DocPal table, schema-qualified:
/// `docpal_<company key>.dt_<company key>_<table key>`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    schema: SchemaName,
    table: String,
    key: TableKey,
}

/// A physical column: of a field (`f_<its key>`), of the system, or an alias that this module makes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ColumnName(std::borrow::Cow<'static, str>);

impl SchemaName {
    /// The schema of the company with this key.
    #[must_use]
    pub fn of(company: &CompanyKey) -> Self {
        Self(format!("docpal_{company}"))
    }

    /// The name as text, for metadata and messages to operators.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TableName {
    /// The physical table of the table with this key in the company with this one.
    ///
    /// # Example
    /// ```
    /// use docpal_core::sql::{CompanyKey, TableKey, TableName};
    /// let company = CompanyKey::of("abc123de-f456-4000-8000-000000000000".parse()?, 0);
    /// let table = TableKey::of("8f3a4b2c-1d9e-4f5a-8000-000000000000".parse()?, 0);
    /// let name = TableName::of(&company, table);
    /// assert_eq!(name.to_string(), "docpal_abc123def456.dt_abc123def456_8f3a4b2c1d9e4f5a");
    /// # Ok::<(), uuid::Error>(())
    /// ```
    #[must_use]
    pub fn of(company: &CompanyKey, table: TableKey) -> Self {
        Self { schema: SchemaName::of(company), table: format!("dt_{company}_{table}"), key: table }
    }

    /// The unqualified name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.table
    }

    /// The company's schema.
    #[must_use]
    pub fn schema(&self) -> &SchemaName {
        &self.schema
    }

    pub(super) fn key(&self) -> &TableKey {
        &self.key
    }

    /// The table as a sea-query reference.
    #[doc(hidden)]
    #[must_use]
    pub fn table_ref(&self) -> TableRef {
        let schema = sea_query::SchemaName(None, DynIden::from(self.schema.0.clone()));
        TableRef::Table(sea_query::TableName(Some(schema), DynIden::from(self.table.clone())), None)
    }
}

impl ColumnName {
    /// Primary key.
    pub const ID: Self = Self::system("id");
    /// When the record was made.
    pub const CREATED_AT: Self = Self::system("created_at");
    /// When the record was last changed.
    pub const UPDATED_AT: Self = Self::system("updated_at");
    /// Who made the record.
    pub const CREATED_BY: Self = Self::system("created_by");
    /// Who last changed the record.
    pub const UPDATED_BY: Self = Self::system("updated_by");
    /// Counts the changes of a record, for optimistic locking.
    pub const VERSION: Self = Self::system("version");

    /// A fixed name; only for names that the code spells out.
    #[must_use]
    pub const fn system(name: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(name))
    }

    /// The column of the field with this key; `generation` counts the storage generations from 1.
    #[must_use]
    pub fn of(field: &FieldKey, generation: u32) -> Self {
        let base = format!("f_{field}");
        Self(if generation <= 1 { base.into() } else { format!("{base}_{generation}").into() })
    }

    /// The key of `field` in the image of a record: its id. An alias only; no table has such a column.
    #[must_use]
    pub fn image_key(field: FieldId) -> Self {
        Self(field.to_string().into())
    }

    /// A numbered alias, `<stem><n>`, for derived columns of a statement.
    #[must_use]
    pub fn alias(stem: &'static str, n: usize) -> Self {
        Self(format!("{stem}{n}").into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[doc(hidden)]
impl Iden for ColumnName {
    fn quoted(&self) -> std::borrow::Cow<'static, str> {
        self.0.clone()
    }

    fn unquoted(&self) -> &str {
        &self.0
    }
}

/// A table of DocPal's own metadata that record writes touch in the same statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaTable {
    /// What happened, for people.
    AuditLog,
    /// What happened, for subscribers.
    Outbox,
    /// Tables, each with its version.
    Tables,
    /// Companies, each with the version of its rules.
    Companies,
}

impl MetaTable {
    /// The table as a sea-query reference.
    #[doc(hidden)]
    #[must_use]
    pub fn table_ref(self) -> TableRef {
        let name = match self {
            Self::AuditLog => "audit_log",
            Self::Outbox => "outbox",
            Self::Tables => "tables",
            Self::Companies => "companies",
        };
        let schema = sea_query::SchemaName(None, DynIden::from("docpal"));
        TableRef::Table(sea_query::TableName(Some(schema), DynIden::from(name)), None)
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.table)
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
