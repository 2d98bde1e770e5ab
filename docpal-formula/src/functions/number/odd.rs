//! `ODD`.

use rust_decimal::Decimal;

use super::even::next_of_parity;
use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "The next odd number away from zero.",
    examples: &[example("ODD(2)", "3"), example("ODD(-1.5)", "-3"), example("ODD(0)", "1")],
    eval: |call| next_of_parity(call, Decimal::ONE),
    ..Builtin::new(Category::Number, "ODD")
};
