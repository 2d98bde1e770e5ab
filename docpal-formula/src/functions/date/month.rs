//! `MONTH`.

use chrono::Datelike;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Number),
    volatility: Volatility::Zone,
    doc: "The month, 1 to 12.",
    examples: &[example("MONTH(\"2024-02-29\")", "2")],
    eval: |call| Ok(call.local(0)?.map(|at| i64::from(at.month())).into()),
    ..Builtin::new(Category::Date, "MONTH")
};
