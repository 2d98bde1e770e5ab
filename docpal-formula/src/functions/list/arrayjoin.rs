//! `ARRAYJOIN`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["ARRAY_JOIN"],
    signature: Signature::new(
        &[required("list", ParamType::List), optional("separator", ParamType::Text)],
        Returns::Text,
    ),
    nulls: Nulls::Own,
    doc: "The values of a list in their text form with a separator between them, \", \" when it is \
          not given. Blanks are skipped.",
    examples: &[example("ARRAYJOIN(NULL)", "\"\""), example("ARRAYJOIN(\"a\", \"-\")", "\"a\"")],
    eval: |call| {
        let separator = if call.count() > 1 { call.text(1)? } else { ", ".into() };
        let (mut text, mut is_first) = (String::new(), true);
        call.each_of(0, &mut |value| {
            if !value.is_blank() {
                text.push_str(if is_first { "" } else { &separator });
                text.push_str(&value.into_text());
                is_first = false;
            }
            Ok(())
        })?;
        Ok(text.into())
    },
    ..Builtin::new(Category::List, "ARRAYJOIN")
};
