//! The records of a file, whatever it is made of: lines of cells, or objects.

use super::{
    error::LineError,
    json::ObjectRows,
    records::{CellSpan, Records},
};

/// A stream of records; [`advance`](Self::advance) goes to the next one, the other methods tell about it.
pub(super) enum Reading<'a> {
    Lines(Box<Records<'a>>),
    Objects(Box<ObjectRows<'a>>),
}

impl Reading<'_> {
    /// Goes to the next record; `false` at the end of the file.
    pub(super) fn advance(&mut self) -> Result<bool, LineError> {
        match self {
            Reading::Lines(records) => records.advance().map_err(|error| LineError::read_failed(&error)),
            Reading::Objects(objects) => objects.advance(),
        }
    }

    /// The physical line the record starts on.
    pub(super) fn line(&self) -> u64 {
        match self {
            Reading::Lines(records) => records.line(),
            Reading::Objects(objects) => objects.line(),
        }
    }

    /// How many bytes of the file have been read.
    pub(super) fn taken(&self) -> u64 {
        match self {
            Reading::Lines(records) => records.taken(),
            Reading::Objects(objects) => objects.taken(),
        }
    }

    /// The cells' text, and each cell's place in it; `None` when the record is no text.
    pub(super) fn text(&self) -> Option<(&str, impl Iterator<Item = CellSpan> + '_)> {
        let (text, cells) = match self {
            Reading::Lines(records) => records.text()?,
            Reading::Objects(objects) => objects.text(),
        };
        Some((text, cells.iter().copied()))
    }

    /// Has it fewer cells than there are columns?
    pub(super) fn is_short(&self, columns: usize) -> bool {
        match self {
            Reading::Lines(records) => records.len() < columns,
            Reading::Objects(_) => false,
        }
    }

    /// What is wrong with the record, for a table of these columns; nothing, for nearly all.
    pub(super) fn check(&self, names: &[String]) -> Vec<LineError> {
        match self {
            Reading::Lines(records) => records.check(names),
            Reading::Objects(objects) => objects.check(names),
        }
    }
}
