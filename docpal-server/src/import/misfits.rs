//! The cells that keep a column from having a type: how many there are, and the first of them.

use serde::Serialize;

use super::names::shorten;

/// After so many the column is not looked at any longer for the type, if they are most of its cells.
const ENOUGH: u64 = 1_000;
/// The characters kept of a cell.
const SHOWN: usize = 60;

/// A cell of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OddCell {
    /// The physical line, from 1.
    pub line: u64,
    /// The beginning of its text.
    pub text: String,
}

/// The cells that do not fit a type.
#[derive(Clone, Debug, Default)]
pub(super) struct Misfits {
    count: u64,
    first: Option<OddCell>,
    given_up: bool,
}

impl Misfits {
    pub(super) const NONE: Misfits = Misfits { count: 0, first: None, given_up: false };

    /// Is the column still looked at for the type?
    pub(super) fn look(&self) -> bool {
        !self.given_up
    }

    /// Do all cells fit?
    pub(super) fn none(&self) -> bool {
        self.count == 0
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Takes in a cell that does not fit, the last of `filled`.
    pub(super) fn add(&mut self, value: &str, line: u64, filled: u64, patient: bool) {
        self.count += 1;
        self.first.get_or_insert_with(|| OddCell { line, text: shorten(value, SHOWN).to_owned() });
        self.given_up = !patient && self.count >= ENOUGH && self.count * 2 > filled;
    }

    /// The first, when they are so few that the type is worth a word: at most half of the cells.
    pub(super) fn few(&self, filled: u64) -> Option<&OddCell> {
        self.first.as_ref().filter(|_| !self.given_up && self.count * 2 <= filled)
    }
}
