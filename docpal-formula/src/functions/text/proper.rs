//! `PROPER`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Text),
    doc: "The text with the first letter of every word in upper case and all others in lower case.",
    examples: &[
        example("PROPER(\"john o'neill-SMITH\")", "\"John O'Neill-Smith\""),
        example("PROPER(\"3rd place\")", "\"3rd Place\""),
    ],
    eval: |call| {
        let text = call.text(0)?;
        let mut proper = String::with_capacity(text.len());
        let mut in_word = false;
        for c in text.chars() {
            match in_word {
                true => proper.extend(c.to_lowercase()),
                false => proper.extend(c.to_uppercase()),
            }
            in_word = c.is_alphanumeric();
        }
        Ok(proper.into())
    },
    ..Builtin::new(Category::Text, "PROPER")
};
