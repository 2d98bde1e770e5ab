//! Dates and instants.

use chrono::Weekday;

use super::builtin::Builtin;

mod date_of_parts;
mod dateadd;
mod datestr;
mod datetime_diff;
mod datetime_format;
mod datetime_parse;
mod day;
mod end_of;
mod eomonth;
mod fromnow;
mod hour;
mod is_after;
mod is_before;
mod is_same;
mod iso_weeknum;
mod minute;
mod month;
mod now;
mod quarter;
mod second;
mod set_locale;
mod set_timezone;
mod start_of;
mod timestr;
mod today;
mod tonow;
mod weekday;
mod weeknum;
mod workday;
mod workday_diff;
mod year;

pub(super) static ALL: &[&Builtin] = &[
    &date_of_parts::FUNCTION,
    &dateadd::FUNCTION,
    &datestr::FUNCTION,
    &datetime_diff::FUNCTION,
    &datetime_format::FUNCTION,
    &datetime_parse::FUNCTION,
    &day::FUNCTION,
    &end_of::FUNCTION,
    &eomonth::FUNCTION,
    &fromnow::FUNCTION,
    &hour::FUNCTION,
    &is_after::FUNCTION,
    &is_before::FUNCTION,
    &is_same::FUNCTION,
    &iso_weeknum::FUNCTION,
    &minute::FUNCTION,
    &month::FUNCTION,
    &now::FUNCTION,
    &quarter::FUNCTION,
    &second::FUNCTION,
    &set_locale::FUNCTION,
    &set_timezone::FUNCTION,
    &start_of::FUNCTION,
    &timestr::FUNCTION,
    &today::FUNCTION,
    &tonow::FUNCTION,
    &weekday::FUNCTION,
    &weeknum::FUNCTION,
    &workday::FUNCTION,
    &workday_diff::FUNCTION,
    &year::FUNCTION,
];

/// The day of this name, if weeks start on it somewhere.
pub(crate) fn week_start(name: &str) -> Option<Weekday> {
    match name.to_ascii_lowercase().as_str() {
        "sunday" | "sun" => Some(Weekday::Sun),
        "monday" | "mon" => Some(Weekday::Mon),
        "saturday" | "sat" => Some(Weekday::Sat),
        _ => None,
    }
}
