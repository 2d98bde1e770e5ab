//! `REPLACE`.

use std::borrow::Cow;

use super::mid::slice;
use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("text", ParamType::Text),
            required("start", ParamType::Number),
            required("count", ParamType::Number),
            required("replacement", ParamType::Text),
        ],
        Returns::Text,
    ),
    too_few_help: Some("did you mean SUBSTITUTE(text, old, new)?"),
    doc: "The text with a count of characters from a position on, the first being 1, replaced. \
          SUBSTITUTE replaces by what the text holds.",
    examples: &[
        example("REPLACE(\"database\", 2, 5, \"o\")", "\"dose\""),
        example("REPLACE(\"abc\", 9, 1, \"!\")", "\"abc!\""),
        example("REPLACE(\"abc\", 0, 1, \"x\")", "#domain"),
    ],
    eval: |call| {
        let start = call.whole(1)?.unwrap_or(0);
        if start < 1 {
            return Err(EvalError::with_message(ErrorCode::Domain, "the first position of a text is 1"));
        }
        let count = call.whole(2)?.unwrap_or(0).max(0);
        let (text, replacement) = (call.text(0)?, call.text(3)?);
        let before = slice(Cow::Borrowed(&text), 0, start - 1);
        let after = slice(Cow::Borrowed(&text), (start - 1).saturating_add(count), i64::MAX);
        Ok([before.as_ref(), replacement.as_ref(), after.as_ref()].concat().into())
    },
    ..Builtin::new(Category::Text, "REPLACE")
};
