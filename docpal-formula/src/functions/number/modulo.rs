//! `MOD`.

use crate::functions::builtin::prelude::*;
use crate::number::modulo;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), required("divisor", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The remainder of a division, with the sign of the divisor.",
    examples: &[
        example("MOD(-10, 3)", "2"),
        example("MOD(3, -2)", "-1"),
        example("MOD(7.5, 2)", "1.5"),
        example("MOD(1, 0)", "#div_by_zero"),
        example("MOD(1, NULL)", "#div_by_zero"),
    ],
    eval: |call| {
        let divisor = call.number(1)?.unwrap_or_default();
        call.number(0)?.map(|number| modulo(number, divisor)).transpose().map(Value::from)
    },
    ..Builtin::new(Category::Number, "MOD")
};
