//! `SIGN`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "1 for a number above zero, -1 for one below, 0 for zero.",
    examples: &[example("SIGN(-2.5)", "-1"), example("SIGN(0)", "0")],
    eval: |call| {
        let sign = |number: Decimal| match () {
            () if number.is_zero() => 0,
            () if number.is_sign_negative() => -1,
            () => 1,
        };
        Ok(call.number(0)?.map(sign).into())
    },
    ..Builtin::new(Category::Number, "SIGN")
};
