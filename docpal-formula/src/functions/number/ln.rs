//! `LN`.

use crate::functions::builtin::prelude::*;
use crate::number::fixed;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "The natural logarithm, to 15 significant digits.",
    examples: &[example("LN(1)", "0"), example("LN(10)", "2.30258509299405"), example("LN(0)", "#domain")],
    eval: |call| call.number(0)?.map(fixed::ln).transpose().map(Value::from),
    ..Builtin::new(Category::Number, "LN")
};
