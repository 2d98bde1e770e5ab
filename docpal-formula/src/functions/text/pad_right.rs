//! `PAD_RIGHT`.

use super::pad_left::padding;
use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("text", ParamType::Text),
            required("length", ParamType::Number),
            optional("fill", ParamType::Text),
        ],
        Returns::Text,
    ),
    doc: "The text with a fill, spaces when it is not given, behind it up to a length. Longer \
          texts stay.",
    examples: &[
        example("PAD_RIGHT(\"7\", 3, \".\")", "\"7..\""),
        example("PAD_RIGHT(\"abc\", 2)", "\"abc\""),
    ],
    eval: |call| {
        let text = call.text(0)?;
        let padding = padding(call, &text)?;
        Ok((text.into_owned() + &padding).into())
    },
    ..Builtin::new(Category::Text, "PAD_RIGHT")
};
