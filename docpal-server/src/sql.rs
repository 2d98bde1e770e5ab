//! The server's SQL gate: the only module of this crate that holds SQL text, and that text is `'static`.
//!
//! It is about the server's own tables, in schema `docpal_server`. Tables that users made, and DocPal's own, are
//! reached through `docpal_core` only.

pub(crate) mod answers;
pub(crate) mod api_keys;
mod migrations;

pub use migrations::{migrate, require_migrated};
