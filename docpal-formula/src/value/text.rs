//! The one text form of each value: what `&` makes of it.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::Value;

/// A number without exponent, without trailing zeros and without a negative zero.
pub(crate) fn number_text(number: Decimal) -> String {
    number.normalize().to_string()
}

/// `2024-02-29`.
pub(crate) fn date_text(date: NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// `2024-02-29T12:34:56.000Z`.
pub(crate) fn datetime_text(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

impl<'a> Value<'a> {
    /// The text form, borrowed when the value is a text.
    pub(crate) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Null => Cow::Borrowed(""),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            other => Cow::Owned(other.to_string()),
        }
    }
}

/// The text form: what `&` makes of the value. Blank is empty, a list is joined by `, `.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Number(number) => f.write_str(&number_text(*number)),
            Self::Text(text) => f.write_str(text),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Date(date) => f.write_str(&date_text(*date)),
            Self::DateTime(instant) => f.write_str(&datetime_text(*instant)),
            Self::List(items) => {
                for (i, item) in items.iter().filter(|item| !item.is_blank()).enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                Ok(())
            }
            Self::Json(json) => write!(f, "{json}"),
        }
    }
}
