//! `T`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("value", ParamType::Any)], Returns::Text),
    doc: "The value if it is a text, else blank.",
    examples: &[example("T(\"a\")", "\"a\""), example("T(1)", "NULL")],
    eval: |call| {
        Ok(match call.value(0)? {
            Value::Text(text) => text.into(),
            _ => Value::Null,
        })
    },
    ..Builtin::new(Category::Text, "T")
};
