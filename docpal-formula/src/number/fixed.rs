//! Functions whose results have no finite decimal form, on binary fixed-point numbers of 160 fraction bits.
//!
//! Every result carries at least 40 correct digits before it is rounded to 15, so the rounding sees the digits
//! that exact arithmetic would show it.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::exact::finish;
use super::wide::Wide;
use super::{DIGITS, Parts};
use crate::error::{ErrorCode, EvalError};

/// Fraction bits of a fixed-point number.
const BITS: u32 = 160;
/// Significant digits of a rounded result.
const SIGNIFICANT: u32 = 15;
/// Fraction digits of a result before it is rounded.
const SCALE: u32 = DIGITS + 2;

/// A signed number of 160 fraction bits.
#[derive(Debug, Clone, Copy)]
struct Fixed {
    negative: bool,
    magnitude: Wide,
}

fn one() -> Wide {
    Wide::ONE.shifted_left(BITS)
}

/// The product of two fixed-point magnitudes below `2^32`.
fn times(a: Wide, b: Wide) -> Wide {
    a.times(b).shifted_right(BITS)
}

/// The natural logarithm of 2.
static LN_2: LazyLock<Wide> = LazyLock::new(|| ln_series(one().plus(one())));

impl Fixed {
    fn plus(self, other: Self) -> Self {
        if self.negative == other.negative {
            return Self { magnitude: self.magnitude.plus(other.magnitude), ..self };
        }
        if self.magnitude >= other.magnitude {
            return Self { magnitude: self.magnitude.minus(other.magnitude), ..self };
        }
        Self { magnitude: other.magnitude.minus(self.magnitude), ..other }
    }

    /// The exact value of a decimal, cut to the fraction bits.
    fn of(number: Decimal) -> Self {
        let parts = Parts::of(number);
        let scaled = Wide::from(parts.magnitude).shifted_left(BITS);
        Self { negative: parts.negative, magnitude: scaled.without_digits(parts.scale) }
    }
}

/// The square root, or a domain error.
pub(crate) fn sqrt(number: Decimal) -> Result<Decimal, EvalError> {
    let parts = Parts::of(number);
    if parts.negative && parts.magnitude != 0 {
        return Err(EvalError::with_message(ErrorCode::Domain, "the square root of a negative number"));
    }
    let square = Wide::from(parts.magnitude).times_power_of_ten(2 * SCALE - parts.scale);
    significant(square.square_root(), false)
}

/// `e` to the power of the number.
pub(crate) fn exp(number: Decimal) -> Result<Decimal, EvalError> {
    exp_fixed(Fixed::of(number))
}

/// The natural logarithm, or a domain error.
pub(crate) fn ln(number: Decimal) -> Result<Decimal, EvalError> {
    let ln = ln_fixed(number)?;
    significant(scaled(ln.magnitude), ln.negative)
}

/// The logarithm to a base, or a domain error.
pub(crate) fn log(number: Decimal, base: Decimal) -> Result<Decimal, EvalError> {
    if base == Decimal::ONE {
        return Err(EvalError::with_message(ErrorCode::Domain, "the base of a logarithm is 1"));
    }
    let (ln, base) = (ln_fixed(number)?, ln_fixed(base)?);
    let (quotient, _) = ln.magnitude.shifted_left(BITS).divided_by(base.magnitude);
    significant(scaled(quotient), ln.negative != base.negative)
}

/// `base` to a power that is no whole number; the base is above zero.
pub(super) fn power(base: Decimal, exponent: Decimal) -> Result<Decimal, EvalError> {
    let (ln, exponent) = (ln_fixed(base)?, Fixed::of(exponent));
    let negative = ln.negative != exponent.negative;
    if ln.magnitude.bits() + exponent.magnitude.bits() > 2 * BITS + 8 {
        // The exponent of e is beyond 2^7 on one side or the other.
        return if negative { Ok(Decimal::ZERO) } else { Err(ErrorCode::Overflow.into()) };
    }
    exp_fixed(Fixed { negative, magnitude: times(ln.magnitude, exponent.magnitude) })
}

fn exp_fixed(x: Fixed) -> Result<Decimal, EvalError> {
    // e^65 has 29 digits before the point, e^-70 has no digit among the first 28 behind it.
    let too_large = x.magnitude > one().times_small(70);
    if too_large {
        return if x.negative { Ok(Decimal::ZERO) } else { Err(ErrorCode::Overflow.into()) };
    }
    // x = k ln 2 + r, so that e^x = 2^k e^r with r between 0 and ln 2.
    let (k, r) = x.magnitude.divided_by(*LN_2);
    let k = k.to_u128().and_then(|k| u32::try_from(k).ok()).unwrap_or(0);
    if !x.negative {
        return significant(scaled(exp_series(r)).shifted_left(k), false);
    }
    let (k, r) = if r == Wide::ZERO { (k, r) } else { (k + 1, LN_2.minus(r)) };
    significant(scaled(exp_series(r)).shifted_right(k), false)
}

/// `e^r` by its power series; `r` is at most ln 2.
fn exp_series(r: Wide) -> Wide {
    let (mut sum, mut term, mut n) = (one(), one(), 1);
    while term != Wide::ZERO {
        term = times(term, r).divided_by_small(n).0;
        sum = sum.plus(term);
        n += 1;
    }
    sum
}

fn ln_fixed(number: Decimal) -> Result<Fixed, EvalError> {
    let parts = Parts::of(number);
    if parts.negative || parts.magnitude == 0 {
        return Err(EvalError::with_message(
            ErrorCode::Domain,
            "the logarithm of a number that is not above zero",
        ));
    }
    // number = m 2^k with m between 1 and 2, as exact as the fraction bits allow.
    let denominator = Wide::ONE.times_power_of_ten(parts.scale);
    let numerator = Wide::from(parts.magnitude);
    let shift = BITS + 2 + denominator.bits() - numerator.bits().min(denominator.bits());
    let (quotient, _) = numerator.shifted_left(shift).divided_by(denominator);
    let excess = quotient.bits() - (BITS + 1);
    let m = quotient.shifted_right(excess);
    let k = i64::from(BITS) - i64::from(shift) + i64::from(excess);
    let whole = Fixed { negative: k < 0, magnitude: LN_2.times_small(k.unsigned_abs()) };
    Ok(whole.plus(Fixed { negative: false, magnitude: ln_series(m) }))
}

/// The logarithm of `m`, between 1 and 2, as `2 artanh((m - 1) / (m + 1))`.
fn ln_series(m: Wide) -> Wide {
    let (t, _) = m.minus(one()).shifted_left(BITS).divided_by(m.plus(one()));
    let square = times(t, t);
    let (mut sum, mut power, mut n) = (t, t, 3);
    while power != Wide::ZERO {
        power = times(power, square);
        sum = sum.plus(power.divided_by_small(n).0);
        n += 2;
    }
    sum.plus(sum)
}

/// A fixed-point magnitude as a whole number of `10^-30`, rounded down.
fn scaled(magnitude: Wide) -> Wide {
    magnitude.times_power_of_ten(SCALE).shifted_right(BITS)
}

/// A whole number of `10^-30` rounded to 15 significant digits, and to 28 fraction digits at most.
fn significant(magnitude: Wide, negative: bool) -> Result<Decimal, EvalError> {
    let drop = magnitude.digits().saturating_sub(SIGNIFICANT).max(SCALE - DIGITS);
    let kept = magnitude.rounded_off(drop);
    match SCALE.checked_sub(drop) {
        Some(scale) => finish(kept, negative, scale),
        None => finish(kept.times_power_of_ten(drop - SCALE), negative, 0),
    }
}
