//! `VALUE`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("text", ParamType::Text)], Returns::Number),
    doc: "The number a text says: digits with a decimal point, a sign, a percent sign; spaces, \
          commas and currency signs are skipped. A text that is no number is an error, blank stays \
          blank.",
    examples: &[
        example("VALUE(\"-12.5\")", "-12.5"),
        example("VALUE(\"$1,234.50\")", "1234.5"),
        example("VALUE(\"15%\")", "0.15"),
        example("VALUE(\"\")", "NULL"),
        example("VALUE(\"12 apples\")", "#not_a_number"),
        example("VALUE(\"1.2.3\")", "#not_a_number"),
    ],
    eval: |call| {
        let text = call.text(0)?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        read(&text).map(Value::from)
    },
    ..Builtin::new(Category::Number, "VALUE")
};

/// Reads digits, a point and digits, exactly, then rounds by the number rule.
fn read(text: &str) -> Result<Decimal, EvalError> {
    let bad = || EvalError::from(ErrorCode::NotANumber);
    let plain: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '$' | '€' | '£' | '¥' | ',')).collect();
    let (body, percent) = plain.strip_suffix('%').map_or((plain.as_str(), 0), |body| (body, 2));
    let (negative, body) = match body.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, body.strip_prefix('+').unwrap_or(body)),
    };
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || whole.len() + fraction.len() == 0 {
        return Err(bad());
    }
    number::from_digits(whole, fraction, percent, negative)
}
