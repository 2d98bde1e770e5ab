//! `EXACT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("a", ParamType::Text), required("b", ParamType::Text)],
        Returns::Bool,
    ),
    nulls: Nulls::Own,
    doc: "True when both texts are equal, case and all; the same as =.",
    examples: &[example("EXACT(\"a\", \"a\")", "TRUE"), example("EXACT(\"a\", \"A\")", "FALSE")],
    eval: |call| Ok((call.text(0)? == call.text(1)?).into()),
    ..Builtin::new(Category::Text, "EXACT")
};
