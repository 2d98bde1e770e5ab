//! `LOG`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number::fixed;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), optional("base", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The logarithm to a base, 10 when it is not given, to 15 significant digits.",
    examples: &[example("LOG(1024, 2)", "10"), example("LOG(100)", "2"), example("LOG(2, 1)", "#domain")],
    eval: |call| {
        let base = call.number(1)?.unwrap_or(Decimal::TEN);
        call.number(0)?.map(|number| fixed::log(number, base)).transpose().map(Value::from)
    },
    ..Builtin::new(Category::Number, "LOG")
};
