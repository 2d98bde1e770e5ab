//! `WORKDAY_DIFF`.

use chrono::{Datelike, NaiveDate};

use super::workday::holidays;
use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["NETWORKDAYS"],
    signature: Signature::new(
        &[
            required("start", ParamType::Temporal),
            required("end", ParamType::Temporal),
            optional("holidays", ParamType::Any),
        ],
        Returns::Number,
    ),
    volatility: Volatility::Zone,
    nulls: Nulls::Own,
    doc: "The count of working days from the first date to the second, both included; below 0 when \
          the second is earlier. Saturdays, Sundays and holidays are no working days.",
    examples: &[
        example("WORKDAY_DIFF(\"2024-02-26\", \"2024-03-01\")", "5"),
        example("WORKDAY_DIFF(\"2024-03-01\", \"2024-02-26\")", "-5"),
        example("WORKDAY_DIFF(\"2024-02-26\", \"2024-03-01\", \"2024-02-28\")", "4"),
        example("WORKDAY_DIFF(\"2024-03-02\", \"2024-03-03\")", "0"),
    ],
    eval: |call| {
        let holidays = holidays(call, 2)?;
        let (Some(start), Some(end)) = (call.day(0)?, call.day(1)?) else { return Ok(Value::Null) };
        let (first, last, sign) = if end < start { (end, start, -1) } else { (start, end, 1) };
        let free = i64::try_from(holidays.range(first..=last).count()).unwrap_or(0);
        Ok((sign * (weekdays(first, last) - free)).into())
    },
    ..Builtin::new(Category::Date, "WORKDAY_DIFF")
};

/// Days from Monday to Friday between two days, both included.
fn weekdays(first: NaiveDate, last: NaiveDate) -> i64 {
    // Weekdays of whole weeks before a day, counted from a Monday long ago.
    let before = |day: i64| day.div_euclid(7) * 5 + day.rem_euclid(7).min(5);
    // 1 January of the year 1 was a Monday and is day 1.
    let number = |day: NaiveDate| i64::from(day.num_days_from_ce()) - 1;
    before(number(last) + 1) - before(number(first))
}
