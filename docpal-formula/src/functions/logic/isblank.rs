//! `ISBLANK`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["IS_BLANK"],
    signature: Signature::new(&[required("value", ParamType::Any)], Returns::Bool),
    nulls: Nulls::Own,
    doc: "True when the value is blank: null or the empty text.",
    examples: &[
        example("ISBLANK(NULL)", "TRUE"),
        example("ISBLANK(\"\")", "TRUE"),
        example("ISBLANK(0)", "FALSE"),
    ],
    eval: |call| Ok(call.value(0)?.is_blank().into()),
    ..Builtin::new(Category::Logic, "ISBLANK")
};
