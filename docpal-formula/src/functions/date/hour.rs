//! `HOUR`.

use chrono::Timelike;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Number),
    volatility: Volatility::Zone,
    doc: "The hour, 0 to 23; 0 of a date without time.",
    examples: &[example("HOUR(\"2024-02-29T12:34:56Z\")", "12"), example("HOUR(\"2024-02-29\")", "0")],
    eval: |call| Ok(call.local(0)?.map(|at| i64::from(at.hour())).into()),
    ..Builtin::new(Category::Date, "HOUR")
};
