//! `CONCATENATE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["CONCAT"],
    signature: Signature::new(&[required("value", ParamType::Display)], Returns::Text).repeating(1),
    nulls: Nulls::Own,
    doc: "All values in their text form, one behind the other. Blank is empty.",
    examples: &[example("CONCATENATE(\"a\", 1.50, TRUE, NULL)", "\"a1.5true\"")],
    eval: |call| {
        let mut text = String::new();
        for i in 0..call.count() {
            text.push_str(&call.text(i)?);
            call.check_text(text.len())?;
        }
        Ok(text.into())
    },
    ..Builtin::new(Category::Text, "CONCATENATE")
};
