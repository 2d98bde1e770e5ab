//! A row as PostgreSQL sent it: cells are read from the binary form when they are needed, without a
//! copy per cell.

use chrono::{DateTime, Days, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::postgres::PgRow;
use sqlx::{Row as _, ValueRef as _};
use uuid::Uuid;

use super::ddl::PgType;
use super::numeric::NumericRef;

/// One row of a result.
pub struct Row(PgRow);

/// One cell, borrowed from its row.
#[derive(Clone, Copy, Debug)]
pub enum CellRef<'r> {
    /// SQL NULL, and every value that has no JSON form (a numeric NaN or infinity).
    Null,
    /// `text`
    Text(&'r str),
    /// `text[]`
    TextArray(TextArrayRef<'r>),
    /// `numeric`
    Number(NumericRef<'r>),
    /// `date`
    Date(NaiveDate),
    /// `timestamptz`, in microseconds since 2000-01-01 UTC as PostgreSQL counts
    Instant(i64),
    /// `boolean`
    Bool(bool),
    /// `bigint`
    Int(i64),
    /// `uuid`
    Uuid(Uuid),
}

/// The elements of a `text[]`, read on the fly.
#[derive(Clone, Copy, Debug)]
pub struct TextArrayRef<'r>(&'r [u8]);

impl<'r> Iterator for TextArrayRef<'r> {
    type Item = &'r str;

    fn next(&mut self) -> Option<&'r str> {
        loop {
            let (length, rest) = self.0.split_at_checked(4)?;
            let length = i32::from_be_bytes(length.try_into().ok()?);
            let Ok(length) = usize::try_from(length) else {
                self.0 = rest; // a NULL element
                continue;
            };
            let (bytes, rest) = rest.split_at_checked(length)?;
            self.0 = rest;
            return std::str::from_utf8(bytes).ok();
        }
    }
}

/// Microseconds between 1970-01-01 and 2000-01-01, PostgreSQL's epoch.
const EPOCH_2000_MICROS: i64 = 946_684_800_000_000;

/// PostgreSQL's microseconds since 2000 as an instant; `None` for infinity and out of chrono's range.
#[must_use]
pub fn instant_from_pg(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros.checked_add(EPOCH_2000_MICROS)?)
}

/// An instant as PostgreSQL's microseconds since 2000.
#[must_use]
pub fn instant_to_pg(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros() - EPOCH_2000_MICROS
}

/// 2000-01-01, from which PostgreSQL counts days.
pub(super) const DATE_2000: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

impl Row {
    pub(super) fn new(row: PgRow) -> Self {
        Self(row)
    }

    fn bytes(&self, index: usize) -> Option<&[u8]> {
        let value = self.0.try_get_raw(index).ok()?;
        if value.is_null() {
            return None;
        }
        value.as_bytes().ok()
    }

    /// How many bytes its cells have as PostgreSQL sent them.
    #[must_use]
    pub fn size(&self) -> usize {
        (0..self.0.len()).filter_map(|index| self.bytes(index)).map(<[u8]>::len).sum()
    }

    /// The cell at `index`, read as `ty`. A column that is missing or of another type reads as null.
    #[must_use]
    pub fn cell(&self, index: usize, ty: PgType) -> CellRef<'_> {
        self.bytes(index).and_then(|bytes| decode(bytes, ty)).unwrap_or(CellRef::Null)
    }

    /// The uuid at `index`.
    #[must_use]
    pub fn uuid(&self, index: usize) -> Option<Uuid> {
        self.bytes(index).and_then(|bytes| Uuid::from_slice(bytes).ok())
    }

    /// The bigint at `index`.
    #[must_use]
    pub fn int(&self, index: usize) -> Option<i64> {
        self.bytes(index).and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)))
    }

    /// The boolean at `index`.
    #[must_use]
    pub fn bool(&self, index: usize) -> Option<bool> {
        self.bytes(index).and_then(|bytes| bytes.first().map(|byte| *byte != 0))
    }

    /// The text at `index`.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&str> {
        self.bytes(index).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("columns", &self.0.len()).finish()
    }
}

fn decode(bytes: &[u8], ty: PgType) -> Option<CellRef<'_>> {
    Some(match ty {
        PgType::Text => CellRef::Text(std::str::from_utf8(bytes).ok()?),
        PgType::TextArray => {
            // ndim, flags, element oid, then per dimension: length, lower bound; one dimension or none.
            let dimensions = i32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
            CellRef::TextArray(TextArrayRef(if dimensions == 1 { bytes.get(20..)? } else { &[] }))
        }
        // These are read inside of formulas; no statement gives them out.
        PgType::NumericArray | PgType::DateArray | PgType::TimestamptzArray | PgType::BooleanArray => {
            CellRef::Null
        }
        PgType::Numeric => CellRef::Number(NumericRef::new(bytes)?),
        PgType::Date => {
            let days = i64::from(i32::from_be_bytes(bytes.try_into().ok()?));
            let offset = Days::new(days.unsigned_abs());
            CellRef::Date(if days < 0 {
                DATE_2000.checked_sub_days(offset)?
            } else {
                DATE_2000.checked_add_days(offset)?
            })
        }
        PgType::Timestamptz => CellRef::Instant(i64::from_be_bytes(bytes.try_into().ok()?)),
        PgType::Boolean => CellRef::Bool(*bytes.first()? != 0),
        PgType::Bigint => CellRef::Int(i64::from_be_bytes(bytes.try_into().ok()?)),
        PgType::Uuid => CellRef::Uuid(Uuid::from_slice(bytes).ok()?),
    })
}

impl CellRef<'_> {
    /// Is it null?
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The number, when it fits 28 digits.
    #[must_use]
    pub fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => number.to_decimal(),
            Self::Int(value) => Some(Decimal::from(*value)),
            _ => None,
        }
    }
}
