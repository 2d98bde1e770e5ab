//! Numbers that fit two machine words: what a formula of `+ - *` computes with as long as it can.
//!
//! A [`Small`] travels in registers, which a decimal of 16 bytes does not; a walk over a tree of small numbers
//! costs about a third of a walk over decimals. What does not fit is `None`, and the walk starts again on decimals.

use std::cmp::Ordering;
use std::num::NonZeroU32;

use rust_decimal::Decimal;

use super::{DIGITS, POWERS};

/// `mantissa / 10^scale`; by the number rule nothing that fits 64 bits and 28 fraction digits is ever rounded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Small {
    mantissa: i64,
    /// One more than the scale, so that "does not fit" needs no third word.
    scale_and_one: NonZeroU32,
}

impl Small {
    pub(crate) const ZERO: Self = Self { mantissa: 0, scale_and_one: NonZeroU32::MIN };

    #[inline]
    pub(crate) fn new(mantissa: i64, scale: u32) -> Option<Self> {
        (scale <= DIGITS).then_some(Self { mantissa, scale_and_one: NonZeroU32::MIN.saturating_add(scale) })
    }

    #[inline]
    fn scale(self) -> u32 {
        self.scale_and_one.get() - 1
    }

    #[inline]
    pub(crate) fn of(number: Decimal) -> Option<Self> {
        let parts = number.unpack();
        if parts.hi != 0 {
            return None;
        }
        let magnitude = i64::try_from(u64::from(parts.lo) | (u64::from(parts.mid) << 32)).ok()?;
        let mantissa = if parts.negative { -magnitude } else { magnitude };
        // A decimal's scale needs no check.
        Some(Self { mantissa, scale_and_one: NonZeroU32::MIN.saturating_add(parts.scale) })
    }

    #[inline]
    pub(crate) fn decimal(self) -> Decimal {
        super::pack(self.mantissa.unsigned_abs().into(), self.mantissa < 0, self.scale())
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
        let mantissa = self.mantissa.checked_mul(other.mantissa)?;
        let scale_and_one = self.scale_and_one.checked_add(other.scale())?;
        (scale_and_one.get() <= DIGITS + 1).then_some(Self { mantissa, scale_and_one })
    }

    /// The order of two numbers, if one scale fits both.
    #[inline]
    pub(crate) fn compared(self, other: Self) -> Option<Ordering> {
        let (a, b) = self.at_one_scale(other)?;
        Some(a.mantissa.cmp(&b.mantissa))
    }

    #[inline]
    fn at_one_scale(self, other: Self) -> Option<(Self, Self)> {
        match self.scale_and_one.cmp(&other.scale_and_one) {
            Ordering::Equal => Some((self, other)),
            Ordering::Less => Some((self.at_scale_of(other)?, other)),
            Ordering::Greater => Some((self, other.at_scale_of(self)?)),
        }
    }

    /// The same number at a larger scale.
    #[inline]
    fn at_scale_of(self, other: Self) -> Option<Self> {
        let power = POWERS.get((other.scale_and_one.get() - self.scale_and_one.get()) as usize)?;
        let mantissa = self.mantissa.checked_mul(i64::try_from(*power).ok()?)?;
        Some(Self { mantissa, ..other })
    }
}
