//! Conditions, blanks and errors.

use super::builtin::Builtin;

mod and;
mod r#if;
mod not;
mod or;

pub(super) static ALL: &[&Builtin] = &[&and::FUNCTION, &r#if::FUNCTION, &not::FUNCTION, &or::FUNCTION];
