//! Numbers that fit two machine words: what a formula of `+ - *` computes with as long as it can.
//!
//! A [`Small`] travels in registers, which a decimal of 16 bytes does not; a walk over a tree of small numbers
//! costs about a third of a walk over decimals. What does not fit is `None`, and the walk starts again on decimals.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::{DIGITS, POWERS};

/// `mantissa / 10^scale`; by the number rule nothing that fits 64 bits and 28 fraction digits is ever rounded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Small {
    mantissa: i64,
    scale: u32,
}

impl Small {
    pub(crate) const ZERO: Self = Self { mantissa: 0, scale: 0 };

    #[inline]
    pub(crate) fn new(mantissa: i64, scale: u32) -> Option<Self> {
        (scale <= DIGITS).then_some(Self { mantissa, scale })
    }

    #[inline]
    pub(crate) fn of(number: Decimal) -> Option<Self> {
        let parts = number.unpack();
        if parts.hi != 0 {
            return None;
        }
        let magnitude = i64::try_from(u64::from(parts.lo) | (u64::from(parts.mid) << 32)).ok()?;
        Some(Self { mantissa: if parts.negative { -magnitude } else { magnitude }, scale: parts.scale })
    }

    #[inline]
    pub(crate) fn decimal(self) -> Decimal {
        super::pack(self.mantissa.unsigned_abs().into(), self.mantissa < 0, self.scale)
    }

    #[inline]
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let (a, b) = self.at_one_scale(other)?;
        Some(Self { mantissa: a.mantissa.checked_add(b.mantissa)?, ..a })
    }

    #[inline]
    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        let (a, b) = self.at_one_scale(other)?;
        Some(Self { mantissa: a.mantissa.checked_sub(b.mantissa)?, ..a })
    }

    #[inline]
    pub(crate) fn times(self, other: Self) -> Option<Self> {
        let scale = self.scale + other.scale;
        if scale > DIGITS {
            return None;
        }
        Some(Self { mantissa: self.mantissa.checked_mul(other.mantissa)?, scale })
    }

    /// The order of two numbers, if one scale fits both.
    #[inline]
    pub(crate) fn compared(self, other: Self) -> Option<Ordering> {
        let (a, b) = self.at_one_scale(other)?;
        Some(a.mantissa.cmp(&b.mantissa))
    }

    #[inline]
    fn at_one_scale(self, other: Self) -> Option<(Self, Self)> {
        match self.scale.cmp(&other.scale) {
            Ordering::Equal => Some((self, other)),
            Ordering::Less => Some((self.with_scale(other.scale)?, other)),
            Ordering::Greater => Some((self, other.with_scale(self.scale)?)),
        }
    }

    #[inline]
    fn with_scale(self, scale: u32) -> Option<Self> {
        let power = POWERS.get((scale - self.scale) as usize)?;
        let mantissa = self.mantissa.checked_mul(i64::try_from(*power).ok()?)?;
        Some(Self { mantissa, scale })
    }
}
