//! `CONTAINS`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("text", ParamType::Text), required("part", ParamType::Text)],
        Returns::Bool,
    ),
    nulls: Nulls::Own,
    doc: "True when the first text contains the second. Minds the case.",
    examples: &[
        example("CONTAINS(\"banana\", \"nan\")", "TRUE"),
        example("CONTAINS(\"banana\", \"NAN\")", "FALSE"),
        example("CONTAINS(NULL, \"a\")", "FALSE"),
    ],
    eval: |call| Ok(call.text(0)?.contains(call.text(1)?.as_ref()).into()),
    ..Builtin::new(Category::Text, "CONTAINS")
};
