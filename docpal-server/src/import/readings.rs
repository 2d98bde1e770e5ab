//! How the cells of a column are read when it must have a type, whatever all of them say.

use super::{
    date::{DateFormat, DateOrder},
    kind::{Kind, SwitchWords},
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
    /// How a field type of that code is read of the column.
    pub(super) fn of(&self, field_type: &str) -> Result<Kind, Unreadable> {
        const PLAIN: DateFormat = DateFormat { order: DateOrder::YearMonthDay, separator: '-' };
        let date = match self.date {
            None if self.no_dates => Ok(PLAIN),
            date => date.ok_or(Unreadable::DayOrMonth),
        };
        match field_type {
            "text" | "long_text" | "email" | "url" | "single_select" | "multiple_select" => Ok(Kind::Text),
            "number" | "currency" | "percent" => self.number.clone().ok_or(Unreadable::DecimalOrThousands),
            "date" => date.map(|format| Kind::Date { format }),
            "datetime" => date.map(|format| Kind::DateTime { format }),
            "switch" => Ok(Kind::Switch { words: SwitchWords::ALL }),
            _ => Err(Unreadable::NotFromText),
        }
    }
}
