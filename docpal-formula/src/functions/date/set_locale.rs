//! `SET_LOCALE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("date", ParamType::Temporal), required("locale", ParamType::Locale)],
        Returns::First,
    ),
    doc: "The same date. English is the one locale so far; another is refused when the formula is \
          saved.",
    examples: &[example("DATETIME_FORMAT(SET_LOCALE(\"2024-02-29\", \"en\"), \"MMMM\")", "\"February\"")],
    eval: |call| call.value(0),
    ..Builtin::new(Category::Date, "SET_LOCALE")
};
