//! `DATE`.

use chrono::NaiveDate;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("year", ParamType::Number),
            required("month", ParamType::Number),
            required("day", ParamType::Number),
        ],
        Returns::Date,
    ),
    nulls: Nulls::Any,
    doc: "The date of a year, a month and a day.",
    examples: &[
        example("DATE(2024, 2, 29)", "DATEADD(\"2024-02-28\", 1, \"day\")"),
        example("DATE(2023, 2, 29)", "#domain"),
    ],
    eval: |call| {
        let (year, month, day) = (call.whole(0)?, call.whole(1)?, call.whole(2)?);
        let part = |part: Option<i64>| u32::try_from(part.unwrap_or(0)).unwrap_or(0);
        let year = i32::try_from(year.unwrap_or(0)).ok().filter(|year| (1..=9999).contains(year));
        let date = year.and_then(|year| NaiveDate::from_ymd_opt(year, part(month), part(day)));
        date.map(Value::from)
            .ok_or_else(|| EvalError::with_message(ErrorCode::Domain, "there is no such day"))
    },
    ..Builtin::new(Category::Date, "DATE")
};
