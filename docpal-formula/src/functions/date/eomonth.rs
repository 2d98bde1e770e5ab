//! `EOMONTH`.

use chrono::Weekday;

use crate::functions::builtin::prelude::*;
use crate::temporal::shift::{shift_local, start_of};
use crate::temporal::unit::Unit;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("date", ParamType::Temporal), optional("months", ParamType::Number)],
        Returns::Date,
    ),
    volatility: Volatility::Zone,
    doc: "The last day of the month of the date, or of a month a count of months later.",
    examples: &[
        example("EOMONTH(\"2024-02-01\")", "DATE(2024, 2, 29)"),
        example("EOMONTH(\"2024-01-31\", 1)", "DATE(2024, 2, 29)"),
        example("EOMONTH(\"2024-01-31\", -2)", "DATE(2023, 11, 30)"),
    ],
    eval: |call| {
        let months = call.whole(1)?.unwrap_or(0);
        let Some(from) = call.local(0)? else { return Ok(Value::Null) };
        let first = start_of(from, Unit::Month, Weekday::Sun).unwrap_or(from);
        let next = shift_local(shift_local(first, months, Unit::Month)?, 1, Unit::Month)?;
        Ok(next.date().pred_opt().into())
    },
    ..Builtin::new(Category::Date, "EOMONTH")
};
