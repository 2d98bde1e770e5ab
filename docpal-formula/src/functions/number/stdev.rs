//! `STDEV`.

use super::var::variance;
use crate::functions::builtin::prelude::*;
use crate::number::fixed::sqrt;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The standard deviation of a sample: the square root of VAR.",
    examples: &[example("STDEV(2, 4, 4, 4, 5, 5, 7, 9)", "SQRT(32 / 7)"), example("STDEV(1)", "NULL")],
    eval: |call| variance(call, 1)?.map(sqrt).transpose().map(Value::from),
    ..Builtin::new(Category::Number, "STDEV")
};
