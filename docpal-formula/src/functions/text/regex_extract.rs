//! `REGEX_EXTRACT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("text", ParamType::Text), required("pattern", ParamType::Regex)],
        Returns::Text,
    ),
    doc: "The first match of the regular expression, or its first group if it has one; blank when \
          there is no match.",
    examples: &[
        example("REGEX_EXTRACT(\"order 66\", \"[0-9]+\")", "\"66\""),
        example("REGEX_EXTRACT(\"a@b.com\", \"@(.+)\")", "\"b.com\""),
        example("REGEX_EXTRACT(\"none\", \"[0-9]+\")", "NULL"),
    ],
    eval: |call| {
        let (regex, text) = (call.regex(1)?, call.text(0)?);
        call.pay_for_text(text.len())?;
        let found = regex.captures(&text);
        let group = usize::from(regex.captures_len() > 1);
        let extracted = found.and_then(|found| found.get(group).map(|group| group.as_str().to_owned()));
        Ok(extracted.into())
    },
    ..Builtin::new(Category::Text, "REGEX_EXTRACT")
};
