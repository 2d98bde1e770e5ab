//! `TEXT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), required("format", ParamType::NumberFormat)],
        Returns::Text,
    ),
    doc: "A number by a format: 0 is a digit that is always shown, # one that may lack, a comma \
          groups thousands, % shows hundredths; text around stays, letters in quotes.",
    examples: &[
        example("TEXT(1234.5, \"#,##0.00\")", "\"1,234.50\""),
        example("TEXT(0.256, \"0%\")", "\"26%\""),
        example("TEXT(7, \"000\")", "\"007\""),
        example("TEXT(-1234.567, \"$#,##0.0#\")", "\"-$1,234.57\""),
        example("TEXT(NULL, \"0\")", "NULL"),
    ],
    eval: |call| {
        let format = call.number_format(1)?;
        call.number(0)?.map(|number| format.write(number)).transpose().map(Value::from)
    },
    ..Builtin::new(Category::Text, "TEXT")
};
