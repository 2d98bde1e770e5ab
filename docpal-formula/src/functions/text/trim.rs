//! `TRIM`.

use std::borrow::Cow;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Text),
    doc: "The text without the spaces at its start and end.",
    examples: &[example("TRIM(\"  a  b \")", "\"a  b\"")],
    eval: |call| {
        Ok(match call.text(0)? {
            Cow::Borrowed(text) => Value::from(text.trim()),
            Cow::Owned(text) => text.trim().to_owned().into(),
        })
    },
    ..Builtin::new(Category::Text, "TRIM")
};
