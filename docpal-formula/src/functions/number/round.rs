//! `ROUND`.

use crate::functions::builtin::prelude::*;
use crate::number::round::{Mode, to_digits};

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), optional("digits", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The number rounded to a count of fraction digits, none when it is not given. Halves go away from zero; \
          a negative count rounds to tens, hundreds and so on.",
    examples: &[
        example("ROUND(-2.5)", "-3"),
        example("ROUND(1.005, 2)", "1.01"),
        example("ROUND(1250, -2)", "1300"),
        example("ROUND(NULL, 2)", "NULL"),
    ],
    eval: |call| rounded(call, Mode::HalfAway),
    ..Builtin::new(Category::Number, "ROUND")
};

/// The first argument rounded to the digits of the second.
pub(super) fn rounded<'a>(call: &mut Call<'_, 'a>, mode: Mode) -> Result<Value<'a>, EvalError> {
    let digits = call.whole(1)?.unwrap_or(0);
    match call.number(0)? {
        Some(number) => to_digits(number, digits, mode).map(Value::from),
        None => Ok(Value::Null),
    }
}
