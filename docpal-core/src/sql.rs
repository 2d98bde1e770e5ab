//! The SQL gate: the only module of DocPal that holds SQL text.
//!
//! Takes ids, typed values and sea-query trees; gives rows. Everything that reaches PostgreSQL is either
//! a literal written in this module, a closed enum rendered by it, or a tree built by sea-query with every
//! user value as a bind. clippy.toml closes the ways around it (invariant 3 of ARCHITECTURE.md).
//!
//! What of this a host needs is [`Connection`] and [`Transaction`]; the documentation shows that and the plain types that
//! other pages name. The rest is hidden there: it is for docpal-query, which compiles views to sea-query's trees with it,
//! and changes with any version.

#[cfg(feature = "embedded")]
pub(crate) mod admin;
#[doc(hidden)]
pub mod arrays;
pub(crate) mod cancel;
#[doc(hidden)]
pub mod copy;
#[doc(hidden)]
pub mod ddl;
#[doc(hidden)]
pub mod errors;
#[doc(hidden)]
pub mod exec;
#[doc(hidden)]
pub mod expr;
#[doc(hidden)]
pub mod fence;
mod guarded;
#[doc(hidden)]
pub mod ident;
#[doc(hidden)]
pub mod key;
pub(crate) mod limits;
#[doc(hidden)]
pub mod meta;
#[doc(hidden)]
pub mod migrations;
mod named;
#[doc(hidden)]
pub mod numeric;
pub(crate) mod pooled;
#[doc(hidden)]
pub mod row;
#[doc(hidden)]
pub mod statement;
pub(crate) mod transaction;

#[doc(inline)]
pub use ddl::UniqueBy;
#[doc(hidden)]
pub use ddl::{ColumnDef, Ddl};
#[doc(hidden)]
pub use guarded::{Guarded, guarded, guarded_read};
#[doc(hidden)]
pub use ident::MetaTable;
#[doc(inline)]
pub use ident::{ColumnName, SchemaName, TableName};
#[doc(inline)]
pub use key::{CompanyKey, FieldKey, TableKey};
pub use pooled::Pooled;
#[doc(inline)]
pub use row::Row;
#[doc(hidden)]
pub use statement::Statement;
pub use transaction::Transaction;

#[doc(inline)]
pub use crate::values::{CellRef, PgType};

/// A connection or transaction of PostgreSQL; a host's `Transaction` derefs to it.
pub type Connection = sqlx::PgConnection;
