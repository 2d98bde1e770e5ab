//! Moving dates and the distance between them.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

use super::unit::Unit;
use super::{day_in_calendar, in_calendar, instant, local};
use crate::error::{ErrorCode, EvalError};

/// A wall clock moved by days or longer units; the end of a month is not passed.
pub(crate) fn shift_local(from: NaiveDateTime, count: i64, unit: Unit) -> Result<NaiveDateTime, EvalError> {
    let moved = if let Some(months) = unit.months() {
        let months = count.checked_mul(months).ok_or(ErrorCode::Overflow)?;
        let distance = Months::new(u32::try_from(months.unsigned_abs()).map_err(|_| ErrorCode::Overflow)?);
        if months < 0 { from.checked_sub_months(distance) } else { from.checked_add_months(distance) }
    } else if let Some(days) = unit.days() {
        let days = count.checked_mul(days).ok_or(ErrorCode::Overflow)?;
        let distance = Days::new(days.unsigned_abs());
        if days < 0 { from.checked_sub_days(distance) } else { from.checked_add_days(distance) }
    } else {
        unit.milliseconds()
            .and_then(|length| count.checked_mul(length))
            .and_then(TimeDelta::try_milliseconds)
            .and_then(|distance| from.checked_add_signed(distance))
    };
    let moved = moved.ok_or(ErrorCode::Overflow)?;
    day_in_calendar(moved.date())?;
    Ok(moved)
}

/// An instant moved: by whole days the wall clock of `zone` stays, by hours and less the time is exact.
pub(crate) fn shift_instant(
    from: DateTime<Utc>,
    count: i64,
    unit: Unit,
    zone: Tz,
) -> Result<DateTime<Utc>, EvalError> {
    if let Some(length) = unit.milliseconds() {
        let distance = count.checked_mul(length).and_then(TimeDelta::try_milliseconds);
        let moved = distance.and_then(|distance| from.checked_add_signed(distance));
        return in_calendar(moved.ok_or(ErrorCode::Overflow)?);
    }
    instant(shift_local(local(from, zone)?, count, unit)?, zone)
}

/// Whole units from `from` to `to` by the wall clock, toward zero.
pub(crate) fn local_distance(to: NaiveDateTime, from: NaiveDateTime, unit: Unit) -> i64 {
    if let Some(months) = unit.months() {
        return whole_months(to, from) / months;
    }
    let milliseconds = (to - from).num_milliseconds();
    match unit.days() {
        Some(days) => milliseconds / (days * 86_400_000),
        None => milliseconds / unit.milliseconds().unwrap_or(1),
    }
}

/// Whole months between two wall-clock times; an end of month counts as reached.
fn whole_months(to: NaiveDateTime, from: NaiveDateTime) -> i64 {
    if to < from {
        return -whole_months(from, to);
    }
    let months = |at: NaiveDateTime| i64::from(at.year()) * 12 + i64::from(at.month0());
    let distance = months(to) - months(from);
    match shift_local(from, distance, Unit::Month) {
        Ok(reached) if reached <= to => distance,
        _ => distance - 1,
    }
}

/// The first moment of the unit around a wall-clock time.
pub(crate) fn start_of(at: NaiveDateTime, unit: Unit, week_start: Weekday) -> Option<NaiveDateTime> {
    use chrono::Timelike;
    let date = at.date();
    let time = match unit {
        Unit::Millisecond => at.with_nanosecond(at.nanosecond() / 1_000_000 % 1_000 * 1_000_000),
        Unit::Second => at.with_nanosecond(0),
        Unit::Minute => date.and_hms_opt(at.hour(), at.minute(), 0),
        Unit::Hour => date.and_hms_opt(at.hour(), 0, 0),
        _ => None,
    };
    if unit.is_time() {
        return time;
    }
    let day = match unit {
        Unit::Week => date.checked_sub_days(Days::new(days_into_week(date, week_start).into())),
        Unit::Month => date.with_day(1),
        Unit::Quarter => NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1),
        Unit::Year => NaiveDate::from_ymd_opt(date.year(), 1, 1),
        _ => Some(date),
    };
    day.and_then(|day| day.and_hms_opt(0, 0, 0))
}

/// 0 for the first day of the week to 6 for the last.
pub(crate) fn days_into_week(date: NaiveDate, week_start: Weekday) -> u32 {
    (7 + date.weekday().num_days_from_monday() - week_start.num_days_from_monday()) % 7
}

/// The week of the year: week 1 holds 1 January.
pub(crate) fn week_of_year(date: NaiveDate, week_start: Weekday) -> u32 {
    let first = date.with_ordinal(1).unwrap_or(date);
    (date.ordinal0() + days_into_week(first, week_start)) / 7 + 1
}
