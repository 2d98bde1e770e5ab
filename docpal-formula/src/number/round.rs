//! Rounding to a number of digits.

use rust_decimal::Decimal;

use super::{BOUND, DIGITS, Parts, pack};
use crate::error::{ErrorCode, EvalError};

/// Where the digits that are dropped go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// To the nearest; halves away from zero.
    HalfAway,
    /// Away from zero.
    Away,
    /// Toward zero.
    Zero,
    /// Toward minus infinity.
    Floor,
    /// Toward plus infinity.
    Ceiling,
}

/// Rounds to `digits` fraction digits; a negative count rounds to tens, hundreds and so on.
pub(crate) fn to_digits(number: Decimal, digits: i64, mode: Mode) -> Result<Decimal, EvalError> {
    let digits = digits.clamp(-i64::from(DIGITS), i64::from(DIGITS));
    let parts = Parts::of(number);
    let Some(drop) = u32::try_from(i64::from(parts.scale) - digits).ok().filter(|drop| *drop > 0) else {
        return Ok(number);
    };
    let kept = round_off(parts.magnitude, parts.negative, drop, mode);
    match u32::try_from(digits) {
        Ok(scale) => Ok(pack(kept, parts.negative, scale)),
        Err(_) => {
            let zeros = u32::try_from(-digits).unwrap_or(DIGITS);
            let magnitude = kept.checked_mul(10u128.pow(zeros)).filter(|magnitude| *magnitude < BOUND);
            magnitude
                .map(|magnitude| pack(magnitude, parts.negative, 0))
                .ok_or_else(|| ErrorCode::Overflow.into())
        }
    }
}

/// `magnitude / 10^drop` as a whole number.
fn round_off(magnitude: u128, negative: bool, drop: u32, mode: Mode) -> u128 {
    let Some(power) = 10u128.checked_pow(drop) else {
        // More digits than any magnitude has: only "away from zero" leaves something.
        let away =
            mode == Mode::Away || (mode == Mode::Floor && negative) || (mode == Mode::Ceiling && !negative);
        return u128::from(away && magnitude != 0);
    };
    let (kept, rest) = (magnitude / power, magnitude % power);
    let up = match mode {
        Mode::HalfAway => rest >= power - rest,
        Mode::Away => rest > 0,
        Mode::Zero => false,
        Mode::Floor => negative && rest > 0,
        Mode::Ceiling => !negative && rest > 0,
    };
    kept + u128::from(up && rest > 0)
}

/// The whole number toward zero, if it fits.
pub(crate) fn whole(number: Decimal) -> Option<i64> {
    let parts = Parts::of(number);
    let magnitude =
        i128::try_from(round_off(parts.magnitude, parts.negative, parts.scale, Mode::Zero)).ok()?;
    i64::try_from(if parts.negative { -magnitude } else { magnitude }).ok()
}

/// Whether the number has no fraction.
pub(crate) fn is_whole(number: Decimal) -> bool {
    number.fract().is_zero()
}
