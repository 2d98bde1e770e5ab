//! `IFS`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("condition", ParamType::Condition), required("value", ParamType::Same(Var::Result))],
        Returns::Var(Var::Result),
    )
    .repeating(2),
    laziness: Laziness::Lazy,
    doc: "The value behind the first condition that is true, blank when none is. What stands \
          behind it is not computed.",
    examples: &[
        example("IFS(1 > 2, \"a\", 2 > 1, \"b\")", "\"b\""),
        example("IFS(FALSE, 1)", "NULL"),
        example("IFS(TRUE, 1, 1 / 0 = 1, 2)", "1"),
    ],
    eval: |call| {
        for i in (0..call.count()).step_by(2) {
            if call.truth(i)? {
                return call.value(i + 1);
            }
        }
        Ok(Value::Null)
    },
    ..Builtin::new(Category::Logic, "IFS")
};
