//! The slow path: exact results on wide integers, rounded once.

use rust_decimal::Decimal;

use super::wide::Wide;
use super::{DIGITS, Parts, trimmed};
use crate::error::{ErrorCode, EvalError};

#[cold]
#[inline(never)]
pub(super) fn add(a: Parts, b: Parts) -> Result<Decimal, EvalError> {
    let scale = a.scale.max(b.scale);
    let x = Wide::from(a.magnitude).times_power_of_ten(scale - a.scale);
    let y = Wide::from(b.magnitude).times_power_of_ten(scale - b.scale);
    if a.negative == b.negative {
        return finish(x.plus(y), a.negative, scale);
    }
    if x >= y { finish(x.minus(y), a.negative, scale) } else { finish(y.minus(x), b.negative, scale) }
}

#[cold]
#[inline(never)]
pub(super) fn mul(a: Parts, b: Parts) -> Result<Decimal, EvalError> {
    let product = Wide::from(a.magnitude).times(Wide::from(b.magnitude));
    finish(product, a.negative != b.negative, a.scale + b.scale)
}

#[cold]
#[inline(never)]
pub(super) fn div(a: Parts, b: Parts) -> Result<Decimal, EvalError> {
    let negative = a.negative != b.negative;
    let scale = a.scale.max(b.scale);
    let n = Wide::from(a.magnitude).times_power_of_ten(scale - a.scale);
    let d = Wide::from(b.magnitude).times_power_of_ten(scale - b.scale);
    let (whole, rest) = n.divided_by(d);
    let s = DIGITS.checked_sub(whole.digits()).ok_or(ErrorCode::Overflow)?;
    let (fraction, rest) = rest.times_power_of_ten(s).divided_by(d);
    let quotient = whole.times_power_of_ten(s).plus(fraction);
    let up = rest.plus(rest) >= d;
    pack_wide(if up { quotient.plus(Wide::ONE) } else { quotient }, negative, s)
}

/// The remainder with the divisor's sign; exact, because it has no more digits than its operands.
pub(super) fn modulo(a: Parts, b: Parts) -> Decimal {
    let scale = a.scale.max(b.scale);
    let n = Wide::from(a.magnitude).times_power_of_ten(scale - a.scale);
    let d = Wide::from(b.magnitude).times_power_of_ten(scale - b.scale);
    let (_, rest) = n.divided_by(d);
    let rest = if a.negative != b.negative && rest != Wide::ZERO { d.minus(rest) } else { rest };
    finish(rest, b.negative, scale).unwrap_or_default()
}

/// Rounds `magnitude / 10^scale` by the number rule.
pub(super) fn finish(magnitude: Wide, negative: bool, scale: u32) -> Result<Decimal, EvalError> {
    let whole = magnitude.digits().saturating_sub(scale);
    let s = DIGITS.checked_sub(whole).ok_or(ErrorCode::Overflow)?;
    if scale <= s {
        return pack_wide(magnitude, negative, scale);
    }
    pack_wide(magnitude.rounded_off(scale - s), negative, s)
}

/// A result that is at most `10^28`; the bound itself comes from rounding up and loses a zero at its end.
fn pack_wide(magnitude: Wide, negative: bool, scale: u32) -> Result<Decimal, EvalError> {
    let magnitude = magnitude.to_u128().ok_or(ErrorCode::Overflow)?;
    if magnitude >= super::BOUND && scale == 0 {
        return Err(ErrorCode::Overflow.into());
    }
    Ok(trimmed(magnitude, negative, scale))
}
