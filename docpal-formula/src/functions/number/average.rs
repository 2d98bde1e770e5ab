//! `AVERAGE`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;
use crate::number::{add, div};

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["AVG"],
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The sum of all numbers, also in lists, divided by their count; blanks are skipped. Blank \
          when there is none.",
    examples: &[
        example("AVERAGE(4, NULL)", "4"),
        example("AVERAGE(1, 2)", "1.5"),
        example("AVERAGE(NULL)", "NULL"),
    ],
    eval: |call| {
        let (mut sum, mut count) = (Decimal::ZERO, 0u64);
        call.each_number(&mut |number| {
            (sum, count) = (add(sum, number)?, count + 1);
            Ok(())
        })?;
        if count == 0 { Ok(Value::Null) } else { div(sum, count.into()).map(Value::from) }
    },
    ..Builtin::new(Category::Number, "AVERAGE")
};
