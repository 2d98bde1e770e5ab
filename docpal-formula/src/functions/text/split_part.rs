//! `SPLIT_PART`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("text", ParamType::Text),
            required("separator", ParamType::Text),
            required("index", ParamType::Number),
        ],
        Returns::Text,
    ),
    doc: "The piece of an index, the first being 1, of the text split at a separator; an index \
          below 0 counts from the end. Empty when there is no such piece.",
    examples: &[
        example("SPLIT_PART(\"a-b-c\", \"-\", 2)", "\"b\""),
        example("SPLIT_PART(\"a-b-c\", \"-\", -1)", "\"c\""),
        example("SPLIT_PART(\"aaa\", \"aa\", -1)", "\"a\""),
        example("SPLIT_PART(\"a\", \"-\", 2)", "\"\""),
        example("SPLIT_PART(\"a\", \"-\", 0)", "#domain"),
    ],
    eval: |call| {
        let index = call.whole(2)?.unwrap_or(0);
        let nth = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX).checked_sub(1);
        let Some(nth) = nth else {
            return Err(EvalError::with_message(ErrorCode::Domain, "the first piece is 1"));
        };
        let (text, separator) = (call.text(0)?, call.text(1)?);
        let piece = match separator.as_ref() {
            "" => (nth == 0).then_some(text.as_ref()),
            separator if index > 0 => text.split(separator).nth(nth),
            // Pieces are those found from the left, also where separators could overlap.
            separator => {
                let count = text.split(separator).count();
                count.checked_sub(nth).and_then(|left| text.split(separator).nth(left.checked_sub(1)?))
            }
        };
        Ok(piece.unwrap_or("").to_owned().into())
    },
    ..Builtin::new(Category::Text, "SPLIT_PART")
};
