//! `AND`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("condition", ParamType::Condition)], Returns::Bool).repeating(1),
    laziness: Laziness::Lazy,
    doc: "True when all conditions are true. Stops at the first that is not.",
    examples: &[
        example("AND(1 < 2, 2 < 3)", "TRUE"),
        example("AND(TRUE, NULL)", "FALSE"),
        example("AND(FALSE, 1 / 0 = 1)", "FALSE"),
    ],
    eval: |call| {
        for i in 0..call.count() {
            if !call.truth(i)? {
                return Ok(false.into());
            }
        }
        Ok(true.into())
    },
    ..Builtin::new(Category::Logic, "AND")
};
