//! `SUM`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number::add;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The sum of all numbers, also in lists; blanks are skipped. 0 when there is none.",
    examples: &[example("SUM(1, 2.5, NULL)", "3.5"), example("SUM(NULL)", "0")],
    eval: |call| {
        let mut sum = Decimal::ZERO;
        call.each_number(&mut |number| {
            sum = add(sum, number)?;
            Ok(())
        })?;
        Ok(sum.into())
    },
    ..Builtin::new(Category::Number, "SUM")
};
