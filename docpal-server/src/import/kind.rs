//! The type proposed for a column.

use serde::Serialize;

use super::{
    date::DateFormat,
    number::{NumberFormat, Unit},
};

/// What the cells of a column are, with what it takes to read them.
///
/// Serialised as an object with a `type` that is the name of the field type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Kind {
    /// Short text, kept to the last character.
    Text,
    /// Text with line breaks or of more than 255 characters.
    LongText,
    /// A decimal number.
    Number {
        /// The most decimals any cell has.
        scale: u8,
        /// How the numbers are written.
        format: NumberFormat,
    },
    /// A number with a percent sign, as a share: `15%` is 0.15.
    Percent {
        /// The most decimals any cell has, as written: 1 for `12.5%`.
        scale: u8,
        /// How the numbers are written.
        format: NumberFormat,
    },
    /// A sum of money in one currency.
    Currency {
        /// The symbol or code the cells carry.
        symbol: &'static str,
        /// The ISO 4217 code, when the symbol names one currency.
        code: Option<&'static str>,
        /// The most decimals any cell has.
        scale: u8,
        /// How the numbers are written.
        format: NumberFormat,
    },
    /// A calendar date.
    Date {
        /// How the dates are written.
        format: DateFormat,
    },
    /// A point in time; cells without a zone are UTC.
    #[serde(rename = "datetime")]
    DateTime {
        /// How the date in it is written.
        format: DateFormat,
    },
    /// True or false.
    Switch {
        /// The words used; of a column that must be a switch, any that are known.
        words: Option<SwitchWords>,
    },
    /// An e-mail address.
    Email,
    /// An `http` or `https` address.
    Url,
    /// One of a small set of texts.
    SingleSelect {
        /// The options, in the order of their first use.
        options: Vec<String>,
    },
}

impl Kind {
    /// The name of the field type, such as `long_text`.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::LongText => "long_text",
            Kind::Number { .. } => "number",
            Kind::Percent { .. } => "percent",
            Kind::Currency { .. } => "currency",
            Kind::Date { .. } => "date",
            Kind::DateTime { .. } => "datetime",
            Kind::Switch { .. } => "switch",
            Kind::Email => "email",
            Kind::Url => "url",
            Kind::SingleSelect { .. } => "single_select",
        }
    }

    pub(super) fn of_number(unit: Unit, scale: u8, format: NumberFormat) -> Kind {
        match unit {
            Unit::None => Kind::Number { scale, format },
            Unit::Percent => Kind::Percent { scale, format },
            Unit::Currency { symbol, code } => Kind::Currency { symbol, code, scale, format },
        }
    }
}

/// The two words of a switch, in lower case; cells may be in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SwitchWords {
    /// The word for true.
    pub on: &'static str,
    /// The word for false.
    pub off: &'static str,
}
