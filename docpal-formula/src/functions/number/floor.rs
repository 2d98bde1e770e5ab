//! `FLOOR`.

use super::ceiling::multiple;
use crate::functions::builtin::prelude::*;
use crate::number::round::Mode;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), optional("significance", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The greatest multiple of the significance, 1 when it is not given, that is not above the \
          number.",
    examples: &[
        example("FLOOR(7, 5)", "5"),
        example("FLOOR(-1.5)", "-2"),
        example("FLOOR(1.19, 0.1)", "1.1"),
    ],
    eval: |call| multiple(call, Mode::Floor),
    ..Builtin::new(Category::Number, "FLOOR")
};
