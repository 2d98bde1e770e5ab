//! Unsigned integers of 384 bits: enough for every exact intermediate of two decimals.

use std::cmp::Ordering;

const LIMBS: usize = 6;

/// An unsigned integer of 384 bits, least significant limb first.
///
/// Operations wrap silently past 384 bits; callers stay far below by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wide([u64; LIMBS]);

impl From<u128> for Wide {
    fn from(value: u128) -> Self {
        Self([low(value), low(value >> 64), 0, 0, 0, 0])
    }
}

#[expect(clippy::cast_possible_truncation, reason = "takes the low 64 bits")]
fn low(value: u128) -> u64 {
    value as u64
}

impl Wide {
    pub(crate) const ZERO: Self = Self([0; LIMBS]);
    pub(crate) const ONE: Self = Self([1, 0, 0, 0, 0, 0]);

    pub(crate) fn plus(mut self, other: Self) -> Self {
        let mut carry = 0u128;
        for (limb, added) in self.0.iter_mut().zip(other.0) {
            let sum = u128::from(*limb) + u128::from(added) + carry;
            *limb = low(sum);
            carry = sum >> 64;
        }
        self
    }

    /// `self - other`, where `other` is not greater.
    pub(crate) fn minus(mut self, other: Self) -> Self {
        let mut borrow = false;
        for (limb, taken) in self.0.iter_mut().zip(other.0) {
            let (difference, first) = limb.overflowing_sub(taken);
            let (difference, second) = difference.overflowing_sub(u64::from(borrow));
            *limb = difference;
            borrow = first || second;
        }
        self
    }

    pub(crate) fn times_small(mut self, factor: u64) -> Self {
        let mut carry = 0u128;
        for limb in &mut self.0 {
            let product = u128::from(*limb) * u128::from(factor) + carry;
            *limb = low(product);
            carry = product >> 64;
        }
        self
    }

    pub(crate) fn times(self, other: Self) -> Self {
        let mut product = Self::ZERO;
        for (shift, &factor) in other.0.iter().enumerate() {
            if factor != 0 {
                product = product.plus(self.times_small(factor).shifted_limbs(shift));
            }
        }
        product
    }

    fn shifted_limbs(self, count: usize) -> Self {
        let mut shifted = [0; LIMBS];
        for (to, from) in shifted.iter_mut().skip(count).zip(self.0) {
            *to = from;
        }
        Self(shifted)
    }

    pub(crate) fn times_power_of_ten(mut self, mut exponent: u32) -> Self {
        while exponent > 0 {
            let step = exponent.min(19);
            self = self.times_small(10u64.pow(step));
            exponent -= step;
        }
        self
    }

    /// Quotient and remainder by a divisor above zero.
    pub(crate) fn divided_by_small(mut self, divisor: u64) -> (Self, u64) {
        let mut rest = 0u128;
        for limb in self.0.iter_mut().rev() {
            let dividend = (rest << 64) | u128::from(*limb);
            *limb = low(dividend / u128::from(divisor));
            rest = dividend % u128::from(divisor);
        }
        (self, low(rest))
    }

    /// Quotient and remainder by a divisor above zero and below `2^383`, bit by bit.
    pub(crate) fn divided_by(self, divisor: Self) -> (Self, Self) {
        if let [small, 0, 0, 0, 0, 0] = divisor.0 {
            let (quotient, rest) = self.divided_by_small(small);
            return (quotient, Self::from(u128::from(rest)));
        }
        let (mut quotient, mut rest) = (Self::ZERO, Self::ZERO);
        for bit in (0..self.bits()).rev() {
            rest = rest.plus(rest);
            if self.bit(bit) {
                rest = rest.plus(Self::ONE);
            }
            quotient = quotient.plus(quotient);
            if rest >= divisor {
                rest = rest.minus(divisor);
                quotient = quotient.plus(Self::ONE);
            }
        }
        (quotient, rest)
    }

    /// `self / 10^count`, rounded half up; half away from zero, since the sign is kept elsewhere.
    pub(crate) fn rounded_off(self, count: u32) -> Self {
        let Some(before_last) = count.checked_sub(1) else { return self };
        // Dropping digits before the one that decides cannot change the decision.
        let kept = self.without_digits(before_last);
        let (quotient, digit) = kept.divided_by_small(10);
        if digit >= 5 { quotient.plus(Self::ONE) } else { quotient }
    }

    /// `self / 10^count`, rounded down.
    pub(crate) fn without_digits(mut self, mut count: u32) -> Self {
        while count > 0 {
            let step = count.min(19);
            self = self.divided_by_small(10u64.pow(step)).0;
            count -= step;
        }
        self
    }

    pub(crate) fn shifted_left(self, bits: u32) -> Self {
        let moved = self.shifted_limbs((bits / 64) as usize);
        moved.times_small(1u64 << (bits % 64))
    }

    pub(crate) fn shifted_right(self, bits: u32) -> Self {
        let (limbs, bits) = ((bits / 64) as usize, bits % 64);
        let limb = |at: usize| u128::from(self.0.get(at).copied().unwrap_or(0));
        let mut shifted = [0; LIMBS];
        for (i, to) in shifted.iter_mut().enumerate() {
            *to = low((limb(i + limbs) | (limb(i + limbs + 1) << 64)) >> bits);
        }
        Self(shifted)
    }

    /// The whole part of the square root, bit by bit.
    pub(crate) fn square_root(self) -> Self {
        let (mut rest, mut root) = (self, Self::ZERO);
        for place in (0..=self.bits() / 2).rev() {
            // With this bit added, the square grows by (2 root + bit) bit, kept as root pre-shifted by `place`.
            let bit = Self::ONE.shifted_left(2 * place);
            let grown = root.plus(bit);
            root = root.shifted_right(1);
            if rest >= grown {
                rest = rest.minus(grown);
                root = root.plus(bit);
            }
        }
        root
    }

    fn bit(self, at: u32) -> bool {
        self.0.get((at / 64) as usize).is_some_and(|limb| (limb >> (at % 64)) & 1 == 1)
    }

    /// The position behind the highest bit that is set.
    pub(crate) fn bits(self) -> u32 {
        let mut below = LIMBS * 64;
        for limb in self.0.iter().rev() {
            below -= 64;
            if *limb != 0 {
                return u32::try_from(below).unwrap_or(0) + 64 - limb.leading_zeros();
            }
        }
        0
    }

    /// The number of decimal digits, none for zero.
    pub(crate) fn digits(self) -> u32 {
        if self == Self::ZERO {
            return 0;
        }
        // 2^(bits-1) <= self, and log10(2) is a little more than 30102/100000.
        let mut digits = u32::try_from(u64::from(self.bits() - 1) * 30_102 / 100_000).unwrap_or(0);
        let mut power = Self::ONE.times_power_of_ten(digits);
        while self >= power {
            digits += 1;
            if digits > 115 {
                break;
            }
            power = power.times_small(10);
        }
        digits
    }

    pub(crate) fn to_u128(self) -> Option<u128> {
        match self.0 {
            [a, b, 0, 0, 0, 0] => Some(u128::from(a) | (u128::from(b) << 64)),
            _ => None,
        }
    }
}

impl Ord for Wide {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
