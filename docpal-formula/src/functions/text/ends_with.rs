//! `ENDS_WITH`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("text", ParamType::Text), required("part", ParamType::Text)],
        Returns::Bool,
    ),
    nulls: Nulls::Own,
    doc: "True when the first text ends with the second. Minds the case.",
    examples: &[
        example("ENDS_WITH(\"banana\", \"ana\")", "TRUE"),
        example("ENDS_WITH(\"banana\", \"nan\")", "FALSE"),
    ],
    eval: |call| Ok(call.text(0)?.ends_with(call.text(1)?.as_ref()).into()),
    ..Builtin::new(Category::Text, "ENDS_WITH")
};
