//! `QUARTER`.

use chrono::Datelike;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Number),
    volatility: Volatility::Zone,
    doc: "The quarter of the year, 1 to 4.",
    examples: &[example("QUARTER(\"2024-02-29\")", "1"), example("QUARTER(\"2024-12-31\")", "4")],
    eval: |call| Ok(call.local(0)?.map(|at| i64::from(at.month0() / 3 + 1)).into()),
    ..Builtin::new(Category::Date, "QUARTER")
};
