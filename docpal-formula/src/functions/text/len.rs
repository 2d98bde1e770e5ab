//! `LEN`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Number),
    nulls: Nulls::Own,
    doc: "The number of characters (code points) of the text; 0 when it is blank.",
    examples: &[example("LEN(\"Zoë\")", "3"), example("LEN(\"👍\")", "1"), example("LEN(NULL)", "0")],
    eval: |call| Ok(i64::try_from(call.text(0)?.chars().count()).unwrap_or(i64::MAX).into()),
    ..Builtin::new(Category::Text, "LEN")
};
