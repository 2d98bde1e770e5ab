//! `XOR`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("condition", ParamType::Condition)], Returns::Bool).repeating(1),
    nulls: Nulls::Own,
    doc: "True when an odd count of the conditions is true.",
    examples: &[
        example("XOR(TRUE, FALSE)", "TRUE"),
        example("XOR(TRUE, TRUE)", "FALSE"),
        example("XOR(1, NULL, \"a\", 2)", "TRUE"),
    ],
    eval: |call| {
        let mut odd = false;
        for i in 0..call.count() {
            odd ^= call.truth(i)?;
        }
        Ok(odd.into())
    },
    ..Builtin::new(Category::Logic, "XOR")
};
