//! `YEAR`.

use chrono::Datelike;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Number),
    volatility: Volatility::Zone,
    doc: "The year.",
    examples: &[example("YEAR(\"2024-02-29\")", "2024"), example("YEAR(NULL)", "NULL")],
    eval: |call| Ok(call.local(0)?.map(|at| i64::from(at.year())).into()),
    ..Builtin::new(Category::Date, "YEAR")
};
