//! `DAY`.

use chrono::Datelike;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Number),
    volatility: Volatility::Zone,
    doc: "The day of the month, 1 to 31.",
    examples: &[
        example("DAY(\"2024-02-29\")", "29"),
        example("DAY(SET_TIMEZONE(\"2024-02-29T23:30:00Z\", \"Europe/Berlin\"))", "1"),
    ],
    eval: |call| Ok(call.local(0)?.map(|at| i64::from(at.day())).into()),
    ..Builtin::new(Category::Date, "DAY")
};
