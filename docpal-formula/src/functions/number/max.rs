//! `MAX`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["GREATEST"],
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The greatest number, also in lists; blanks are skipped. Blank when there is none.",
    examples: &[example("MAX(NULL, -5)", "-5"), example("MAX(1, 3, 2)", "3")],
    eval: |call| {
        let mut most: Option<Decimal> = None;
        call.each_number(&mut |number| {
            most = Some(most.map_or(number, |most| most.max(number)));
            Ok(())
        })?;
        Ok(most.into())
    },
    ..Builtin::new(Category::Number, "MAX")
};
