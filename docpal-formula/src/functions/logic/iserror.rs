//! `ISERROR`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["IS_ERROR"],
    signature: Signature::new(&[required("value", ParamType::Any)], Returns::Bool),
    laziness: Laziness::Lazy,
    doc: "True when computing the value ends in an error.",
    examples: &[example("ISERROR(1 / 0)", "TRUE"), example("ISERROR(1)", "FALSE")],
    eval: |call| match call.value(0) {
        Err(error) if error.code() == ErrorCode::OutOfFuel => Err(error),
        found => Ok(found.is_err().into()),
    },
    ..Builtin::new(Category::Logic, "ISERROR")
};
