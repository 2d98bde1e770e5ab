//! `FIRST`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("list", ParamType::ListOf(Var::Compared))],
        Returns::Var(Var::Compared),
    ),
    nulls: Nulls::Own,
    doc: "The first value of a list; blank when the list is empty.",
    examples: &[example("FIRST(ARRAYFLATTEN(\"a\", \"b\"))", "\"a\""), example("FIRST(NULL)", "NULL")],
    eval: |call| Ok(call.list(0)?.into_iter().next().unwrap_or_default()),
    ..Builtin::new(Category::List, "FIRST")
};
