//! `ABS`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "The number without its sign.",
    examples: &[example("ABS(-2.5)", "2.5"), example("ABS(NULL)", "NULL")],
    eval: |call| Ok(call.number(0)?.map(|number| number.abs()).into()),
    ..Builtin::new(Category::Number, "ABS")
};
