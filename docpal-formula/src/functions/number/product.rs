//! `PRODUCT`.

use crate::functions::builtin::prelude::*;
use crate::number::mul;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "All numbers, also in lists, multiplied from left to right; blanks are skipped. Blank \
          when there is none.",
    examples: &[example("PRODUCT(2, 3, NULL)", "6"), example("PRODUCT(NULL)", "NULL")],
    eval: |call| {
        let mut product = None;
        call.each_number(&mut |number| {
            product = Some(match product {
                Some(product) => mul(product, number)?,
                None => number,
            });
            Ok(())
        })?;
        Ok(product.into())
    },
    ..Builtin::new(Category::Number, "PRODUCT")
};
