//! Arithmetic, rounding, aggregates.

use super::builtin::Builtin;

mod abs;
mod round;

pub(super) static ALL: &[&Builtin] = &[&abs::FUNCTION, &round::FUNCTION];
