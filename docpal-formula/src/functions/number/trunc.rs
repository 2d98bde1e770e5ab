//! `TRUNC`.

use super::round::rounded;
use crate::functions::builtin::prelude::*;
use crate::number::round::Mode;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("number", ParamType::Number), optional("digits", ParamType::Number)],
        Returns::Number,
    ),
    doc: "The number without the digits behind a count of fraction digits, none when it is not \
          given.",
    examples: &[example("TRUNC(-1.89, 1)", "-1.8"), example("TRUNC(7.9)", "7")],
    eval: |call| rounded(call, Mode::Zero),
    ..Builtin::new(Category::Number, "TRUNC")
};
