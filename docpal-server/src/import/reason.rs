//! Why a column is what it is, in words.

use std::fmt;

use serde::Serialize;

use super::tally::OddCell;

/// Why a column has its type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// Every cell with a value is of the type.
    Fits {
        /// How many.
        cells: u64,
    },
    /// Every cell with a value is a number, and some have a decimal comma.
    Comma {
        /// The first that has one.
        first: OddCell,
        /// How many cells have a value.
        cells: u64,
    },
    /// Its cells have few different values.
    FewValues {
        /// How many different ones.
        values: u64,
        /// How many cells have a value.
        cells: u64,
    },
    /// A cell is longer than a short text.
    Long {
        /// The characters of the longest.
        characters: u64,
    },
    /// A cell has a line break.
    LineBreaks,
    /// It would be of numbers without some cells, which have a zero before their digits.
    LeadingZeros {
        /// The first of those.
        first: OddCell,
        /// How many there are.
        odd: u64,
        /// How many cells have a value.
        cells: u64,
    },
    /// No cell has a value.
    Empty,
    /// It would be of another type without some cells.
    Odd {
        /// That type.
        nearest: &'static str,
        /// The first that does not fit.
        first: OddCell,
        /// How many do not.
        odd: u64,
        /// How many cells have a value.
        cells: u64,
    },
    /// Its cells are of another type, written in several ways; asked for as that, all of them are read.
    Mixed {
        /// That type.
        nearest: &'static str,
    },
    /// Its cells look like numbers, and its name says that they are codes.
    Code,
    /// Its cells look like numbers, and may be codes or telephone numbers.
    MayBeCodes,
    /// In its dates the day or the month may be first.
    DayOrMonth,
    /// The mark in its numbers may stand before decimals or between thousands.
    DecimalOrThousands,
    /// The comma in its cells may stand before decimals, or between the items of a list.
    DecimalOrList {
        /// The first that has one.
        first: OddCell,
    },
    /// Some texts have an apostrophe before them, as after an export, and others need one and have none.
    Apostrophes,
    /// It was asked for.
    Wished,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Fits { cells: 1 } => f.write_str("its one cell fits"),
            Reason::Fits { cells } => write!(f, "all {} cells fit", grouped(*cells)),
            Reason::Comma { first, cells } => write!(
                f,
                "all {} cells fit, with a decimal comma as line {} has it ({:?})",
                grouped(*cells),
                grouped(first.line),
                first.text
            ),
            Reason::FewValues { values: 1, cells } => write!(f, "one value in all {} cells", grouped(*cells)),
            Reason::FewValues { values, cells } => {
                write!(f, "{} different values in {} cells", grouped(*values), grouped(*cells))
            }
            Reason::Long { characters } => {
                write!(f, "because a cell has {} characters", grouped(*characters))
            }
            Reason::LineBreaks => f.write_str("because a cell has a line break"),
            Reason::LeadingZeros { first, odd, cells } => write!(
                f,
                "because line {} holds {:?}, and a number has no zero before it ({} of {} cells)",
                grouped(first.line),
                first.text,
                grouped(*odd),
                grouped(*cells)
            ),
            Reason::DecimalOrList { first } => write!(
                f,
                "because line {} holds {:?}, whose comma may be of decimals or of a list",
                grouped(first.line),
                first.text
            ),
            Reason::Empty => f.write_str("because all cells are empty"),
            Reason::Odd { nearest, first, odd, cells } => write!(
                f,
                "because line {} holds {:?} ({} of {} do not fit {nearest})",
                grouped(first.line),
                first.text,
                grouped(*odd),
                grouped(*cells)
            ),
            Reason::Mixed { nearest } => write!(
                f,
                "because its cells are written in different ways; asked for as {nearest}, all of them are read"
            ),
            Reason::Code => f.write_str("because its name says that its digits are codes"),
            Reason::MayBeCodes => f.write_str("because its numbers may be codes or telephone numbers"),
            Reason::DayOrMonth => f.write_str("because the day or the month may be first in its dates"),
            Reason::DecimalOrThousands => {
                f.write_str("because the mark in its numbers may be of decimals or of thousands")
            }
            Reason::Apostrophes => f.write_str("because it holds apostrophes before formulas"),
            Reason::Wished => f.write_str("as asked for"),
        }
    }
}

/// A count with a comma between thousands.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_a_comma_between_thousands() {
        let counts = [0, 12, 999, 1_000, 58_227, 1_234_567].map(grouped);
        assert_eq!(counts, ["0", "12", "999", "1,000", "58,227", "1,234,567"]);
    }

    #[test]
    fn a_column_says_which_cell_it_is_a_text_for() {
        let first = OddCell { line: 4_711, text: "n/a".to_owned() };
        let reason = Reason::Odd { nearest: "number", first, odd: 23, cells: 58_227 };
        let shown = "because line 4,711 holds \"n/a\" (23 of 58,227 do not fit number)";
        assert_eq!(reason.to_string(), shown);
    }
}
