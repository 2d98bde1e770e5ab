//! `TIMESTR`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Text),
    volatility: Volatility::Zone,
    doc: "The time of day as text: 12:34:56.",
    examples: &[example("TIMESTR(\"2024-02-29T12:34:56Z\")", "\"12:34:56\"")],
    eval: |call| Ok(call.local(0)?.map(|at| at.format("%H:%M:%S").to_string()).into()),
    ..Builtin::new(Category::Date, "TIMESTR")
};
