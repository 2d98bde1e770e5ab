//! Days, instants and wall clocks.
//!
//! Results lie in the years 1 to 9999; anything else is an overflow.

pub(crate) mod format;
pub(crate) mod iso;
pub(crate) mod shift;
pub(crate) mod unit;

use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

use self::format::ReadMoment;
use crate::error::{ErrorCode, EvalError};

/// The wall-clock time of an instant in a zone.
pub(crate) fn local(instant: DateTime<Utc>, zone: Tz) -> Result<NaiveDateTime, EvalError> {
    Ok(in_calendar(instant)?.with_timezone(&zone).naive_local())
}

/// The instant at which a zone's wall clock shows `local`.
///
/// A time the clock shows twice is the later instant. A time it skips is read with the offset before the gap,
/// so it lands as far behind the gap as it was inside. PostgreSQL's `AT TIME ZONE` does the same.
pub(crate) fn instant(local: NaiveDateTime, zone: Tz) -> Result<DateTime<Utc>, EvalError> {
    let found = match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(found) | MappedLocalTime::Ambiguous(_, found) => Some(found),
        MappedLocalTime::None => {
            // No gap is longer than a day, so the clock shows the time 25 hours before.
            let back = TimeDelta::hours(25);
            let earlier =
                local.checked_sub_signed(back).and_then(|at| zone.from_local_datetime(&at).latest());
            earlier.and_then(|earlier| earlier.checked_add_signed(back))
        }
    };
    in_calendar(found.ok_or(ErrorCode::Overflow)?.to_utc())
}

/// The first instant of a day in a zone.
pub(crate) fn midnight(date: NaiveDate, zone: Tz) -> Result<DateTime<Utc>, EvalError> {
    instant(date.and_time(NaiveTime::MIN), zone)
}

/// An instant of the years 1 to 9999.
pub(crate) fn in_calendar(instant: DateTime<Utc>) -> Result<DateTime<Utc>, EvalError> {
    if (1..=9999).contains(&instant.year()) { Ok(instant) } else { Err(ErrorCode::Overflow.into()) }
}

/// A day of the years 1 to 9999.
pub(crate) fn day_in_calendar(date: NaiveDate) -> Result<NaiveDate, EvalError> {
    if (1..=9999).contains(&date.year()) { Ok(date) } else { Err(ErrorCode::Overflow.into()) }
}

/// The instant of an ISO date and time; without an offset it is UTC.
pub(crate) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    match iso::iso_moment(text)? {
        ReadMoment::Instant(instant) => in_calendar(instant).ok(),
        ReadMoment::Local(local) => in_calendar(local.and_utc()).ok(),
    }
}
