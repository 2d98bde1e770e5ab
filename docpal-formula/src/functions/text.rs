//! Texts and regular expressions.

use super::builtin::Builtin;

mod concatenate;
mod lower;
mod upper;

pub(super) static ALL: &[&Builtin] = &[&concatenate::FUNCTION, &lower::FUNCTION, &upper::FUNCTION];
