//! `DATETIME_FORMAT`.

use std::sync::Arc;

use crate::functions::builtin::prelude::*;
use crate::temporal;
use crate::temporal::format::{DateFormat, Moment};

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("date", ParamType::Temporal), optional("format", ParamType::DateFormat)],
        Returns::Text,
    ),
    volatility: Volatility::Zone,
    doc: "The date as text by a format of tokens such as YYYY, MMMM, DD, HH, mm, A; text in \
          [brackets] stays. ISO 8601 when no format is given.",
    examples: &[
        example("DATETIME_FORMAT(\"2024-02-29\", \"MMMM Do, YYYY\")", "\"February 29th, 2024\""),
        example(
            "DATETIME_FORMAT(\"2024-02-29T15:04:05Z\", \"ddd h:mm A [at] Z\")",
            "\"Thu 3:04 PM at +00:00\"",
        ),
        example("DATETIME_FORMAT(\"2024-02-29T23:30:00Z\")", "\"2024-02-29T23:30:00+00:00\""),
        example(
            "DATETIME_FORMAT(SET_TIMEZONE(\"2024-07-01T12:00:00Z\", \"America/New_York\"), \"HH:mm z\")",
            "\"08:00 EDT\"",
        ),
    ],
    eval: |call| {
        let format =
            call.date_format(1)?.unwrap_or_else(|| Arc::new(DateFormat::parse("YYYY-MM-DDTHH:mm:ssZ")));
        let (zone, most) = (call.zone(), call.limits().text_bytes);
        let Some(instant) = call.instant(0)? else { return Ok(Value::Null) };
        let local = temporal::local(instant, zone)?;
        Ok(format.write(&Moment { local, instant, zone }, most).into())
    },
    ..Builtin::new(Category::Date, "DATETIME_FORMAT")
};
