//! From draft to valid record: names looked up among the fields the caller may know, values checked and
//! normalised, all failures at once.

use chrono::{DateTime, Utc};
use docpal_formula::SUGGESTED;

use super::draft::RecordDraft;
use crate::error::FieldError;
use crate::field_types::Storage;
use crate::json::Json;
use crate::model::{Field, TableSnapshot};
use crate::names;
use crate::values::Cell;

/// What the record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A new record: defaults apply, required fields must have a value.
    Create,
    /// A change: only the fields given change.
    Update,
}

/// A record whose values fit their fields. Made by [`validate`] only.
#[derive(Clone, Debug)]
pub struct ValidRecord {
    /// One entry per field written: its position in the snapshot, and the value.
    cells: Vec<(usize, Cell)>,
    /// The positions of the fields that the caller named; the others are defaults.
    given: Vec<usize>,
}

impl ValidRecord {
    /// Field position and value, in field order, each field once.
    #[must_use]
    pub fn cells(&self) -> &[(usize, Cell)] {
        &self.cells
    }

    /// The positions of the fields that the caller named.
    #[must_use]
    pub fn given(&self) -> &[usize] {
        &self.given
    }
}

/// Checks `draft` against the fields that `visible` lets through. A field that is not visible gets the same
/// error as one that does not exist.
///
/// # Errors
/// One entry per wrong value: `unknown_field`, `required`, `read_only`, and the codes of the field types.
pub fn validate(
    draft: &RecordDraft,
    snapshot: &TableSnapshot,
    mode: Mode,
    now: DateTime<Utc>,
    visible: &dyn Fn(&Field) -> bool,
) -> Result<ValidRecord, Vec<FieldError>> {
    let (mut failed, mut unknowns) = (Vec::new(), 0);
    let mut cells: Vec<Option<Cell>> = vec![None; snapshot.fields().len()];
    let mut given = Vec::with_capacity(draft.entries().len());
    for (key, value) in draft.entries() {
        let found = snapshot.find(key).filter(|field| visible(field));
        let Some(field) = found else {
            unknowns += 1;
            failed.push(if unknowns <= SUGGESTED {
                unknown(snapshot, key, visible)
            } else {
                unknown_only(key)
            });
            continue;
        };
        let Some(position) = snapshot.position(field.id()) else { continue };
        if given.contains(&position) {
            let message = "the field is given twice, by name and by id";
            failed.push(FieldError::new(key, "duplicate_field", message));
            continue;
        }
        given.push(position);
        match check(field, value, if draft.keeps_nulls() { Mode::Update } else { mode }, now) {
            Ok(cell) => {
                if let Some(slot) = cells.get_mut(position) {
                    *slot = Some(cell);
                }
            }
            Err(entry) => failed.push(entry),
        }
    }
    if mode == Mode::Create {
        for (position, (slot, field)) in cells.iter_mut().zip(snapshot.fields()).enumerate() {
            if slot.is_none() && !given.contains(&position) {
                match preset(field, now) {
                    Ok(cell) => *slot = cell,
                    Err(entry) => failed.push(entry),
                }
            }
        }
    }
    if !failed.is_empty() {
        return Err(failed);
    }
    let cells = cells.into_iter().enumerate().filter_map(|(position, cell)| Some((position, cell?)));
    Ok(ValidRecord { cells: cells.collect(), given })
}

/// The error for a field that does not exist, or that the caller may not know of.
#[must_use]
pub fn unknown(snapshot: &TableSnapshot, key: &str, visible: &dyn Fn(&Field) -> bool) -> FieldError {
    let mut entry = unknown_only(key);
    entry.message.push_str(&names::suggestion(snapshot.nearest(key, visible)));
    entry
}

/// The same without a suggestion.
fn unknown_only(key: &str) -> FieldError {
    let shown = names::shown(key);
    FieldError::new(shown.clone(), "unknown_field", format!("the table has no field `{shown}`"))
}

fn check(field: &Field, value: &Json, mode: Mode, now: DateTime<Utc>) -> Result<Cell, FieldError> {
    let fault = |fault: crate::field_types::Fault| FieldError::new(field.name(), fault.code, fault.message);
    let cell = match (value, field.default_value(), mode) {
        // A new record with an explicit null takes the default, as one without the key does.
        (Json::Null, Some(default), Mode::Create) => {
            field.kind().default_cell(default, now).map_err(fault)?
        }
        _ => field.kind().parse(value).map_err(fault)?,
    };
    filled(field, cell)
}

/// The cell, unless it is empty and must not be.
fn filled(field: &Field, cell: Cell) -> Result<Cell, FieldError> {
    if field.is_required() && cell.is_empty() {
        return Err(FieldError::new(field.name(), "required", "a value is needed"));
    }
    Ok(cell)
}

/// The value of a field that a new record does not give: its default, or nothing. `None` leaves the column to the
/// database.
///
/// # Errors
/// `required` when there is no default, and what is wrong with the default.
pub fn preset(field: &Field, now: DateTime<Utc>) -> Result<Option<Cell>, FieldError> {
    if field.kind().storage() == Storage::Computed || field.kind().counts() {
        return Ok(None);
    }
    let cell = match field.default_value() {
        Some(_) => check(field, &Json::Null, Mode::Create, now),
        None => filled(field, field.kind().absent()),
    };
    cell.map(Some)
}
