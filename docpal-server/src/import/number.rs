//! Numbers as people write them: recognised, decided over a whole column, and made canonical.

use serde::Serialize;

mod evidence;
mod exponent;
mod unit;

#[cfg(test)]
mod tests;

use self::exponent::Exponent;
pub(super) use self::{
    evidence::{NumberEvidence, NumberHint, Numbers},
    unit::Unit,
};

/// The mark before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1.5`
    Point,
    /// `1,5`
    Comma,
}

/// The mark between groups of three digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupMark {
    /// `1,234`
    Comma,
    /// `1.234`
    Point,
    /// `1 234`, with a plain, no-break, narrow or thin space
    Space,
    /// `1'234`
    Apostrophe,
}

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NumberFormat {
    /// The decimal mark.
    pub decimal: DecimalMark,
    /// The mark between thousands, if they are grouped.
    pub group: Option<GroupMark>,
}

impl NumberFormat {
    /// How numbers of JSON are written.
    pub(super) const JSON: NumberFormat = NumberFormat { decimal: DecimalMark::Point, group: None };
}

/// The formats known, the likeliest first; a set of them is a mask of their places.
const FORMATS: [NumberFormat; 7] = {
    use DecimalMark::{Comma, Point};
    [
        NumberFormat { decimal: Point, group: None },
        NumberFormat { decimal: Point, group: Some(GroupMark::Comma) },
        NumberFormat { decimal: Point, group: Some(GroupMark::Space) },
        NumberFormat { decimal: Point, group: Some(GroupMark::Apostrophe) },
        NumberFormat { decimal: Comma, group: None },
        NumberFormat { decimal: Comma, group: Some(GroupMark::Point) },
        NumberFormat { decimal: Comma, group: Some(GroupMark::Space) },
    ]
};
const ALL: u8 = 0b111_1111;
const POINTS: u8 = 0b000_1111;
const COMMAS: u8 = 0b111_0000;
const UNGROUPED: u8 = 0b001_0001;

/// The most digits a number may have: what a 96-bit decimal holds without loss.
const MAX_DIGITS: usize = 28;
/// The digits from which `+` makes a telephone number.
const PHONE_DIGITS: usize = 7;
/// The most runs of digits: 28 digits in groups, and decimals.
const MAX_RUNS: usize = 12;

/// A number as written.
#[derive(Clone, Copy, Debug)]
struct Figure<'a> {
    negative: bool,
    unit: Unit,
    /// Digits and marks, without sign, unit and exponent.
    body: &'a str,
    shape: Shape,
    exponent: Option<Exponent>,
}

/// The runs of digits in a number's body and the marks between them.
#[derive(Clone, Copy, Debug)]
struct Shape {
    runs: [u8; MAX_RUNS],
    marks: [GroupMark; MAX_RUNS],
    count: usize,
    leading_zero: bool,
    plain_space: bool,
}

impl<'a> Figure<'a> {
    /// Reads trimmed text; `None` when it is no number in any format.
    fn read(text: &'a str) -> Option<Figure<'a>> {
        let written = unit::split(text)?;
        let (body, exponent) = exponent::split(written.body)?;
        let shape = Shape::read(body)?;
        let plain = shape.count == 1 && written.unit == Unit::None;
        if written.plus && plain && exponent.is_none() && body.len() >= PHONE_DIGITS {
            return None;
        }
        if exponent.is_some_and(|exponent| written.unit != Unit::None || !exponent.fits(&shape)) {
            return None;
        }
        // A share is a hundredth, with two decimals more.
        let last = shape.runs().last().copied().unwrap_or(0);
        if written.unit == Unit::Percent && usize::from(last) + 2 > MAX_DIGITS {
            return None;
        }
        Some(Figure { negative: written.negative, unit: written.unit, body, shape, exponent })
    }

    /// The formats in which this is a well-formed number. One with an exponent has no thousands.
    fn formats(&self) -> u8 {
        let grouped = self.exponent.is_none() || self.shape.count == 1;
        self.shape.formats() & if grouped { ALL } else { UNGROUPED }
    }

    fn fits(&self, format: NumberFormat) -> bool {
        let at = FORMATS.iter().position(|known| *known == format);
        at.is_some_and(|at| self.formats() & (1 << at) != 0)
    }

    /// Is its last comma not one between two whole numbers? A unit, thousands or an exponent show that, and a zero that no
    /// whole number begins with, as in `0,75` and `1,05`.
    fn is_no_list(&self) -> bool {
        let (whole, decimals) = self.body.rsplit_once(',').unwrap_or_default();
        let zero = decimals.len() > 1 && (decimals.starts_with('0') || whole == "0");
        self.unit != Unit::None || self.exponent.is_some() || self.shape.count > 2 || whole.is_empty() || zero
    }

    /// How many decimals it has under that mark, written without an exponent.
    fn scale(&self, decimal: DecimalMark) -> u8 {
        let (.., scale) = self.shape.split(decimal);
        self.exponent.map_or(scale, |exponent| u8::try_from(exponent.scale(scale)).unwrap_or(0))
    }
}

impl Shape {
    fn read(body: &str) -> Option<Shape> {
        let mut shape = Shape {
            runs: [0; MAX_RUNS],
            marks: [GroupMark::Comma; MAX_RUNS],
            count: 1,
            leading_zero: body.starts_with('0'),
            plain_space: false,
        };
        let mut digits = 0;
        for char in body.chars() {
            if char.is_ascii_digit() {
                digits += 1;
                *shape.runs.get_mut(shape.count - 1)? += 1;
            } else {
                shape.plain_space |= char == ' ';
                *shape.marks.get_mut(shape.count - 1)? = mark(char)?;
                shape.count += 1;
            }
            if digits > MAX_DIGITS {
                return None;
            }
        }
        (*shape.runs.get(shape.count - 1)? > 0).then_some(shape)
    }

    fn runs(&self) -> &[u8] {
        self.runs.get(..self.count).unwrap_or_default()
    }

    fn marks(&self) -> &[GroupMark] {
        self.marks.get(..self.count - 1).unwrap_or_default()
    }

    /// The formats in which this is a well-formed number.
    fn formats(&self) -> u8 {
        if let [run] = self.runs() {
            return match run {
                _ if self.leading_zero && *run > 1 => 0,
                ..=3 => ALL,
                _ => UNGROUPED,
            };
        }
        let fitting = FORMATS.iter().enumerate().filter(|(_, format)| self.fits(**format));
        fitting.fold(0, |mask, (at, _)| mask | 1 << at)
    }

    fn fits(&self, format: NumberFormat) -> bool {
        let (whole, marks, decimals) = self.split(format.decimal);
        let Some((first, groups)) = whole.split_first() else { return false };
        if self.leading_zero && whole.iter().sum::<u8>() > 1 {
            return false;
        }
        let headless = *first == 0 && (decimals == 0 || !groups.is_empty());
        !headless
            && match format.group {
                None => groups.is_empty(),
                Some(mark) => {
                    *first <= 3
                        && groups.iter().all(|run| *run == 3)
                        && marks.iter().all(|other| *other == mark)
                }
            }
    }

    /// The runs before the decimal mark, the marks between them, and the number of decimals.
    fn split(&self, decimal: DecimalMark) -> (&[u8], &[GroupMark], u8) {
        let wanted = if decimal == DecimalMark::Point { GroupMark::Point } else { GroupMark::Comma };
        match (self.marks().split_last(), self.runs().split_last()) {
            (Some((last, marks)), Some((decimals, whole))) if *last == wanted => (whole, marks, *decimals),
            _ => (self.runs(), self.marks(), 0),
        }
    }
}

fn mark(char: char) -> Option<GroupMark> {
    Some(match char {
        ',' => GroupMark::Comma,
        '.' => GroupMark::Point,
        ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' => GroupMark::Space,
        '\'' | '\u{2019}' => GroupMark::Apostrophe,
        _ => return None,
    })
}

/// Appends the number in canonical form (`-1234.50`) to `out`; `false` when the text is no number of that
/// format and unit. A percentage is divided by a hundred, exactly, and an exponent is worked in.
pub(super) fn canonical(text: &str, format: NumberFormat, unit: Unit, out: &mut String) -> bool {
    let Some(figure) = Figure::read(text) else { return false };
    if figure.unit != unit || !figure.fits(format) {
        return false;
    }
    let digits = figure.body.bytes().filter(u8::is_ascii_digit);
    let zero = digits.clone().all(|digit| digit == b'0');
    if figure.negative && !zero {
        out.push('-');
    }
    let (.., decimals) = figure.shape.split(format.decimal);
    let (scale, more) = match figure.exponent {
        None => (decimals, 0),
        // However large the exponent, it moves nothing.
        Some(_) if zero => (0, 0),
        Some(exponent) => {
            let scale = exponent.scale(decimals);
            (u8::try_from(scale).unwrap_or(0), usize::try_from(-scale).unwrap_or(0))
        }
    };
    let digits = digits.chain(std::iter::repeat_n(b'0', more));
    let scale = usize::from(scale) + if unit == Unit::Percent { 2 } else { 0 };
    let start = out.len();
    point(digits, scale, out);
    if unit == Unit::Percent {
        let kept = out.get(start..).unwrap_or_default().trim_end_matches('0').trim_end_matches('.').len();
        out.truncate(start + kept);
    }
    true
}

/// Appends digits with a point before the last `scale` of them, and at least one digit before the point.
fn point(digits: impl Iterator<Item = u8> + Clone, scale: usize, out: &mut String) {
    let count = digits.clone().count();
    let zeros = (scale + 1).saturating_sub(count);
    let point = count + zeros - scale;
    let mut leading = true;
    for (at, digit) in std::iter::repeat_n(b'0', zeros).chain(digits).enumerate() {
        if at == point {
            out.push('.');
        }
        leading &= digit == b'0' && at + 1 < point;
        if !leading {
            out.push(char::from(digit));
        }
    }
}
