//! `MIN`.

use rust_decimal::Decimal;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["LEAST"],
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The smallest number, also in lists; blanks are skipped. Blank when there is none.",
    examples: &[example("MIN(3, -1, NULL)", "-1"), example("MIN(NULL)", "NULL")],
    eval: |call| {
        let mut least: Option<Decimal> = None;
        call.each_number(&mut |number| {
            least = Some(least.map_or(number, |least| least.min(number)));
            Ok(())
        })?;
        Ok(least.into())
    },
    ..Builtin::new(Category::Number, "MIN")
};
