//! Formats of numbers: `0`, `0.00`, `#,##0.00`, `0%`, with texts around them.

use rust_decimal::Decimal;

use crate::error::EvalError;
use crate::number::{mul, round};

/// A number format, taken apart.
///
/// # Example
/// ```
/// use docpal_formula::NumberFormat;
///
/// let format = NumberFormat::parse("$#,##0.00").expect("a format");
/// assert_eq!((format.prefix(), format.least_fraction(), format.is_grouped()), ("$", 2, true));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFormat {
    prefix: String,
    suffix: String,
    whole: usize,
    least_fraction: usize,
    most_fraction: usize,
    is_grouped: bool,
    is_percent: bool,
}

impl NumberFormat {
    /// Takes a format apart; `None` when it is none.
    ///
    /// `0` is a digit that is always shown, `#` one that may lack, `,` groups by thousands, `%` shows
    /// hundredths; text before and behind is kept, letters in quotes.
    #[must_use]
    pub fn parse(format: &str) -> Option<Self> {
        let start = find_pattern(format)?;
        let pattern_and_rest = format.get(start..)?;
        let length =
            pattern_and_rest.find(|c| !matches!(c, '0' | '#' | ',' | '.')).unwrap_or(pattern_and_rest.len());
        let (pattern, rest) = pattern_and_rest.split_at_checked(length)?;
        let (whole, fraction) = pattern.split_once('.').unwrap_or((pattern, ""));
        let (digits, optional) = fraction.split_at_checked(fraction.find('#').unwrap_or(fraction.len()))?;
        let well_formed = digits.chars().all(|c| c == '0')
            && optional.chars().all(|c| c == '#')
            && fraction.len() <= 28
            && is_whole_pattern(whole);
        let (suffix, is_percent) = unquoted(rest)?;
        let (prefix, percent_before) = unquoted(format.get(..start)?)?;
        (well_formed && !percent_before).then(|| Self {
            prefix,
            suffix,
            whole: whole.matches('0').count(),
            least_fraction: digits.len(),
            most_fraction: fraction.len(),
            is_grouped: whole.contains(','),
            is_percent,
        })
    }

    /// The text before the digits; a minus stands before it.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The text behind the digits, with the percent sign if there is one.
    #[must_use]
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    /// The fewest digits before the point.
    #[must_use]
    pub fn least_whole(&self) -> usize {
        self.whole
    }

    /// The fewest digits behind the point.
    #[must_use]
    pub fn least_fraction(&self) -> usize {
        self.least_fraction
    }

    /// The most digits behind the point; the number is rounded to them, halves away from zero.
    #[must_use]
    pub fn most_fraction(&self) -> usize {
        self.most_fraction
    }

    /// Whether thousands are grouped by commas.
    #[must_use]
    pub fn is_grouped(&self) -> bool {
        self.is_grouped
    }

    /// Whether hundredths are shown.
    #[must_use]
    pub fn is_percent(&self) -> bool {
        self.is_percent
    }

    pub(crate) fn write(&self, number: Decimal) -> Result<String, EvalError> {
        let number = if self.is_percent { mul(number, Decimal::ONE_HUNDRED)? } else { number };
        let rounded = round::to_digits(number, self.most_fraction as i64, round::Mode::HalfAway)?;
        let text = rounded.abs().normalize().to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let whole = if whole == "0" { "" } else { whole };
        let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "-" } else { "" };
        let digits = format!("{whole:0>least$}", least = self.whole);
        let digits = if self.is_grouped { grouped(&digits) } else { digits };
        let point = if fraction.is_empty() && self.least_fraction == 0 { "" } else { "." };
        let fraction = format!("{fraction:0<least$}", least = self.least_fraction);
        Ok(format!("{sign}{}{digits}{point}{fraction}{}", self.prefix, self.suffix))
    }
}

/// Where the digits start, outside of quotes.
fn find_pattern(format: &str) -> Option<usize> {
    let mut quoted = false;
    format.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (!quoted && matches!(c, '0' | '#')).then_some(at)
    })
}

/// `0`, `000`, `#`, `#0`, `#,##0` or `0,000`: optional digits before required ones, groups of three at the end.
fn is_whole_pattern(whole: &str) -> bool {
    let ordered = whole.chars().filter(|c| *c != ',').skip_while(|c| *c == '#').all(|c| c == '0');
    let groups_fit = whole.split(',').skip(1).all(|group| group.len() == 3);
    ordered && groups_fit && !whole.starts_with(',') && whole.len() <= 40
}

/// Text around the digits without its quotes, and whether it shows a percent sign.
fn unquoted(text: &str) -> Option<(String, bool)> {
    let (mut plain, mut quoted, mut percent) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => plain.push(c),
            '0' | '#' => return None,
            c if c.is_alphanumeric() => return None,
            c => {
                percent |= c == '%';
                plain.push(c);
            }
        }
    }
    (!quoted).then_some((plain, percent))
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
