//! `INCLUDES`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("list", ParamType::ListOf(Var::Compared)),
            required("value", ParamType::Same(Var::Compared)),
        ],
        Returns::Bool,
    ),
    nulls: Nulls::Own,
    doc: "True when the list holds the value.",
    examples: &[
        example("INCLUDES(ARRAYFLATTEN(\"a\", \"b\"), \"b\")", "TRUE"),
        example("INCLUDES(ARRAYFLATTEN(1, 2), 3)", "FALSE"),
        example("INCLUDES(NULL, \"a\")", "FALSE"),
    ],
    eval: |call| {
        let value = call.value(1)?;
        let same = |item: &Value<'_>| (item.is_blank() && value.is_blank()) || *item == value;
        Ok(call.list(0)?.iter().any(same).into())
    },
    ..Builtin::new(Category::List, "INCLUDES")
};
