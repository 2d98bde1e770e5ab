//! `START_OF`.

use crate::functions::builtin::prelude::*;
use crate::temporal;
use crate::temporal::shift::start_of;
use crate::temporal::unit::Unit;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("date", ParamType::Temporal),
            required("unit", ParamType::Unit),
            optional("week_start", ParamType::WeekStart),
        ],
        Returns::First,
    ),
    volatility: Volatility::Zone,
    doc: "The first moment of the unit around a date; weeks start on Sunday, or the day given.",
    examples: &[
        example("START_OF(\"2024-02-29\", \"month\")", "DATE(2024, 2, 1)"),
        example("START_OF(\"2024-02-29\", \"week\", \"Monday\")", "DATE(2024, 2, 26)"),
        example("TIMESTR(START_OF(\"2024-02-29T12:34:56Z\", \"hour\"))", "\"12:00:00\""),
    ],
    eval: |call| {
        let (unit, week_start, zone) = (call.unit(1)?.unwrap_or(Unit::Day), call.week_start(2), call.zone());
        let is_date = call.is_date(0);
        let start = call.local(0)?.and_then(|at| start_of(at, unit, week_start));
        match start {
            Some(start) if is_date => temporal::day_in_calendar(start.date()).map(Value::from),
            Some(start) => temporal::instant(start, zone).map(Value::from),
            None => Ok(Value::Null),
        }
    },
    ..Builtin::new(Category::Date, "START_OF")
};
