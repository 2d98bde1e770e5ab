//! `SUBSTITUTE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("text", ParamType::Text),
            required("old", ParamType::Text),
            required("new", ParamType::Text),
            optional("index", ParamType::Number),
        ],
        Returns::Text,
    ),
    doc: "The text with every occurrence of a text replaced by another, or only the occurrence of \
          an index, the first being 1.",
    examples: &[
        example("SUBSTITUTE(\"banana\", \"na\", \"no\")", "\"banono\""),
        example("SUBSTITUTE(\"banana\", \"na\", \"no\", 2)", "\"banano\""),
        example("SUBSTITUTE(\"abc\", \"\", \"x\")", "\"abc\""),
        example("SUBSTITUTE(\"abc\", \"b\", \"\", 0)", "#domain"),
    ],
    eval: |call| {
        let index = call.whole(3)?;
        if index.is_some_and(|index| index < 1) {
            return Err(EvalError::with_message(ErrorCode::Domain, "the first occurrence is 1"));
        }
        let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
        if old.is_empty() {
            return Ok(text.into());
        }
        let (mut result, mut done) = (String::new(), 0);
        for (nth, (at, _)) in (1..).zip(text.match_indices(old.as_ref())) {
            if index.is_none_or(|index| index == nth) {
                result.push_str(text.get(done..at).unwrap_or(""));
                result.push_str(&new);
                call.check_text(result.len())?;
                done = at + old.len();
            }
        }
        result.push_str(text.get(done..).unwrap_or(""));
        Ok(result.into())
    },
    ..Builtin::new(Category::Text, "SUBSTITUTE")
};
