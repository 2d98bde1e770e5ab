//! The exponent of a number in scientific notation: `1.5E-8`.

use super::{MAX_DIGITS, Shape};

/// A power of ten, as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exponent {
    power: i16,
    /// It has a sign, as programs write it.
    signed: bool,
}

/// Takes the exponent off a number's body; `None` when what looks like one is none.
pub(super) fn split(body: &str) -> Option<(&str, Option<Exponent>)> {
    let Some((mantissa, power)) = body.split_once(['e', 'E']) else { return Some((body, None)) };
    let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
    if !(1..=3).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = Exponent { power: power.parse().ok()?, signed: digits.len() < power.len() };
    Some((mantissa, Some(exponent)))
}

impl Exponent {
    /// Is the number one that can be written out with the digits that a number may have?
    pub(super) fn fits(self, shape: &Shape) -> bool {
        let (whole, decimals) = match shape.runs() {
            [whole] => (*whole, 0),
            [whole, decimals] => (*whole, *decimals),
            _ => return false,
        };
        let scale = self.scale(decimals);
        let digits = i32::from(whole) + i32::from(decimals) + (-scale).max(0);
        let most = i32::try_from(MAX_DIGITS).unwrap_or(0);
        digits <= most && scale <= most
    }

    /// The decimals of a number with so many before its exponent; negative when zeros follow its digits.
    pub(super) fn scale(self, decimals: u8) -> i32 {
        i32::from(decimals) - i32::from(self.power)
    }

    /// May it be a letter in a code, as in `1E5`?
    pub(super) fn may_be_a_letter(self, shape: &Shape) -> bool {
        !self.signed && shape.count == 1
    }
}
