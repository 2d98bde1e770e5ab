//! `ISO_WEEKNUM`.

use chrono::Datelike;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("date", ParamType::Temporal)], Returns::Number),
    volatility: Volatility::Zone,
    doc: "The week of the year by ISO 8601: weeks start on Monday, week 1 holds the first \
          Thursday.",
    examples: &[example("ISO_WEEKNUM(\"2024-12-30\")", "1"), example("ISO_WEEKNUM(\"2023-01-01\")", "52")],
    eval: |call| Ok(call.local(0)?.map(|at| i64::from(at.iso_week().week())).into()),
    ..Builtin::new(Category::Date, "ISO_WEEKNUM")
};
