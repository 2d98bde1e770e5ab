//! `UPPER`.

use std::borrow::Cow;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Text),
    doc: "The text in upper case.",
    examples: &[example("UPPER(\"straße\")", "\"STRASSE\""), example("UPPER(NULL)", "NULL")],
    eval: |call| {
        Ok(match call.text(0)? {
            // A text of its own is changed in place.
            Cow::Owned(mut text) if text.is_ascii() => {
                text.make_ascii_uppercase();
                text.into()
            }
            text => text.to_uppercase().into(),
        })
    },
    ..Builtin::new(Category::Text, "UPPER")
};
