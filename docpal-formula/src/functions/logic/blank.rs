//! `BLANK`.

use crate::functions::builtin::prelude::*;
use crate::types::Type;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::With(|_, _| Type::Null)),
    doc: "Nothing; the same as the literal NULL.",
    examples: &[
        example("BLANK()", "NULL"),
        example("NULL = BLANK()", "TRUE"),
        example("0 = BLANK()", "FALSE"),
    ],
    eval: |_| Ok(Value::Null),
    ..Builtin::new(Category::Logic, "BLANK")
};
