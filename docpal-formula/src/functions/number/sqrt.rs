//! `SQRT`.

use crate::functions::builtin::prelude::*;
use crate::number::fixed;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "The square root, to 15 significant digits.",
    examples: &[
        example("SQRT(144)", "12"),
        example("SQRT(2)", "1.4142135623731"),
        example("SQRT(-1)", "#domain"),
    ],
    eval: |call| call.number(0)?.map(fixed::sqrt).transpose().map(Value::from),
    ..Builtin::new(Category::Number, "SQRT")
};
