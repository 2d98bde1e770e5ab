#![doc = include_str!("../README.md")]

pub mod access;
pub mod aggregates;
pub mod audit;
pub mod docpal;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod error;
pub mod events;
pub mod field_types;
pub mod filter;
#[doc(hidden)]
pub mod formula_sql;
pub mod id;
pub mod json;
pub mod json_out;
pub mod model;
pub mod names;
pub mod operators;
pub mod records;
pub mod shape;
pub mod sql;
pub mod target;
#[cfg(feature = "testing")]
pub mod testing;
pub mod values;

#[doc(inline)]
pub use access::{
    Action, Actor, Cause, Effect, Origin, Resource, Role, Rule, RuleSpec, Scope, Subject, SystemReason,
};
#[doc(inline)]
pub use docpal::{AppSpec, DatabaseFacts, Docpal, Limits, Schema};
#[doc(inline)]
pub use error::{Error, ErrorKind, FieldError, Result};
#[doc(inline)]
pub use events::{Event, EventLog};
#[doc(inline)]
pub use filter::{Filter, field};
#[doc(inline)]
pub use id::{AppId, CompanyId, FieldId, RecordId, RoleId, RuleId, TableId, UserId};
#[doc(inline)]
pub use json::Json;
#[doc(inline)]
pub use model::{App, Company, Field, FieldSpec, TableSnapshot, TableSpec};
#[doc(inline)]
pub use records::RecordDraft;
#[doc(inline)]
pub use sql::{Pooled, Transaction};
#[doc(inline)]
pub use values::Cell;
