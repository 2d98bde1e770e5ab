//! `SEARCH`.

use super::find::position;
use crate::fold::fold;
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
    doc: "The position of a text in another, the first being 1, searched from a position on; blank \
          when it is not there. Ignores the case.",
    examples: &[
        example("SEARCH(\"A\", \"banana\")", "2"),
        example("SEARCH(\"z\", \"abc\")", "NULL"),
        example("SEARCH(\"δοσ\", \"ΟΔΟΣ\")", "2"),
        example("SEARCH(\"N\", \"banana\", 4)", "5"),
    ],
    eval: |call| {
        let start = call.whole(2)?.unwrap_or(1);
        let (needle, text) = (fold(&call.text(0)?), fold(&call.text(1)?));
        let found = position(&needle, &text, start);
        Ok((found > 0).then_some(found).into())
    },
    ..Builtin::new(Category::Text, "SEARCH")
};
