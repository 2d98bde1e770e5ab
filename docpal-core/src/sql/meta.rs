//! Statements on DocPal's own tables: static SQL, one file per thing.

pub mod api_keys;
pub mod apps;
pub mod audit;
pub mod companies;
pub mod rules;
pub mod tables;
