//! `LEFT`.

use super::mid::slice;
use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("text", ParamType::Text), optional("count", ParamType::Number)],
        Returns::Text,
    ),
    doc: "A count of characters at the start of the text, 1 when it is not given.",
    examples: &[
        example("LEFT(\"abcde\", 2)", "\"ab\""),
        example("LEFT(\"abcde\", -2)", "\"\""),
        example("LEFT(\"abc\")", "\"a\""),
        example("LEFT(\"abc\", 9)", "\"abc\""),
    ],
    eval: |call| {
        let count = if call.count() > 1 { call.whole(1)?.unwrap_or(0) } else { 1 };
        Ok(slice(call.text(0)?, 0, count).into())
    },
    ..Builtin::new(Category::Text, "LEFT")
};
