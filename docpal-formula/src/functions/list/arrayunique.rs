//! `ARRAYUNIQUE`.

use std::collections::HashSet;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["ARRAY_UNIQUE"],
    signature: Signature::new(
        &[required("list", ParamType::ListOf(Var::Compared))],
        Returns::ListOf(Var::Compared),
    ),
    nulls: Nulls::Own,
    doc: "The list without the values that came before.",
    examples: &[example("ARRAYJOIN(ARRAYUNIQUE(\"a\"))", "\"a\"")],
    eval: |call| {
        let mut seen = HashSet::new();
        let mut items = call.list(0)?;
        items.retain(|item| seen.insert((item.is_blank(), item.to_string())));
        Ok(Value::List(items))
    },
    ..Builtin::new(Category::List, "ARRAYUNIQUE")
};
