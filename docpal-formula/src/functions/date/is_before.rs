//! `IS_BEFORE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("a", ParamType::Temporal), required("b", ParamType::Temporal)],
        Returns::Bool,
    ),
    volatility: Volatility::Zone,
    nulls: Nulls::Own,
    doc: "True when the first date is before the second; false when one is blank.",
    examples: &[
        example("IS_BEFORE(\"2024-01-01\", \"2024-01-02\")", "TRUE"),
        example("IS_BEFORE(NULL, \"2024-01-02\")", "FALSE"),
    ],
    eval: |call| {
        let (Some(a), Some(b)) = (call.instant(0)?, call.instant(1)?) else { return Ok(false.into()) };
        Ok((a < b).into())
    },
    ..Builtin::new(Category::Date, "IS_BEFORE")
};
