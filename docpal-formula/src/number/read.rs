//! Numbers as they are written, by one strict rule: literals, and what hosts read as numbers.

use std::fmt;

use rust_decimal::Decimal;

use super::{BOUND, DIGITS};

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotExact {
    /// It is not written as one.
    NotANumber,
    /// It has digits that a number cannot hold.
    TooManyDigits,
}

impl fmt::Display for NotExact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => f.write_str("not a number, which is written as -12.5"),
            Self::TooManyDigits => {
                write!(f, "a number holds at most {DIGITS} digits, and as many after the point")
            }
        }
    }
}

impl std::error::Error for NotExact {}

/// The number that `text` is, exactly and without trailing zeros: perhaps `-`, digits with perhaps a point between or
/// before them, and perhaps an exponent, as JSON writes it. No spaces, no `+` in front, no point at the end, no signs
/// of thousands.
///
/// # Errors
/// [`NotExact::NotANumber`]; [`NotExact::TooManyDigits`] for what has more than 28 digits without the zeros at both
/// ends, or a digit beyond the 28th place on either side of the point.
///
/// # Example
/// ```
/// use docpal_formula::{NotExact, exact_number};
///
/// assert_eq!(exact_number("-12.50").map(|number| number.to_string()).as_deref(), Ok("-12.5"));
/// assert_eq!(exact_number("1e3").map(|number| number.to_string()).as_deref(), Ok("1000"));
/// assert_eq!(exact_number("1,000"), Err(NotExact::NotANumber));
/// ```
pub fn exact_number(text: &str) -> Result<Decimal, NotExact> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let ends_in_point = fraction.is_empty() && mantissa.contains('.');
    if !is_digits(whole) || !is_digits(fraction) || mantissa.is_empty() || ends_in_point {
        return Err(NotExact::NotANumber);
    }
    exact(whole, fraction, exponent, negative).ok_or(NotExact::TooManyDigits)
}

/// What stands behind the `e`. One that is beyond all numbers is only that, however long.
fn exponent_of(text: &str) -> Result<i64, NotExact> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotExact::NotANumber);
    }
    let size = digits.parse::<i64>().unwrap_or(i64::MAX).min(1_000_000_000);
    Ok(if text.starts_with('-') { -size } else { size })
}

/// The number of these digits, if it fits.
fn exact(whole: &str, fraction: &str, exponent: i64, negative: bool) -> Option<Decimal> {
    let digits = || whole.bytes().chain(fraction.bytes());
    let Some((last, _)) = digits().enumerate().filter(|(_, digit)| *digit != b'0').last() else {
        return Some(Decimal::ZERO);
    };
    let zeros_behind = whole.len() + fraction.len() - 1 - last;
    // How many places the last digit that counts stands behind the point.
    let places = i64::try_from(fraction.len()).ok()? - i64::try_from(zeros_behind).ok()? - exponent;
    let mut magnitude: u128 = 0;
    for digit in digits().take(last + 1) {
        magnitude = magnitude * 10 + u128::from(digit - b'0');
        if magnitude >= BOUND {
            return None;
        }
    }
    let scale = match u32::try_from(places) {
        Ok(scale) => scale,
        // Zeros up to the point.
        Err(_) => {
            let zeros = u32::try_from(-places).ok().filter(|zeros| *zeros <= DIGITS)?;
            magnitude = magnitude.checked_mul(10u128.pow(zeros)).filter(|magnitude| *magnitude < BOUND)?;
            0
        }
    };
    let mantissa = i128::try_from(magnitude).ok()?;
    let signed = if negative { -mantissa } else { mantissa };
    Decimal::try_from_i128_with_scale(signed, scale).ok().filter(|number| number.scale() <= DIGITS)
}

#[cfg(test)]
mod tests {
    use super::{NotExact, exact_number};

    #[test]
    fn numbers_are_read_by_the_rule() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.00", "0"),
            ("007", "7"),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("1e3", "1000"),
            ("1.5E+2", "150"),
            ("120e-1", "12"),
            ("0e999999999999999999999", "0"),
            ("1e27", "1000000000000000000000000000"),
            ("1e-28", "0.0000000000000000000000000001"),
            ("9999999999999999999999999999", "9999999999999999999999999999"),
            ("1.000000000000000000000000000000000000000000", "1"),
            ("0.00000000000000000000000000000000000001e38", "1"),
        ] {
            assert_eq!(
                exact_number(text).map(|number| number.to_string()).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn what_the_rule_does_not_have_is_no_number() {
        for text in [
            "",
            " 1",
            "1 ",
            "+1",
            "--1",
            "1-2",
            "1.",
            ".",
            "-",
            "1.2.3",
            "1,000",
            "1_000",
            "1e",
            "1e+",
            "e5",
            "1e5e5",
            "1e1.5",
            "0x10",
            "NaN",
            "infinity",
            "１",
            "1\u{a0}000",
        ] {
            assert_eq!(exact_number(text), Err(NotExact::NotANumber), "{text:?}");
        }
        for text in [
            "10000000000000000000000000000",
            "1e28",
            "1e400",
            "1e99999999999999999999",
            "1e-29",
            "-1e-99999999999999999999",
            "1.0000000000000000000000000001",
            "0.12345678901234567890123456789",
        ] {
            assert_eq!(exact_number(text), Err(NotExact::TooManyDigits), "{text:?}");
        }
    }
}
