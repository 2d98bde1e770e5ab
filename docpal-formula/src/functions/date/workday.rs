//! `WORKDAY`.

use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeSet;

use crate::functions::builtin::prelude::*;
use crate::temporal;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("date", ParamType::Temporal),
            required("count", ParamType::Number),
            optional("holidays", ParamType::Any),
        ],
        Returns::Date,
    ),
    volatility: Volatility::Zone,
    doc: "The date a count of working days later, or earlier when it is below 0. Saturdays, \
          Sundays and holidays are no working days; holidays are dates in a list or ISO dates in a \
          text, separated by commas.",
    examples: &[
        example("WORKDAY(\"2024-02-29\", 1)", "DATE(2024, 3, 1)"),
        example("WORKDAY(\"2024-03-01\", 1)", "DATE(2024, 3, 4)"),
        example("WORKDAY(\"2024-03-01\", 1, \"2024-03-04\")", "DATE(2024, 3, 5)"),
        example("WORKDAY(\"2024-03-04\", -1)", "DATE(2024, 3, 1)"),
        example("WORKDAY(\"2024-03-02\", 0)", "DATE(2024, 3, 2)"),
        example("WORKDAY(\"2024-03-02\", 9999999)", "#overflow"),
    ],
    eval: |call| {
        let count = call.whole(1)?.unwrap_or(0);
        let holidays = holidays(call, 2)?;
        let Some(start) = call.day(0)? else { return Ok(Value::Null) };
        moved(start, count, &holidays).map(Value::from)
    },
    ..Builtin::new(Category::Date, "WORKDAY")
};

/// The working days that are free: those of an argument that holds dates, or texts of dates.
pub(super) fn holidays(call: &mut Call<'_, '_>, index: usize) -> Result<BTreeSet<NaiveDate>, EvalError> {
    let zone = call.zone();
    let mut days = BTreeSet::new();
    call.each_of(index, &mut |value| {
        match value {
            Value::Date(date) => drop(days.insert(date)),
            Value::DateTime(instant) => drop(days.insert(temporal::local(instant, zone)?.date())),
            Value::Text(text) => {
                for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                    days.insert(temporal::iso::iso_date(part).ok_or(ErrorCode::NotADate)?);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    days.retain(|day| is_weekday(*day));
    Ok(days)
}

pub(super) fn is_weekday(day: NaiveDate) -> bool {
    day.weekday().number_from_monday() <= 5
}

/// Whole weeks at once, single days for the rest and for the holidays among them.
fn moved(start: NaiveDate, count: i64, holidays: &BTreeSet<NaiveDate>) -> Result<NaiveDate, EvalError> {
    if count == 0 {
        return Ok(start);
    }
    let step = |day: NaiveDate, days: u64| {
        let moved = if count < 0 {
            day.checked_sub_days(Days::new(days))
        } else {
            day.checked_add_days(Days::new(days))
        };
        temporal::day_in_calendar(moved.ok_or(ErrorCode::Overflow)?)
    };
    let left = count.unsigned_abs();
    let whole_weeks = (left - 1) / 5;
    let mut day = step(start, whole_weeks.checked_mul(7).ok_or(ErrorCode::Overflow)?)?;
    // From a weekend, whole weeks end on a weekend: as many working days have passed.
    let mut left = left - whole_weeks * 5;
    let passed =
        if count < 0 { holidays.range(day..start).count() } else { holidays.range(start..=day).count() };
    let at_start = usize::from(count > 0 && holidays.contains(&start));
    left += (passed - at_start) as u64;
    while left > 0 {
        day = step(day, 1)?;
        left -= u64::from(is_weekday(day) && !holidays.contains(&day));
    }
    Ok(day)
}
