//! `EXP`.

use crate::functions::builtin::prelude::*;
use crate::number::fixed;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "Euler's number to the power of the number, to 15 significant digits.",
    examples: &[
        example("EXP(0)", "1"),
        example("EXP(1)", "2.71828182845905"),
        example("EXP(100)", "#overflow"),
    ],
    eval: |call| call.number(0)?.map(fixed::exp).transpose().map(Value::from),
    ..Builtin::new(Category::Number, "EXP")
};
