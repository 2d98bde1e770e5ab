//! `STDEVP`.

use super::var::variance;
use crate::functions::builtin::prelude::*;
use crate::number::fixed::sqrt;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("number", ParamType::Numbers)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "The standard deviation of a whole population: the square root of VARP.",
    examples: &[example("STDEVP(2, 4, 4, 4, 5, 5, 7, 9)", "2")],
    eval: |call| variance(call, 0)?.map(sqrt).transpose().map(Value::from),
    ..Builtin::new(Category::Number, "STDEVP")
};
