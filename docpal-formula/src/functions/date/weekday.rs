//! `WEEKDAY`.

use crate::functions::builtin::prelude::*;
use crate::temporal::shift::days_into_week;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("date", ParamType::Temporal), optional("week_start", ParamType::WeekStart)],
        Returns::Number,
    ),
    volatility: Volatility::Zone,
    doc: "The day of the week: 0 for the day the week starts on, Sunday when it is not given, to \
          6.",
    examples: &[example("WEEKDAY(\"2024-02-29\")", "4"), example("WEEKDAY(\"2024-02-29\", \"Monday\")", "3")],
    eval: |call| {
        let start = call.week_start(1);
        Ok(call.day(0)?.map(|day| i64::from(days_into_week(day, start))).into())
    },
    ..Builtin::new(Category::Date, "WEEKDAY")
};
