//! `DATETIME_PARSE`.

use crate::functions::builtin::prelude::*;
use crate::temporal;
use crate::temporal::format::ReadMoment;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("text", ParamType::Text),
            optional("format", ParamType::DateFormat),
            optional("locale", ParamType::Locale),
        ],
        Returns::DateTime,
    ),
    volatility: Volatility::Zone,
    doc: "The instant a text says, by a format of tokens, or in ISO 8601 when none is given: \
          `2024-12-31`, `2024-12-31 23:59` or `2024-12-31T23:59:59.123+01:00`. \
          Without an offset in the text it is a time of the formula's zone. Any other text is an \
          error, blank stays blank.",
    examples: &[
        example(
            "DATETIME_FORMAT(DATETIME_PARSE(\"4 Mar 2024 23:00\", \"D MMM YYYY HH:mm\"), \"YYYY-MM-DD HH\")",
            "\"2024-03-04 23\"",
        ),
        example("DATETIME_PARSE(\"2024-03-04\") = \"2024-03-04\"", "TRUE"),
        example("DATETIME_PARSE(\"soon\")", "#not_a_date"),
        example("DATETIME_PARSE(\"2024-3-4\")", "#not_a_date"),
        example("DATETIME_PARSE(\"\")", "NULL"),
        example("DATETIME_PARSE(\"12/31/2024\", \"MM/DD/YYYY\") = \"2024-12-31\"", "TRUE"),
    ],
    eval: |call| {
        let (format, zone, text) = (call.date_format(1)?, call.zone(), call.text(0)?);
        call.pay_for_text(text.len())?;
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        let read = match format {
            Some(format) => format.read(&text),
            None => temporal::iso::iso_moment(&text),
        };
        match read.ok_or(ErrorCode::NotADate)? {
            ReadMoment::Instant(instant) => temporal::in_calendar(instant).map(Value::from),
            ReadMoment::Local(local) => temporal::instant(local, zone).map(Value::from),
        }
    },
    ..Builtin::new(Category::Date, "DATETIME_PARSE")
};
