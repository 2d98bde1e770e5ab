//! What the check makes of literal arguments, so that no call has to: units, formats, patterns, paths.

pub(crate) mod json_path;
pub(crate) mod number_format;
pub(crate) mod regex;

use std::sync::Arc;

use ::regex::Regex;
use chrono::Weekday;
use chrono_tz::Tz;

use crate::temporal::format::DateFormat;
use crate::temporal::unit::Unit;

pub use json_path::{JsonPath, JsonStep};
pub use number_format::NumberFormat;

/// What the check made of a literal argument.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Prepared {
    /// Nothing: the argument needs no preparation, or it is known only while evaluating.
    #[default]
    Nothing,
    /// A unit of time.
    Unit(Unit),
    /// A compiled regular expression.
    Regex(Arc<Regex>),
    /// A date format.
    DateFormat(Arc<DateFormat>),
    /// A number format.
    NumberFormat(Arc<NumberFormat>),
    /// A time zone.
    TimeZone(Tz),
    /// The first day of the week.
    WeekStart(Weekday),
    /// A path into a JSON document.
    JsonPath(Arc<JsonPath>),
}
