//! `SECOND`.

use chrono::Timelike;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Number),
    volatility: Volatility::Zone,
    doc: "The second, 0 to 59.",
    examples: &[example("SECOND(\"2024-02-29T12:34:56Z\")", "56")],
    eval: |call| Ok(call.local(0)?.map(|at| i64::from(at.second())).into()),
    ..Builtin::new(Category::Date, "SECOND")
};
