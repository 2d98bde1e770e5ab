//! `MID`.

use std::borrow::Cow;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("text", ParamType::Text),
            required("start", ParamType::Number),
            required("count", ParamType::Number),
        ],
        Returns::Text,
    ),
    doc: "A count of characters from a position on, the first being 1.",
    examples: &[
        example("MID(\"abcdef\", 2, 3)", "\"bcd\""),
        example("MID(\"abc\", 3, 9)", "\"c\""),
        example("MID(\"abc\", 0, 2)", "#domain"),
        example("MID(\"abc\", 9, 1)", "\"\""),
    ],
    eval: |call| {
        let start = call.whole(1)?.unwrap_or(0);
        if start < 1 {
            return Err(EvalError::with_message(ErrorCode::Domain, "the first position of a text is 1"));
        }
        let count = call.whole(2)?.unwrap_or(0);
        Ok(slice(call.text(0)?, start - 1, count).into())
    },
    ..Builtin::new(Category::Text, "MID")
};

/// The characters of `text` from the position `start`, counted from 0, at most `count` of them.
pub(super) fn slice(text: Cow<'_, str>, start: i64, count: i64) -> Cow<'_, str> {
    let offset = |text: &str, chars: i64| {
        let chars = usize::try_from(chars).unwrap_or(0);
        text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
    };
    let from = offset(&text, start);
    let length = text.get(from..).map_or(0, |rest| offset(rest, count));
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(from..from + length).unwrap_or("")),
        Cow::Owned(text) => Cow::Owned(text.get(from..from + length).unwrap_or("").to_owned()),
    }
}
