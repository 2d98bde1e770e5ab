//! `VAR`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number::{add, div, mul, sub};

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The variance of a sample of numbers, also in lists; blanks are skipped. Blank when there \
          are fewer than two.",
    examples: &[example("VAR(1, 2, 3, 4)", "5 / 3"), example("VAR(1)", "NULL")],
    eval: |call| Ok(variance(call, 1)?.into()),
    ..Builtin::new(Category::Number, "VAR")
};

/// `(n * sum of squares - square of the sum) / (n * (n - less))`, each operation by the number rule; nothing when
/// the divisor is zero.
pub(super) fn variance(call: &mut Call<'_, '_>, less: u64) -> Result<Option<Decimal>, EvalError> {
    let (mut count, mut sum, mut squares) = (0u64, Decimal::ZERO, Decimal::ZERO);
    call.each_number(&mut |number| {
        count += 1;
        sum = add(sum, number)?;
        squares = add(squares, mul(number, number)?)?;
        Ok(())
    })?;
    if count <= less {
        return Ok(None);
    }
    let spread = sub(mul(count.into(), squares)?, mul(sum, sum)?)?;
    let variance = div(spread, mul(count.into(), (count - less).into())?)?;
    // Rounding can leave a little less than nothing.
    Ok(Some(variance.max(Decimal::ZERO)))
}
