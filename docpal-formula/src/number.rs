//! Exact decimal arithmetic with one rounding rule.
//!
//! # The number rule
//!
//! After every arithmetic operation the exact mathematical result is rounded, half away from zero, to `s`
//! fraction digits, where `s` is 28 minus the number of digits before the decimal point of the exact result
//! (none when it is between -1 and 1, so `s` is at most 28). A result whose digits before the point are more
//! than 28 is the error `overflow`. The rule depends on the mathematical values only, never on how a number is
//! stored, so PostgreSQL's `round(numeric, s)` computes the same.
//!
//! Functions whose exact result has no finite decimal form (`SQRT EXP LN LOG LOG10` and `POWER` with a
//! fractional exponent) are rounded half away from zero to 15 significant digits, and to 28 fraction digits at
//! most.
//!
//! Each operation has a fast path for operands whose exact result provably fits, and an exact path on wide
//! integers for all others.

mod exact;
pub(crate) mod fixed;
pub(crate) mod power;
pub(crate) mod read;
pub(crate) mod round;
pub(crate) mod small;
#[cfg(test)]
mod tests;
pub(crate) mod wide;

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::error::{ErrorCode, EvalError};

/// Digits of a result.
pub(crate) const DIGITS: u32 = 28;
/// `10^28`: the first magnitude that needs 29 digits.
const BOUND: u128 = 10u128.pow(DIGITS);

/// The powers of ten that a `u64` holds.
const POWERS: [u64; 20] = {
    let mut powers = [1u64; 20];
    let mut i = 1;
    #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
    while i < 20 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// A sign, a magnitude and a scale, as [`Decimal`] keeps them.
#[derive(Clone, Copy)]
struct Parts {
    magnitude: u128,
    negative: bool,
    scale: u32,
}

impl Parts {
    #[inline]
    fn of(number: Decimal) -> Self {
        let parts = number.unpack();
        let magnitude = u128::from(parts.lo) | (u128::from(parts.mid) << 32) | (u128::from(parts.hi) << 64);
        Self { magnitude, negative: parts.negative, scale: parts.scale }
    }

    /// The magnitude if it fits 64 bits, as those of nearly all numbers people use do.
    #[inline]
    fn small(self) -> Option<u64> {
        u64::try_from(self.magnitude).ok()
    }
}

/// A decimal of a magnitude below `10^28` and a scale of at most 28.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "takes the three 32-bit words apart")]
fn pack(magnitude: u128, negative: bool, scale: u32) -> Decimal {
    let (lo, mid, hi) = (magnitude as u32, (magnitude >> 32) as u32, (magnitude >> 64) as u32);
    Decimal::from_parts(lo, mid, hi, negative && magnitude != 0, scale)
}

#[inline]
fn power_of_ten(exponent: u32) -> Option<u64> {
    POWERS.get(exponent as usize).copied()
}

/// `a + b` by the number rule.
#[inline]
pub(crate) fn add(a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
    add_parts(Parts::of(a), Parts::of(b))
}

/// `a - b` by the number rule.
#[inline]
pub(crate) fn sub(a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
    let b = Parts::of(b);
    add_parts(Parts::of(a), Parts { negative: !b.negative, ..b })
}

#[inline]
fn add_parts(a: Parts, b: Parts) -> Result<Decimal, EvalError> {
    match add_small(a, b) {
        Some(sum) => Ok(sum),
        None => exact::add(a, b),
    }
}

/// The sum of two 64-bit magnitudes whose scales are close.
#[inline]
fn add_small(a: Parts, b: Parts) -> Option<Decimal> {
    // 64 bits times 10^18 stay below 2^124, so neither the products nor their sum can overflow.
    if a.scale.abs_diff(b.scale) > 18 {
        return None;
    }
    let (x, y) = (i128::from(a.small()?), i128::from(b.small()?));
    let (x, y) = (if a.negative { -x } else { x }, if b.negative { -y } else { y });
    let (x, y, scale) = match a.scale.cmp(&b.scale) {
        Ordering::Equal => (x, y, a.scale),
        Ordering::Less => (x * i128::from(power_of_ten(b.scale - a.scale)?), y, b.scale),
        Ordering::Greater => (x, y * i128::from(power_of_ten(a.scale - b.scale)?), a.scale),
    };
    let sum = x + y;
    (sum.unsigned_abs() < BOUND).then(|| pack(sum.unsigned_abs(), sum < 0, scale))
}

/// `a * b` by the number rule.
#[inline]
pub(crate) fn mul(a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
    let (a, b) = (Parts::of(a), Parts::of(b));
    match mul_small(a, b) {
        Some(product) => Ok(product),
        None => exact::mul(a, b),
    }
}

/// The product of two 64-bit magnitudes that needs no rounding.
#[inline]
fn mul_small(a: Parts, b: Parts) -> Option<Decimal> {
    let product = u128::from(a.small()?) * u128::from(b.small()?);
    let scale = a.scale + b.scale;
    (product < BOUND && scale <= DIGITS).then(|| pack(product, a.negative != b.negative, scale))
}

/// `a / b` by the number rule.
pub(crate) fn div(a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
    if b.is_zero() {
        return Err(ErrorCode::DivByZero.into());
    }
    let (a, b) = (Parts::of(a), Parts::of(b));
    match div_small(a, b) {
        Some(quotient) => Ok(quotient),
        None => exact::div(a, b),
    }
}

/// The quotient when both magnitudes fit 64 bits after they are brought to one scale.
fn div_small(a: Parts, b: Parts) -> Option<Decimal> {
    let scale_to = a.scale.max(b.scale);
    let n = a.small()?.checked_mul(power_of_ten(scale_to - a.scale)?)?;
    let d = b.small()?.checked_mul(power_of_ten(scale_to - b.scale)?)?;
    let (whole, rest) = (n / d, n % d);
    let s = DIGITS - digits(whole.into());
    // Two steps of long division: a 64-bit remainder leaves room for 19 digits in 128 bits.
    let first = s.min(18);
    let (high, rest) = long_division_step(rest, d, first)?;
    let (low, rest) = long_division_step(rest, d, s - first)?;
    let tail = u128::from(high) * u128::from(power_of_ten(s - first)?) + u128::from(low);
    let mut magnitude = u128::from(whole) * 10u128.pow(s) + tail;
    if u128::from(rest) * 2 >= u128::from(d) {
        magnitude += 1;
    }
    Some(trimmed(magnitude, a.negative != b.negative, s))
}

/// `digits` more digits of `rest / d`, and what is left.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rest < d, so the quotient is below 10^digits and the rest below d"
)]
fn long_division_step(rest: u64, d: u64, digits: u32) -> Option<(u64, u64)> {
    let n = u128::from(rest) * u128::from(power_of_ten(digits)?);
    Some(((n / u128::from(d)) as u64, (n % u128::from(d)) as u64))
}

/// A decimal of at most `10^28` without trailing fraction zeros.
fn trimmed(mut magnitude: u128, negative: bool, mut scale: u32) -> Decimal {
    for (power, step) in [(10u128.pow(16), 16), (10u128.pow(8), 8), (10u128.pow(4), 4), (100, 2), (10, 1)] {
        while scale >= step && magnitude.is_multiple_of(power) {
            magnitude /= power;
            scale -= step;
        }
    }
    pack(magnitude, negative, scale)
}

/// The number of decimal digits, none for zero.
fn digits(magnitude: u128) -> u32 {
    magnitude.checked_ilog10().map_or(0, |log| log + 1)
}

/// The number of these digits before and behind the point, moved `percent` places to the right, by the number rule.
pub(crate) fn from_digits(
    whole: &str,
    fraction: &str,
    percent: u32,
    negative: bool,
) -> Result<Decimal, EvalError> {
    let whole = whole.trim_start_matches('0');
    if whole.len() > 40 {
        return Err(ErrorCode::Overflow.into());
    }
    // Digits behind the one that decides the rounding cannot change it.
    let fraction = fraction.get(..40).unwrap_or(fraction);
    let push =
        |wide: wide::Wide, digit: u8| wide.times_small(10).plus(wide::Wide::from(u128::from(digit - b'0')));
    let magnitude = whole.bytes().chain(fraction.bytes()).fold(wide::Wide::ZERO, push);
    exact::finish(magnitude, negative, u32::try_from(fraction.len()).unwrap_or(0) + percent)
}

/// `-a`, never a negative zero.
#[inline]
pub(crate) fn neg(a: Decimal) -> Decimal {
    if a.is_zero() { Decimal::ZERO } else { -a }
}

/// `a - b * floor(a / b)`: the remainder with the sign of the divisor.
pub(crate) fn modulo(a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
    if b.is_zero() {
        return Err(ErrorCode::DivByZero.into());
    }
    Ok(exact::modulo(Parts::of(a), Parts::of(b)))
}
