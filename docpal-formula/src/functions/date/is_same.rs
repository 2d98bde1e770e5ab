//! `IS_SAME`.

use chrono::Weekday;

use crate::functions::builtin::prelude::*;
use crate::temporal::shift::start_of;
use crate::temporal::unit::Unit;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("a", ParamType::Temporal),
            required("b", ParamType::Temporal),
            optional("unit", ParamType::Unit),
        ],
        Returns::Bool,
    ),
    volatility: Volatility::Zone,
    nulls: Nulls::Own,
    doc: "True when both dates are the same instant, or lie in the same unit; false when one is \
          blank.",
    examples: &[
        example("IS_SAME(\"2024-01-01\", \"2024-01-31\", \"month\")", "TRUE"),
        example("IS_SAME(\"2024-01-01\", \"2025-01-01\", \"month\")", "FALSE"),
        example("IS_SAME(\"2024-01-01\", \"2024-01-01\")", "TRUE"),
    ],
    eval: |call| {
        let unit = call.unit(2)?.unwrap_or(Unit::Millisecond);
        let (Some(a), Some(b)) = (call.local(0)?, call.local(1)?) else { return Ok(false.into()) };
        Ok((start_of(a, unit, Weekday::Sun) == start_of(b, unit, Weekday::Sun)).into())
    },
    ..Builtin::new(Category::Date, "IS_SAME")
};
