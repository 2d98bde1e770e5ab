//! `RIGHT`.

use super::mid::slice;
use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("text", ParamType::Text), optional("count", ParamType::Number)],
        Returns::Text,
    ),
    doc: "A count of characters at the end of the text, 1 when it is not given.",
    examples: &[
        example("RIGHT(\"abcde\", 2)", "\"de\""),
        example("RIGHT(\"abcde\", -2)", "\"\""),
        example("RIGHT(\"abc\")", "\"c\""),
    ],
    eval: |call| {
        let count = if call.count() > 1 { call.whole(1)?.unwrap_or(0) } else { 1 };
        let text = call.text(0)?;
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        Ok(slice(text, (length - count.max(0)).max(0), count).into())
    },
    ..Builtin::new(Category::Text, "RIGHT")
};
