//! `ARRAYSLICE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["ARRAY_SLICE"],
    signature: Signature::new(
        &[
            required("list", ParamType::ListOf(Var::Compared)),
            required("start", ParamType::Number),
            optional("end", ParamType::Number),
        ],
        Returns::ListOf(Var::Compared),
    ),
    nulls: Nulls::Own,
    doc: "The values of a list from a position to another, both included; the first is 1, \
          positions below 0 count from the end.",
    examples: &[
        example("ARRAYJOIN(ARRAYSLICE(ARRAYFLATTEN(\"a\", \"b\", \"c\"), 2))", "\"b, c\""),
        example("ARRAYJOIN(ARRAYSLICE(ARRAYFLATTEN(\"a\", \"b\", \"c\"), 1, -2))", "\"a, b\""),
    ],
    eval: |call| {
        let (start, end) = (call.whole(1)?.unwrap_or(1), call.whole(2)?.unwrap_or(-1));
        let items = call.list(0)?;
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let position = |at: i64| if at < 0 { count.saturating_add(at) + 1 } else { at };
        let skip = usize::try_from(position(start).max(1) - 1).unwrap_or(0);
        let take = usize::try_from(position(end)).unwrap_or(0).saturating_sub(skip);
        Ok(Value::List(items.into_iter().skip(skip).take(take).collect()))
    },
    ..Builtin::new(Category::List, "ARRAYSLICE")
};
