//! `LOWER`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Text),
    doc: "The text in lower case.",
    examples: &[example("LOWER(\"Straße ÄÖ\")", "\"straße äö\""), example("LOWER(NULL)", "NULL")],
    eval: |call| Ok(call.text(0)?.to_lowercase().into()),
    ..Builtin::new(Category::Text, "LOWER")
};
