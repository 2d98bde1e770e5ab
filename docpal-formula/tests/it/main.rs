//! The language from outside: one binary for all integration tests.

mod airtable;
mod dates;
mod decisions;
mod hostile;
mod reference;
mod support;
