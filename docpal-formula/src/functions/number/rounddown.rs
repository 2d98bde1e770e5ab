//! `ROUNDDOWN`.

use super::round::rounded;
use crate::functions::builtin::prelude::*;
use crate::number::round::Mode;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), optional("digits", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The number rounded toward zero to a count of fraction digits, none when it is not given.",
    examples: &[example("ROUNDDOWN(1.009, 2)", "1"), example("ROUNDDOWN(-1.8)", "-1")],
    eval: |call| rounded(call, Mode::Zero),
    ..Builtin::new(Category::Number, "ROUNDDOWN")
};
