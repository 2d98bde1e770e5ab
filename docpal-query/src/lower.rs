//! From a secured plan to SQL. Pure: no database, and nothing here can be reached without a scope.

pub(crate) mod cursor;
pub(crate) mod encode;
pub(crate) mod field;
mod formulas;
pub(crate) mod image;
pub(crate) mod order;
pub(crate) mod predicate;
mod readable;
pub(crate) mod select;
pub(crate) mod summary;

pub use formulas::formulas;
pub use select::{Compiled, CompiledExport, lower, lower_export};
pub use summary::{CompiledSummary, lower_summary};
