//! How the cells of a column are read when it must have a type, whatever all of them say.

use docpal_core::Json;
use docpal_core::field_types::{self, Storage};
use docpal_core::sql::PgType;

use super::{
    date::{DateFormat, DateOrder},
    kind::Kind,
};

/// What the cells of a column show of how they are written, for each type that it may be wanted as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Readings {
    /// As numbers; `None` when the mark in them may be of decimals or of thousands.
    pub(super) number: Option<Kind>,
    /// As dates; `None` when there are none, or when the day or the month may be first.
    pub(super) date: Option<DateFormat>,
    pub(super) no_dates: bool,
    /// What separates several options.
    pub(super) separator: Option<char>,
}

/// Why a column cannot be read as a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// In its dates the day or the month may be first.
    DayOrMonth,
    /// The mark in its numbers may stand before decimals or between thousands.
    DecimalOrThousands,
    /// Nothing that is written gives such values.
    NotFromText,
}

impl Readings {
    /// How a field type of that code is read of the column: by what its values are stored as.
    pub(super) fn of(&self, field_type: &str) -> Result<Kind, Unreadable> {
        const PLAIN: DateFormat = DateFormat { order: DateOrder::YearMonthDay, separator: '-' };
        let date = match self.date {
            None if self.no_dates => Ok(PLAIN),
            date => date.ok_or(Unreadable::DayOrMonth),
        };
        match stored_as(field_type).ok_or(Unreadable::NotFromText)? {
            PgType::Numeric => self.number.clone().ok_or(Unreadable::DecimalOrThousands),
            PgType::Date => date.map(|format| Kind::Date { format }),
            PgType::Timestamptz => date.map(|format| Kind::DateTime { format }),
            PgType::Boolean => Ok(Kind::Switch { words: None }),
            _ => Ok(Kind::Text),
        }
    }
}

/// What the values of a field type are stored as; nothing when none come from outside.
fn stored_as(field_type: &str) -> Option<PgType> {
    let ty = field_types::find(field_type)?;
    let options = Json::parse(ty.example_options).ok()?;
    let kind = ty.build(&options).ok()?;
    match kind.storage() {
        Storage::Column(stored) if !kind.counts() => Some(stored),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Finding: each new type was said to be computed.
    #[test]
    fn every_field_type_that_is_not_computed_is_read_of_a_column() {
        let readings = Readings { number: None, date: None, no_dates: true, separator: None };
        for ty in field_types::FIELD_TYPES {
            let computed = ["formula", "autonumber"].contains(&ty.code);
            assert_eq!(readings.of(ty.code) == Err(Unreadable::NotFromText), computed, "{}", ty.code);
        }
    }
}
