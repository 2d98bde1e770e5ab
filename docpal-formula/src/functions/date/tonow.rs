//! `TONOW`.

use super::fromnow::relative;
use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Text),
    volatility: Volatility::Volatile,
    doc: "The time from the date to now in words: \"in 3 days\" for a date 3 days ago.",
    examples: &[example("TONOW(\"2024-02-26T12:34:56Z\")", "\"in 3 days\"")],
    eval: |call| {
        let now = call.now();
        Ok(call.instant(0)?.map(|instant| relative(now - instant)).into())
    },
    ..Builtin::new(Category::Date, "TONOW")
};
