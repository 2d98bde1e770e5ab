//! `NUMBER`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("condition", ParamType::Bool)], Returns::Number),
    doc: "1 when the condition is true, 0 when it is false, blank when it is blank.",
    examples: &[
        example("NUMBER(2 > 1)", "1"),
        example("NUMBER(FALSE)", "0"),
        example("NUMBER(NULL)", "NULL"),
    ],
    eval: |call| Ok(i64::from(call.truth(0)?).into()),
    ..Builtin::new(Category::Number, "NUMBER")
};
