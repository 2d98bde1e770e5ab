//! `REPT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("text", ParamType::Text), required("count", ParamType::Number)],
        Returns::Text,
    ),
    doc: "The text repeated a count of times; empty for a count below 1.",
    examples: &[
        example("REPT(\"ab\", 3)", "\"ababab\""),
        example("REPT(\"a\", -1)", "\"\""),
        example("REPT(\"a\", 1000000)", "#text_too_long"),
    ],
    eval: |call| {
        let count = usize::try_from(call.whole(1)?.unwrap_or(0)).unwrap_or(0);
        let text = call.text(0)?;
        call.check_text(text.len().saturating_mul(count))?;
        Ok(text.repeat(count).into())
    },
    ..Builtin::new(Category::Text, "REPT")
};
