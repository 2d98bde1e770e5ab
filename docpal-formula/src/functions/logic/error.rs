//! `ERROR`.

use crate::functions::builtin::prelude::*;
use crate::types::Type;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[optional("message", ParamType::Display)], Returns::With(|_, _| Type::Null)),
    nulls: Nulls::Own,
    doc: "Ends in an error, with a message when one is given.",
    examples: &[example("ERROR(\"no price\")", "#raised"), example("IFERROR(ERROR(), 1)", "1")],
    eval: |call| {
        let message = call.text(0)?;
        Err(match message.as_ref() {
            "" => ErrorCode::Raised.into(),
            message => EvalError::with_message(ErrorCode::Raised, message),
        })
    },
    ..Builtin::new(Category::Logic, "ERROR")
};
