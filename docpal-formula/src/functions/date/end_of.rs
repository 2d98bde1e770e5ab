//! `END_OF`.

use chrono::TimeDelta;

use crate::functions::builtin::prelude::*;
use crate::temporal;
use crate::temporal::shift::{shift_local, start_of};
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
    doc: "The last moment of the unit around a date, to the millisecond; of a date without time \
          the last day. Weeks start on Sunday, or the day given.",
    examples: &[
        example("END_OF(\"2024-02-10\", \"month\")", "DATE(2024, 2, 29)"),
        example("END_OF(\"2024-02-29\", \"week\")", "DATE(2024, 3, 2)"),
        example("TIMESTR(END_OF(\"2024-02-29T12:34:56Z\", \"day\"))", "\"23:59:59\""),
    ],
    eval: |call| {
        let (unit, week_start, zone) = (call.unit(1)?.unwrap_or(Unit::Day), call.week_start(2), call.zone());
        let is_date = call.is_date(0);
        let Some(start) = call.local(0)?.and_then(|at| start_of(at, unit, week_start)) else {
            return Ok(Value::Null);
        };
        let last = shift_local(start, 1, unit)? - TimeDelta::milliseconds(1);
        if is_date { Ok(last.date().into()) } else { temporal::instant(last, zone).map(Value::from) }
    },
    ..Builtin::new(Category::Date, "END_OF")
};
