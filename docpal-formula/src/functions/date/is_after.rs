//! `IS_AFTER`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("a", ParamType::Temporal), required("b", ParamType::Temporal)],
        Returns::Bool,
    ),
    volatility: Volatility::Zone,
    nulls: Nulls::Own,
    doc: "True when the first date is after the second; false when one is blank.",
    examples: &[
        example("IS_AFTER(\"2024-01-03\", \"2024-01-02\")", "TRUE"),
        example("IS_AFTER(\"2024-01-02\", \"2024-01-02\")", "FALSE"),
    ],
    eval: |call| {
        let (Some(a), Some(b)) = (call.instant(0)?, call.instant(1)?) else { return Ok(false.into()) };
        Ok((a > b).into())
    },
    ..Builtin::new(Category::Date, "IS_AFTER")
};
