//! `DATEADD`.

use crate::functions::builtin::prelude::*;
use crate::temporal::shift::{shift_instant, shift_local};
use crate::temporal::unit::Unit;
use crate::types::Type;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["DATE_ADD"],
    signature: Signature::new(
        &[
            required("date", ParamType::Temporal),
            required("count", ParamType::Number),
            required("unit", ParamType::Unit),
        ],
        Returns::With(returned),
    ),
    volatility: Volatility::Zone,
    nulls: Nulls::Any,
    doc: "The date moved by a count of units, toward the past when it is below 0; the count's \
          fraction is dropped. The end of a month is not passed; days and longer units keep the \
          time on the clock. A date moved by hours or less becomes a datetime.",
    examples: &[
        example("DATEADD(\"2024-01-31\", 1, \"month\")", "DATE(2024, 2, 29)"),
        example("DATEADD(\"2024-01-01\", -1.9, \"days\")", "DATE(2023, 12, 31)"),
        example("DATESTR(DATEADD(\"2024-01-01T23:30:00Z\", 45, \"minutes\"))", "\"2024-01-02\""),
        example("DATEADD(\"2024-01-01\", 99999999, \"years\")", "#overflow"),
    ],
    eval: |call| {
        let count = call.whole(1)?.unwrap_or(0);
        let unit = call.unit(2)?.unwrap_or(Unit::Day);
        let zone = call.zone();
        if *call.result_type() == Type::Date {
            let moved = call.local(0)?.map(|from| shift_local(from, count, unit)).transpose()?;
            return Ok(moved.map(|moved| moved.date()).into());
        }
        call.instant(0)?.map(|from| shift_instant(from, count, unit, zone)).transpose().map(Value::from)
    },
    ..Builtin::new(Category::Date, "DATEADD")
};

/// A date, if a date is moved by a unit that is known to be a day or longer; else a datetime.
fn returned(args: &[&Type], prepared: &[Prepared]) -> Type {
    let is_date = args.first().is_some_and(|date| **date == Type::Date);
    let by_days = matches!(prepared.get(2), Some(Prepared::Unit(unit)) if !unit.is_time());
    if is_date && by_days { Type::Date } else { Type::DateTime }
}
