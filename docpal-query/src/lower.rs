//! From a secured plan to SQL. Pure: no database, and nothing here can be reached without a scope.

pub(crate) mod cursor;
pub(crate) mod encode;
pub(crate) mod field;
mod formulas;
pub(crate) mod image;
pub(crate) mod predicate;
pub(crate) mod select;
pub(crate) mod summary;

pub use formulas::formulas;
pub use select::{Compiled, lower};
pub use summary::{CompiledSummary, lower_summary};
