//! `EVEN`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number::round::{Mode, to_digits};
use crate::number::{add, modulo};

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Number)], Returns::Number),
    doc: "The next even number away from zero.",
    examples: &[
        example("EVEN(3)", "4"),
        example("EVEN(-1.5)", "-2"),
        example("EVEN(2)", "2"),
        example("EVEN(0)", "0"),
    ],
    eval: |call| next_of_parity(call, Decimal::ZERO),
    ..Builtin::new(Category::Number, "EVEN")
};

/// The next whole number away from zero that leaves `rest` when divided by 2.
pub(super) fn next_of_parity<'a>(call: &mut Call<'_, 'a>, rest: Decimal) -> Result<Value<'a>, EvalError> {
    let Some(number) = call.number(0)? else { return Ok(Value::Null) };
    let whole = to_digits(number, 0, Mode::Away)?;
    let fits = modulo(whole, Decimal::TWO)? == rest;
    let step = if number.is_sign_negative() && !number.is_zero() { -Decimal::ONE } else { Decimal::ONE };
    if fits { Ok(whole.into()) } else { add(whole, step).map(Value::from) }
}
