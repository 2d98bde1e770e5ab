//! `REVERSE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Text),
    doc: "The text with its characters (code points) from the last to the first.",
    examples: &[example("REVERSE(\"abc\")", "\"cba\"")],
    eval: |call| Ok(call.text(0)?.chars().rev().collect::<String>().into()),
    ..Builtin::new(Category::Text, "REVERSE")
};
