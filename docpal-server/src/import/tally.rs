//! How the cells of a column are read: how many of each class of reading there are, and the first of each. What is
//! decided of them does not depend on which came first.

use serde::Serialize;

use super::names::shorten;

/// So many classes are told apart; a column with more is nothing that people write, and the rest counts as unreadable.
const MOST: usize = 64;
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

/// What the cells of a class have in common.
pub(super) trait Class {
    /// Takes in a cell of the same class; false when it is of another.
    fn takes(&mut self, other: &Self) -> bool;
}

/// The cells of a column by class; those of none cannot be read as the type at all.
#[derive(Clone, Debug)]
pub(super) struct Tally<C> {
    classes: Vec<(C, Cells)>,
    unread: Option<Cells>,
}

#[derive(Clone, Debug)]
struct Cells {
    count: u64,
    first: OddCell,
}

impl Cells {
    fn one(value: &str, line: u64) -> Cells {
        Cells { count: 1, first: OddCell { line, text: shorten(value, SHOWN).to_owned() } }
    }
}

impl<C: Class> Tally<C> {
    pub(super) fn new() -> Tally<C> {
        Tally { classes: Vec::new(), unread: None }
    }

    /// Takes in a cell.
    pub(super) fn add(&mut self, class: Option<C>, value: &str, line: u64) {
        if let Some(class) = class {
            let known = self.classes.iter_mut().find_map(|(one, cells)| one.takes(&class).then_some(cells));
            if let Some(cells) = known {
                cells.count += 1;
                return;
            }
            if self.classes.len() < MOST {
                self.classes.push((class, Cells::one(value, line)));
                return;
            }
        }
        match &mut self.unread {
            Some(cells) => cells.count += 1,
            none => *none = Some(Cells::one(value, line)),
        }
    }

    /// The classes, those of the file's first cells first.
    pub(super) fn classes(&self) -> impl Iterator<Item = &C> {
        self.classes.iter().map(|(class, _)| class)
    }

    /// How many cells are of the classes.
    pub(super) fn count(&self, of: impl Fn(&C) -> bool) -> u64 {
        self.classes.iter().filter(|(class, _)| of(class)).map(|(_, cells)| cells.count).sum()
    }

    /// The first cell that is of the classes.
    pub(super) fn first(&self, of: impl Fn(&C) -> bool) -> Option<&OddCell> {
        let some = self.classes.iter().filter(|(class, _)| of(class)).map(|(_, cells)| &cells.first);
        some.min_by_key(|cell| cell.line)
    }

    /// The first cell that is of other classes, or of none.
    pub(super) fn first_but(&self, of: impl Fn(&C) -> bool) -> Option<&OddCell> {
        let others = self.classes.iter().filter(|(class, _)| !of(class)).map(|(_, cells)| cells);
        others.chain(&self.unread).map(|cells| &cells.first).min_by_key(|cell| cell.line)
    }
}

/// A class without differences: the cell is of the type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fits;

impl Class for Fits {
    fn takes(&mut self, _: &Fits) -> bool {
        true
    }
}
