//! `ARRAYCOMPACT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["ARRAY_COMPACT"],
    signature: Signature::new(
        &[required("list", ParamType::ListOf(Var::Compared))],
        Returns::ListOf(Var::Compared),
    ),
    nulls: Nulls::Own,
    doc: "The list without its blanks.",
    examples: &[example("COUNTALL(ARRAYCOMPACT(\"\"))", "0")],
    eval: |call| {
        let mut items = call.list(0)?;
        items.retain(|item| !item.is_blank());
        Ok(Value::List(items))
    },
    ..Builtin::new(Category::List, "ARRAYCOMPACT")
};
