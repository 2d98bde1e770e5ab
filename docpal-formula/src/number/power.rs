//! Powers. A whole exponent gives the exact power, rounded once by the number rule.

use rust_decimal::Decimal;

use super::exact::finish;
use super::wide::Wide;
use super::{Parts, fixed, round};
use crate::error::{ErrorCode, EvalError};

/// Digits kept between multiplications: twice what a result has, so that cutting is never seen.
const KEPT: u32 = 57;
/// Powers of ten beyond which a value can only overflow or vanish.
const FAR: i64 = 1_000_000;

/// `base` to the power of `exponent`; the power of anything to 0 is 1.
pub(crate) fn power(base: Decimal, exponent: Decimal) -> Result<Decimal, EvalError> {
    if !round::is_whole(exponent) {
        if base.is_zero() {
            return if exponent.is_sign_negative() {
                Err(ErrorCode::DivByZero.into())
            } else {
                Ok(Decimal::ZERO)
            };
        }
        if base.is_sign_negative() {
            return Err(EvalError::with_message(
                ErrorCode::Domain,
                "a fractional power of a negative number",
            ));
        }
        return fixed::power(base, exponent);
    }
    let exponent = Parts::of(exponent.trunc().normalize());
    let parts = Parts::of(base);
    if exponent.magnitude == 0 {
        return Ok(Decimal::ONE);
    }
    if parts.magnitude == 0 {
        return if exponent.negative { Err(ErrorCode::DivByZero.into()) } else { Ok(Decimal::ZERO) };
    }
    let negative = parts.negative && exponent.magnitude % 2 == 1;
    let base =
        Float { digits: Wide::from(parts.magnitude), exponent: -i64::from(parts.scale) }.without_zeros();
    let power = base.raised(exponent.magnitude);
    let result = if exponent.negative { power.reciprocal() } else { power };
    result.rounded(negative)
}

/// `digits * 10^exponent`.
#[derive(Clone, Copy)]
struct Float {
    digits: Wide,
    exponent: i64,
}

impl Float {
    /// Digits before the decimal point, below zero for a small fraction.
    fn magnitude(self) -> i64 {
        i64::from(self.digits.digits()) + self.exponent
    }

    /// Zeros at the end moved to the exponent, so that powers of ten stay small.
    fn without_zeros(mut self) -> Self {
        loop {
            let (quotient, digit) = self.digits.divided_by_small(10);
            if digit != 0 || quotient == Wide::ZERO {
                return self;
            }
            self = Self { digits: quotient, exponent: self.exponent + 1 };
        }
    }

    fn times(self, other: Self) -> Self {
        let product = self.digits.times(other.digits);
        let drop = product.digits().saturating_sub(KEPT);
        Self {
            digits: product.without_digits(drop),
            exponent: self.exponent + other.exponent + i64::from(drop),
        }
    }

    /// By squaring; stops once the value is out of every range.
    fn raised(self, mut exponent: u128) -> Self {
        let (mut square, mut power) = (self, Self { digits: Wide::ONE, exponent: 0 });
        loop {
            if exponent % 2 == 1 {
                power = power.times(square);
            }
            exponent /= 2;
            if exponent == 0 || power.magnitude().abs() > FAR {
                return power;
            }
            square = square.times(square);
            if square.magnitude().abs() > FAR {
                return square;
            }
        }
    }

    fn reciprocal(self) -> Self {
        let zeros = self.digits.digits() + KEPT;
        let (digits, _) = Wide::ONE.times_power_of_ten(zeros).divided_by(self.digits);
        Self { digits, exponent: -self.exponent - i64::from(zeros) }
    }

    fn rounded(self, negative: bool) -> Result<Decimal, EvalError> {
        if self.magnitude() > 30 {
            return Err(ErrorCode::Overflow.into());
        }
        match u32::try_from(-self.exponent) {
            Ok(scale) if scale > 200 => Ok(Decimal::ZERO),
            Ok(scale) => finish(self.digits, negative, scale),
            Err(_) => {
                let zeros = u32::try_from(self.exponent).unwrap_or(0);
                finish(self.digits.times_power_of_ten(zeros), negative, 0)
            }
        }
    }
}
