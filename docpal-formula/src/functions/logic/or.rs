//! `OR`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("condition", ParamType::Condition)], Returns::Bool).repeating(1),
    laziness: Laziness::Lazy,
    doc: "True when one of the conditions is true. Stops at the first that is.",
    examples: &[
        example("OR(1 > 2, 2 < 3)", "TRUE"),
        example("OR(FALSE, NULL)", "FALSE"),
        example("OR(TRUE, 1 / 0 = 1)", "TRUE"),
    ],
    eval: |call| {
        for i in 0..call.count() {
            if call.truth(i)? {
                return Ok(true.into());
            }
        }
        Ok(false.into())
    },
    ..Builtin::new(Category::Logic, "OR")
};
