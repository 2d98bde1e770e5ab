//! `TO_TEXT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("value", ParamType::Display)], Returns::Text),
    doc: "The text form of a value: what & makes of it. Blank stays blank.",
    examples: &[
        example("TO_TEXT(1.50)", "\"1.5\""),
        example("TO_TEXT(NULL)", "NULL"),
        example("TO_TEXT(TRUE)", "\"true\""),
    ],
    eval: |call| Ok(call.text(0)?.into()),
    ..Builtin::new(Category::Text, "TO_TEXT")
};
