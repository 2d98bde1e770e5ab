//! `UPPER`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Text),
    doc: "The text in upper case.",
    examples: &[example("UPPER(\"straße\")", "\"STRASSE\""), example("UPPER(NULL)", "NULL")],
    eval: |call| Ok(call.text(0)?.to_uppercase().into()),
    ..Builtin::new(Category::Text, "UPPER")
};
