//! `VARP`.

use super::var::variance;
use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The variance of a whole population of numbers, also in lists; blanks are skipped. Blank \
          when there is none.",
    examples: &[example("VARP(1, 2, 3, 4)", "1.25"), example("VARP(5)", "0")],
    eval: |call| Ok(variance(call, 0)?.into()),
    ..Builtin::new(Category::Number, "VARP")
};
