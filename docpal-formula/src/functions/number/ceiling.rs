//! `CEILING`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number;
use crate::number::round::{Mode, to_digits};

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), optional("significance", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The smallest multiple of the significance, 1 when it is not given, that is not below the \
          number.",
    examples: &[
        example("CEILING(1.234, 2)", "2"),
        example("CEILING(1.2)", "2"),
        example("CEILING(-1.5)", "-1"),
        example("CEILING(1.01, 0.1)", "1.1"),
        example("CEILING(1, 0)", "#div_by_zero"),
    ],
    eval: |call| multiple(call, Mode::Ceiling),
    ..Builtin::new(Category::Number, "CEILING")
};

/// The number as a multiple of the second argument, 1 when it is not given.
pub(super) fn multiple<'a>(call: &mut Call<'_, 'a>, mode: Mode) -> Result<Value<'a>, EvalError> {
    let step = call.number(1)?.unwrap_or(Decimal::ONE);
    let Some(number) = call.number(0)? else { return Ok(Value::Null) };
    if step.is_zero() {
        return Err(ErrorCode::DivByZero.into());
    }
    let steps = exact_steps(number, step.abs(), mode)?;
    number::mul(steps, step.abs()).map(Value::from)
}

/// How often `step` goes into `number`, rounded: by the exact remainder, not by a rounded quotient.
fn exact_steps(number: Decimal, step: Decimal, mode: Mode) -> Result<Decimal, EvalError> {
    let rest = number::modulo(number, step)?;
    let below = number::div(number::sub(number, rest)?, step)?;
    let below = to_digits(below, 0, Mode::HalfAway)?;
    if mode == Mode::Ceiling && !rest.is_zero() { number::add(below, Decimal::ONE) } else { Ok(below) }
}
