//! `STARTS_WITH`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("text", ParamType::Text), required("part", ParamType::Text)],
        Returns::Bool,
    ),
    nulls: Nulls::Own,
    doc: "True when the first text starts with the second. Minds the case.",
    examples: &[
        example("STARTS_WITH(\"banana\", \"ban\")", "TRUE"),
        example("STARTS_WITH(\"banana\", \"nan\")", "FALSE"),
    ],
    eval: |call| Ok(call.text(0)?.starts_with(call.text(1)?.as_ref()).into()),
    ..Builtin::new(Category::Text, "STARTS_WITH")
};
