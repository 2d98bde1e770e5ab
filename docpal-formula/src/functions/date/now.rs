//! `NOW`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::DateTime),
    volatility: Volatility::Volatile,
    doc: "The instant of the evaluation.",
    examples: &[example("DATETIME_FORMAT(NOW(), \"YYYY-MM-DD HH:mm\")", "\"2024-02-29 12:34\"")],
    eval: |call| Ok(call.now().into()),
    ..Builtin::new(Category::Date, "NOW")
};
