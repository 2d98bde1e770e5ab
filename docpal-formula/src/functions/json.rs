//! JSON documents.

use super::builtin::Builtin;

mod json_extract;
mod json_number;
mod json_text;

pub(super) static ALL: &[&Builtin] = &[&json_extract::FUNCTION, &json_number::FUNCTION, &json_text::FUNCTION];
