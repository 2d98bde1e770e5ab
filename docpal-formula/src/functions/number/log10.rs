//! `LOG10`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number::fixed;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "The logarithm to the base 10, to 15 significant digits.",
    examples: &[example("LOG10(1000)", "3"), example("LOG10(0.01)", "-2"), example("LOG10(-1)", "#domain")],
    eval: |call| call.number(0)?.map(|number| fixed::log(number, Decimal::TEN)).transpose().map(Value::from),
    ..Builtin::new(Category::Number, "LOG10")
};
