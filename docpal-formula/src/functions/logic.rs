//! Conditions, blanks and errors.

use super::builtin::Builtin;

mod and;
mod blank;
mod coalesce;
mod error;
mod r#false;
mod r#if;
mod iferror;
mod ifs;
mod isblank;
mod iserror;
mod not;
mod or;
mod switch;
mod r#true;
mod xor;

pub(super) static ALL: &[&Builtin] = &[
    &and::FUNCTION,
    &blank::FUNCTION,
    &coalesce::FUNCTION,
    &error::FUNCTION,
    &r#false::FUNCTION,
    &r#if::FUNCTION,
    &iferror::FUNCTION,
    &ifs::FUNCTION,
    &isblank::FUNCTION,
    &iserror::FUNCTION,
    &not::FUNCTION,
    &or::FUNCTION,
    &switch::FUNCTION,
    &r#true::FUNCTION,
    &xor::FUNCTION,
];
