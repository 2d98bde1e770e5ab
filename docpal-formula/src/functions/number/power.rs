//! `POWER`.

use crate::functions::builtin::prelude::*;
use crate::number::power::power;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("base", ParamType::Number), required("exponent", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The base to the power of the exponent: exact for whole exponents, 15 significant digits \
          for others. 0 to the power of 0 is 1.",
    examples: &[
        example("POWER(2, 10)", "1024"),
        example("POWER(2, -2)", "0.25"),
        example("POWER(2, 0.5)", "1.4142135623731"),
        example("POWER(-8, 0.5)", "#domain"),
        example("POWER(0, -1)", "#div_by_zero"),
        example("POWER(10, 28)", "#overflow"),
    ],
    eval: |call| {
        let exponent = call.number(1)?.unwrap_or_default();
        call.number(0)?.map(|base| power(base, exponent)).transpose().map(Value::from)
    },
    ..Builtin::new(Category::Number, "POWER")
};
