//! From a secured plan to SQL. Pure: no database, and nothing here can be reached without a scope.

pub(crate) mod cursor;
pub(crate) mod field;
pub mod formula;
pub(crate) mod predicate;
pub(crate) mod select;

pub use select::{Compiled, lower};
