//! `WEEKNUM`.

use crate::functions::builtin::prelude::*;
use crate::temporal::shift::week_of_year;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("date", ParamType::Temporal), optional("week_start", ParamType::WeekStart)],
        Returns::Number,
    ),
    volatility: Volatility::Zone,
    doc: "The week of the year: weeks start on Sunday, or the day given, and week 1 holds 1 \
          January.",
    examples: &[
        example("WEEKNUM(\"2023-01-01\")", "1"),
        example("WEEKNUM(\"2023-01-08\")", "2"),
        example("WEEKNUM(\"2023-01-08\", \"Monday\")", "2"),
    ],
    eval: |call| {
        let start = call.week_start(1);
        Ok(call.day(0)?.map(|day| i64::from(week_of_year(day, start))).into())
    },
    ..Builtin::new(Category::Date, "WEEKNUM")
};
