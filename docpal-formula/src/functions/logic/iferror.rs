//! `IFERROR`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("value", ParamType::Same(Var::Result)),
            required("otherwise", ParamType::Same(Var::Result)),
        ],
        Returns::Var(Var::Result),
    ),
    laziness: Laziness::Lazy,
    doc: "The first value, or the second when computing the first ends in an error.",
    examples: &[example("IFERROR(1 / 0, 0)", "0"), example("IFERROR(1, 1 / 0)", "1")],
    eval: |call| match call.value(0) {
        Err(error) if error.code() != ErrorCode::OutOfFuel => call.value(1),
        found => found,
    },
    ..Builtin::new(Category::Logic, "IFERROR")
};
