//! `NOT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("condition", ParamType::Condition)], Returns::Bool),
    nulls: Nulls::Own,
    doc: "True when the condition is false or blank.",
    examples: &[
        example("NOT(1 > 2)", "TRUE"),
        example("NOT(NULL)", "TRUE"),
        example("NOT(\"text\")", "FALSE"),
    ],
    eval: |call| Ok((!call.truth(0)?).into()),
    ..Builtin::new(Category::Logic, "NOT")
};
