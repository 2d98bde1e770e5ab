//! `SET_TIMEZONE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("date", ParamType::Temporal), required("time_zone", ParamType::TimeZone)],
        Returns::DateTime,
    ),
    volatility: Volatility::Zone,
    doc: "The same instant, whose parts the function around it reads in a time zone, written out \
          as \"Europe/Berlin\".",
    examples: &[
        example("HOUR(SET_TIMEZONE(\"2024-07-01T12:00:00Z\", \"Asia/Tokyo\"))", "21"),
        example("DATESTR(SET_TIMEZONE(\"2024-07-01T23:00:00Z\", \"Asia/Tokyo\"))", "\"2024-07-02\""),
    ],
    eval: |call| Ok(call.instant(0)?.into()),
    ..Builtin::new(Category::Date, "SET_TIMEZONE")
};
