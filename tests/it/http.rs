//! The HTTP API over real connections.

mod access;
mod answers;
mod bad_input;
pub(crate) mod client;
mod connections;
mod database;
mod dropped;
mod existence;
mod formula;
mod fuzz;
mod idempotency;
mod identity;
mod import_names;
mod import_previews;
mod import_refusals;
mod imports;
mod keys;
mod large_answers;
mod limits;
mod metrics;
mod openapi;
mod records;
mod server;
mod shapes;
mod tables;
