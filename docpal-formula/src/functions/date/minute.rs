//! `MINUTE`.

use chrono::Timelike;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Number),
    volatility: Volatility::Zone,
    doc: "The minute, 0 to 59.",
    examples: &[example("MINUTE(\"2024-02-29T12:34:56Z\")", "34")],
    eval: |call| Ok(call.local(0)?.map(|at| i64::from(at.minute())).into()),
    ..Builtin::new(Category::Date, "MINUTE")
};
