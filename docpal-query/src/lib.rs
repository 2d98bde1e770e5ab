#![doc = include_str!("../README.md")]

pub mod access;
pub mod audit;
mod filter;
pub mod lower;
pub mod page;
pub mod plan;
pub mod predicate;
pub mod records;
pub mod resolve;
pub mod secure;
pub mod spec;
pub mod summary;

pub use docpal_core::aggregates;

#[doc(inline)]
pub use access::{Access, Visibility, known_fields, visible_fields};
#[doc(inline)]
pub use audit::{AuditEntry, AuditExt, AuditLog, AuditPage, MAX_AUDIT_LIMIT};
#[doc(inline)]
pub use lower::{Compiled, CompiledSummary, lower, lower_summary};
#[doc(inline)]
pub use page::Page;
#[doc(inline)]
pub use plan::{Plan, plan};
#[doc(inline)]
pub use records::{Records, RecordsExt, Saved};
#[doc(inline)]
pub use resolve::{ResolvedView, resolve};
#[doc(inline)]
pub use secure::{SecuredPlan, secure};
#[doc(inline)]
pub use spec::{AggregateSpec, Bucket, Count, Direction, EmptyPlace, GroupBy, PageSpec, Sort, ViewSpec};
#[doc(inline)]
pub use summary::{Aggregated, Summary, SummaryGroup};
