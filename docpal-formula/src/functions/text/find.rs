//! `FIND`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("needle", ParamType::Text),
            required("text", ParamType::Text),
            optional("start", ParamType::Number),
        ],
        Returns::Number,
    ),
    nulls: Nulls::Own,
    doc: "The position of a text in another, the first being 1, searched from a position on; 0 \
          when it is not there. Minds the case.",
    examples: &[
        example("FIND(\"n\", \"banana\")", "3"),
        example("FIND(\"n\", \"banana\", 4)", "5"),
        example("FIND(\"A\", \"banana\")", "0"),
        example("FIND(\"\", \"a\")", "1"),
    ],
    eval: |call| {
        let start = call.whole(2)?.unwrap_or(1);
        Ok(position(&call.text(0)?, &call.text(1)?, start).into())
    },
    ..Builtin::new(Category::Text, "FIND")
};

/// The position of `needle` in `text` from the position `start` on, both counted from 1; 0 when it is not there.
pub(super) fn position(needle: &str, text: &str, start: i64) -> i64 {
    let skipped = usize::try_from(start.max(1) - 1).unwrap_or(usize::MAX);
    let Some(from) = text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(skipped) else { return 0 };
    let found = text.get(from..).and_then(|rest| rest.split_once(needle));
    found.map_or(0, |(before, _)| i64::try_from(skipped + before.chars().count() + 1).unwrap_or(0))
}
