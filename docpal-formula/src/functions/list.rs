//! Lists.

use super::builtin::Builtin;

mod arraycompact;
mod arrayflatten;
mod arrayjoin;
mod arrayslice;
mod arraysort;
mod arrayunique;
mod at;
mod first;
mod includes;
mod last;

pub(super) static ALL: &[&Builtin] = &[
    &arraycompact::FUNCTION,
    &arrayflatten::FUNCTION,
    &arrayjoin::FUNCTION,
    &arrayslice::FUNCTION,
    &arraysort::FUNCTION,
    &arrayunique::FUNCTION,
    &at::FUNCTION,
    &first::FUNCTION,
    &includes::FUNCTION,
    &last::FUNCTION,
];
