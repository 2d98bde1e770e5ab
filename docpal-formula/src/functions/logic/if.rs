//! `IF`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("condition", ParamType::Condition),
            required("then", ParamType::Same(Var::Result)),
            optional("else", ParamType::Same(Var::Result)),
        ],
        Returns::Var(Var::Result),
    ),
    laziness: Laziness::Lazy,
    doc: "The second argument when the condition is true, else the third, which is blank when it is not given. \
          The other argument is not computed.",
    examples: &[
        example("IF(2 > 1, \"yes\", \"no\")", "\"yes\""),
        example("IF(NULL, 1)", "NULL"),
        example("IF(FALSE, 1 / 0, 2)", "2"),
        example("IF(\"\", 1, 2)", "2"),
    ],
    eval: |call| {
        let taken = if call.truth(0)? { 1 } else { 2 };
        call.value(taken)
    },
    ..Builtin::new(Category::Logic, "IF")
};
