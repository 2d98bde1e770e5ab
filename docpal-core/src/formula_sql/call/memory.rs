//! The functions that are computed in memory only, each with the reason.

const JSON: &str = "no field holds JSON";

/// Standard functions without an SQL form, and why.
pub const MEMORY_ONLY: &[(&str, &str)] =
    &[("JSON_EXTRACT", JSON), ("JSON_NUMBER", JSON), ("JSON_TEXT", JSON)];
