//! `AT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[required("list", ParamType::ListOf(Var::Compared)), required("index", ParamType::Number)],
        Returns::Var(Var::Compared),
    ),
    nulls: Nulls::Own,
    doc: "The value of a list at a position, the first being 1; positions below 0 count from the \
          end. Blank when there is none.",
    examples: &[
        example("AT(ARRAYFLATTEN(\"a\", \"b\"), 2)", "\"b\""),
        example("AT(ARRAYFLATTEN(\"a\", \"b\"), -2)", "\"a\""),
        example("AT(ARRAYFLATTEN(\"a\", \"b\"), 3)", "NULL"),
        example("AT(\"a\", 0)", "NULL"),
    ],
    eval: |call| {
        let index = call.whole(1)?.unwrap_or(0);
        let items = call.list(0)?;
        let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        let at = if index < 0 { items.len().checked_sub(distance) } else { distance.checked_sub(1) };
        Ok(at.and_then(|at| items.into_iter().nth(at)).unwrap_or_default())
    },
    ..Builtin::new(Category::List, "AT")
};
