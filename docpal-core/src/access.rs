//! Permissions: who acts ([`Actor`]), what the rules say ([`Rule`]), who stands above whom ([`authority`]), and what the actor may do to one
//! table ([`Scope`]), which every read and write needs.

pub mod actor;
pub mod authority;
pub mod origin;
pub mod rule;
pub mod scope;

pub use actor::{Actor, Role, SystemReason};
pub use origin::{Cause, Origin};
pub use rule::{Action, Effect, Resource, Rule, RuleSpec, Subject};
#[doc(hidden)]
pub use scope::Sees;
pub use scope::{Guard, Scope, scope};
