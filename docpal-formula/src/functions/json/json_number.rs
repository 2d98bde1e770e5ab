//! `JSON_NUMBER`.

use rust_decimal::Decimal;
use serde_json::Number;

use crate::functions::builtin::prelude::*;
use crate::number;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("json", ParamType::Json), optional("path", ParamType::JsonPath)],
        Returns::Number,
    ),
    doc: "The number at a path of a JSON document; blank when there is none.",
    examples: &[example("JSON_NUMBER(NULL, \"a.b\")", "NULL")],
    eval: |call| {
        let path = call.json_path(1)?;
        let number = call.json(0)?.and_then(|json| path.find(&json)?.as_number().map(decimal));
        number.transpose().map(Value::from)
    },
    ..Builtin::new(Category::Json, "JSON_NUMBER")
};

/// The exact decimal a JSON number writes, by the number rule.
pub(super) fn decimal(number: &Number) -> Result<Decimal, EvalError> {
    let text = number.to_string();
    let (negative, text) = text.strip_prefix('-').map_or((false, text.as_str()), |text| (true, text));
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let exponent: i32 = exponent.parse().map_err(|_| ErrorCode::NotANumber)?;
    let zeros = |count: i32| "0".repeat(usize::try_from(count.clamp(0, 400)).unwrap_or(0));
    // The point is moved by writing zeros on the side it moves to.
    let all = format!("{}{whole}{fraction}{}", zeros(-exponent), zeros(exponent));
    let point = i32::try_from(zeros(-exponent).len() + whole.len()).unwrap_or(0) + exponent.clamp(-400, 400);
    let (whole, fraction) = all.split_at_checked(usize::try_from(point).unwrap_or(0)).unwrap_or((&all, ""));
    number::from_digits(whole, fraction, 0, negative)
}
