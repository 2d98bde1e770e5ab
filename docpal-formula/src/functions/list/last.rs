//! `LAST`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("list", ParamType::ListOf(Var::Compared))],
        Returns::Var(Var::Compared),
    ),
    nulls: Nulls::Own,
    doc: "The last value of a list; blank when the list is empty.",
    examples: &[example("LAST(ARRAYFLATTEN(\"a\", \"b\"))", "\"b\"")],
    eval: |call| Ok(call.list(0)?.pop().unwrap_or_default()),
    ..Builtin::new(Category::List, "LAST")
};
