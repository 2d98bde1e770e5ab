//! `REGEX_MATCH`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("text", ParamType::Text), required("pattern", ParamType::Regex)],
        Returns::Bool,
    ),
    nulls: Nulls::Own,
    doc: "True when the text has a match of the regular expression.",
    examples: &[
        example("REGEX_MATCH(\"order 66\", \"[0-9]+\")", "TRUE"),
        example("REGEX_MATCH(\"none\", \"^[0-9]+$\")", "FALSE"),
        example("REGEX_MATCH(NULL, \"a\")", "FALSE"),
    ],
    eval: |call| {
        let (regex, text) = (call.regex(1)?, call.text(0)?);
        call.pay_for_text(text.len())?;
        Ok(regex.is_match(&text).into())
    },
    ..Builtin::new(Category::Text, "REGEX_MATCH")
};
