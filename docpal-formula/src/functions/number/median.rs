//! `MEDIAN`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number::{add, div};

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The middle of all numbers in order, also in lists; the average of the two middle ones \
          when their count is even. Blanks are skipped; blank when there is none.",
    examples: &[
        example("MEDIAN(3, 1, 2)", "2"),
        example("MEDIAN(4, 1, 2, 3)", "2.5"),
        example("MEDIAN(NULL)", "NULL"),
    ],
    eval: |call| {
        let mut numbers = call.numbers()?;
        numbers.sort_unstable();
        let at = |index: usize| numbers.get(index).copied().unwrap_or_default();
        let middle = numbers.len() / 2;
        match numbers.len() {
            0 => Ok(Value::Null),
            count if count % 2 == 1 => Ok(at(middle).into()),
            _ => div(add(at(middle - 1), at(middle))?, Decimal::TWO).map(Value::from),
        }
    },
    ..Builtin::new(Category::Number, "MEDIAN")
};
