//! `INT`.

use super::round::rounded;
use crate::functions::builtin::prelude::*;
use crate::number::round::Mode;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "The greatest whole number that is not above the number.",
    examples: &[example("INT(1.9)", "1"), example("INT(-1.5)", "-2")],
    eval: |call| rounded(call, Mode::Floor),
    ..Builtin::new(Category::Number, "INT")
};
