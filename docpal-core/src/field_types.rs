//! The field types: one file each, one line each in [`FIELD_TYPES`]. The list drives validation,
//! storage, JSON, OpenAPI and the documentation; adding a type of a family of values that is there touches its file and
//! its line.

mod autonumber;
mod currency;
mod date;
mod datetime;
mod email;
mod formula;
mod long_text;
mod multiple_select;
mod number;
mod numeric;
mod options;
mod percent;
mod select;
mod single_select;
mod switch;
mod text;
mod text_limits;
mod url;

use std::fmt::Debug;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use docpal_formula::{Type, Value};
use rust_decimal::Decimal;

pub use long_text::TEXT_FORMATS;
pub use select::{MAX_OPTIONS, SelectOption};

use crate::json::Json;
use crate::json_out::JsonFormat;
use crate::sql::{CellRef, PgType, UniqueBy};
use crate::values::{Cell, Family};

/// Every field type, in the order a person picks from.
pub const FIELD_TYPES: &[&FieldType] = &[
    &text::TYPE,
    &long_text::TYPE,
    &number::TYPE,
    &currency::TYPE,
    &percent::TYPE,
    &date::TYPE,
    &datetime::TYPE,
    &single_select::TYPE,
    &multiple_select::TYPE,
    &switch::TYPE,
    &url::TYPE,
    &email::TYPE,
    &formula::TYPE,
    &autonumber::TYPE,
];

/// A field type: what a person picks before setting options.
#[derive(Debug)]
pub struct FieldType {
    /// The stable code, as in a request: `single_select`.
    pub code: &'static str,
    /// One sentence for a person.
    pub summary: &'static str,
    /// Options that show what can be set, as JSON.
    pub example_options: &'static str,
    /// A value of the type, as JSON.
    pub example_value: &'static str,
    /// Makes a kind from options; unknown keys are refused.
    build: fn(&Json) -> Result<Arc<dyn FieldKind>, Fault>,
}

impl FieldType {
    /// The kind of a field of this type with `options` (an object, or null for all defaults).
    ///
    /// # Errors
    /// A fault that names the option.
    pub fn build(&self, options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
        (self.build)(options)
    }
}

/// The type with `code`.
#[must_use]
pub fn find(code: &str) -> Option<&'static FieldType> {
    FIELD_TYPES.iter().copied().find(|ty| ty.code == code)
}

/// Where the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In a column of this type.
    Column(PgType),
    /// Nowhere: computed when read.
    Computed,
}

/// Why a value or an option is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong and what to do, for a person.
    pub message: String,
}

impl Fault {
    /// A fault with a stable code.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn wrong_type(wanted: &str, got: &Json) -> Self {
        Self::new("wrong_type", format!("expected {wanted}, got {}", got.kind()))
    }
}

/// A field type with its options: what one field of one table is.
pub trait FieldKind: Send + Sync + Debug {
    /// The type's code.
    fn code(&self) -> &'static str;

    /// The options in canonical form, for storing and for the API.
    fn options(&self) -> Json;

    /// The family of its values: what they are to filters, views and formulas.
    fn family(&self) -> &'static Family;

    /// The options that records choose from, of a select.
    fn choices(&self) -> Arc<[SelectOption]> {
        Arc::default()
    }

    /// Where the values are.
    fn storage(&self) -> Storage {
        Storage::Column(self.family().stored_as)
    }

    /// The type formulas see.
    fn formula_type(&self) -> Type {
        self.family().formula_type()
    }

    /// Checks and normalises a value that came in. `null` is a cell like any other.
    ///
    /// # Errors
    /// A fault that says what is wrong with the value.
    fn parse(&self, value: &Json) -> Result<Cell, Fault>;

    /// The cell of a new record that gives neither a value nor has a default.
    fn absent(&self) -> Cell {
        Cell::Null
    }

    /// The default as a cell, read at `now`.
    ///
    /// # Errors
    /// A fault, when the default is not a value of this field.
    fn default_cell(&self, default: &Json, now: DateTime<Utc>) -> Result<Cell, Fault> {
        let _ = now;
        self.parse(default)
    }

    /// Appends a stored cell as JSON.
    fn write(&self, cell: CellRef<'_>, format: JsonFormat, out: &mut Vec<u8>) {
        cell.write(format, out);
    }

    /// A stored cell as formulas see it.
    fn value<'a>(&'a self, cell: CellRef<'a>) -> Value<'a> {
        cell.value()
    }

    /// The most characters a text of the field can have, if it holds bounded texts.
    fn most_characters(&self) -> Option<usize> {
        None
    }

    /// How a unique index compares values; `None` when the type cannot be unique.
    fn unique_by(&self) -> Option<UniqueBy> {
        Some(UniqueBy::Value)
    }

    /// Do values come from the column's own sequence?
    fn counts(&self) -> bool {
        false
    }

    /// The formula in stored form, for a formula field.
    fn formula(&self) -> Option<&str> {
        None
    }
}

/// The exact number that a JSON value means.
///
/// # Errors
/// `wrong_type` or `too_many_digits`.
pub fn read_number(value: &Json) -> Result<Decimal, Fault> {
    numeric::exact(value)
}

/// The day that a text means, as `2026-01-31`.
///
/// # Errors
/// `invalid_date`.
pub fn read_day(text: &str) -> Result<NaiveDate, Fault> {
    date::parse_day(text)
}

/// The instant that a text means, in RFC 3339; without an offset in UTC.
///
/// # Errors
/// `invalid_datetime`.
pub fn read_instant(text: &str) -> Result<DateTime<Utc>, Fault> {
    datetime::parse_instant(text)
}

#[cfg(test)]
mod tests;
