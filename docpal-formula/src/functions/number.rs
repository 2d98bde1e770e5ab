//! Arithmetic, rounding, aggregates.

use super::builtin::Builtin;

mod abs;
mod average;
mod ceiling;
mod count;
mod counta;
mod countall;
mod even;
mod exp;
mod floor;
mod int;
mod ln;
mod log;
mod log10;
mod max;
mod median;
mod min;
mod modulo;
mod number_of_bool;
mod odd;
mod pi;
mod power;
mod product;
mod round;
mod rounddown;
mod roundup;
mod sign;
mod sqrt;
mod stdev;
mod stdevp;
mod sum;
mod trunc;
mod value;
mod var;
mod varp;

pub(super) static ALL: &[&Builtin] = &[
    &abs::FUNCTION,
    &average::FUNCTION,
    &ceiling::FUNCTION,
    &count::FUNCTION,
    &counta::FUNCTION,
    &countall::FUNCTION,
    &even::FUNCTION,
    &exp::FUNCTION,
    &floor::FUNCTION,
    &int::FUNCTION,
    &ln::FUNCTION,
    &log::FUNCTION,
    &log10::FUNCTION,
    &max::FUNCTION,
    &median::FUNCTION,
    &min::FUNCTION,
    &modulo::FUNCTION,
    &number_of_bool::FUNCTION,
    &odd::FUNCTION,
    &pi::FUNCTION,
    &power::FUNCTION,
    &product::FUNCTION,
    &round::FUNCTION,
    &rounddown::FUNCTION,
    &roundup::FUNCTION,
    &sign::FUNCTION,
    &sqrt::FUNCTION,
    &stdev::FUNCTION,
    &stdevp::FUNCTION,
    &sum::FUNCTION,
    &trunc::FUNCTION,
    &value::FUNCTION,
    &var::FUNCTION,
    &varp::FUNCTION,
];
