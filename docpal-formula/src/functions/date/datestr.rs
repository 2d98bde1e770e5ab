//! `DATESTR`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Text),
    volatility: Volatility::Zone,
    doc: "The date as text: 2024-02-29.",
    examples: &[example("DATESTR(\"2024-02-29T12:34:56Z\")", "\"2024-02-29\"")],
    eval: |call| Ok(call.day(0)?.map(|day| day.format("%Y-%m-%d").to_string()).into()),
    ..Builtin::new(Category::Date, "DATESTR")
};
