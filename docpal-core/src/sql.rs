//! The SQL gate: the only module of DocPal that holds SQL text.
//!
//! Takes ids, typed values and sea-query trees; gives rows. Everything that reaches PostgreSQL is either
//! a literal written in this module, a closed enum rendered by it, or a tree built by sea-query with every
//! user value as a bind. clippy.toml closes the ways around it (invariant 3 of ARCHITECTURE.md).
//!
//! What of this a host needs is [`Connection`] and [`Transaction`]. The rest is for docpal-query, which compiles views to
//! sea-query's trees with it: it changes with any version, sea-query's types in it included.

#[cfg(feature = "embedded")]
pub(crate) mod admin;
pub(crate) mod cancel;
pub mod copy;
pub mod ddl;
pub mod errors;
pub mod exec;
pub mod expr;
pub mod fence;
mod guarded;
pub mod ident;
pub mod key;
pub(crate) mod limits;
pub mod meta;
pub mod migrations;
pub mod numeric;
pub mod row;
pub mod statement;
pub(crate) mod transaction;

pub use ddl::{ColumnDef, Ddl, PgType, UniqueBy};
pub use guarded::{Guarded, guarded};
pub use ident::{ColumnName, MetaTable, SchemaName, TableName};
pub use key::{CompanyKey, FieldKey, TableKey};
pub use row::{CellRef, Row};
pub use statement::Statement;
pub use transaction::Transaction;

/// A connection or transaction of PostgreSQL; a host's `Transaction` derefs to it.
pub type Connection = sqlx::PgConnection;
