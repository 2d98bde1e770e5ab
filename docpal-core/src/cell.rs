//! A value that passed its field's validation, in the form PostgreSQL stores it.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

/// One stored value. The field's type decides which variant it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Empty.
    Null,
    /// A text, an address, an option id.
    Text(String),
    /// Several option ids.
    TextList(Vec<String>),
    /// An exact number.
    Number(Decimal),
    /// A day without a zone.
    Date(NaiveDate),
    /// An instant, to the microsecond.
    DateTime(DateTime<Utc>),
    /// On or off.
    Bool(bool),
}

impl Cell {
    /// Is it empty?
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}
