//! `DATETIME_DIFF`.

use crate::functions::builtin::prelude::*;
use crate::temporal::shift::local_distance;
use crate::temporal::unit::Unit;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["DATE_DIFF"],
    signature: Signature::new(
        &[
            required("end", ParamType::Temporal),
            required("start", ParamType::Temporal),
            optional("unit", ParamType::Unit),
        ],
        Returns::Number,
    ),
    volatility: Volatility::Zone,
    nulls: Nulls::Own,
    warning: Some((
        2,
        Warning {
            code: code::MISSING_UNIT,
            message: "DATETIME_DIFF counts seconds when no unit is given",
            help: "write the unit: DATETIME_DIFF(end, start, \"days\")",
        },
    )),
    doc: "The whole units from the second date to the first, toward zero; below 0 when the first \
          is earlier. Seconds when no unit is given.",
    examples: &[
        example("DATETIME_DIFF(\"2024-03-01\", \"2024-02-01\", \"days\")", "29"),
        example("DATETIME_DIFF(\"2024-01-01\", \"2024-01-02\", \"days\")", "-1"),
        example("DATETIME_DIFF(\"2024-02-29\", \"2023-02-28\", \"years\")", "1"),
        example("DATETIME_DIFF(\"2024-01-01T00:00:59Z\", \"2024-01-01T00:00:00Z\", \"m\")", "0"),
        example("DATETIME_DIFF(\"2024-02-29\", \"2024-01-31\", \"months\")", "1"),
    ],
    eval: |call| {
        let unit = call.unit(2)?.unwrap_or(Unit::Second);
        if unit.is_time() && !(call.is_date(0) && call.is_date(1)) {
            let (Some(end), Some(start)) = (call.instant(0)?, call.instant(1)?) else {
                return Ok(Value::Null);
            };
            return Ok(local_distance(end.naive_utc(), start.naive_utc(), unit).into());
        }
        let (Some(end), Some(start)) = (call.local(0)?, call.local(1)?) else { return Ok(Value::Null) };
        Ok(local_distance(end, start, unit).into())
    },
    ..Builtin::new(Category::Date, "DATETIME_DIFF")
};
