//! `ROUNDUP`.

use super::round::rounded;
use crate::functions::builtin::prelude::*;
use crate::number::round::Mode;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), optional("digits", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The number rounded away from zero to a count of fraction digits, none when it is not \
          given.",
    examples: &[
        example("ROUNDUP(1.001, 2)", "1.01"),
        example("ROUNDUP(-1.2)", "-2"),
        example("ROUNDUP(1201, -2)", "1300"),
    ],
    eval: |call| rounded(call, Mode::Away),
    ..Builtin::new(Category::Number, "ROUNDUP")
};
