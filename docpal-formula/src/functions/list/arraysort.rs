//! `ARRAYSORT`.

use std::cmp::Ordering;

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["ARRAY_SORT"],
    signature: Signature::new(
        &[required("list", ParamType::ListOf(Var::Compared)), optional("order", ParamType::Text)],
        Returns::ListOf(Var::Compared),
    ),
    nulls: Nulls::Own,
    doc: "The list in ascending order, or in descending order when the second argument is \"desc\". \
          Blanks stand at the end.",
    examples: &[
        example("ARRAYJOIN(ARRAYSORT(ARRAYFLATTEN(\"b\", \"a\", \"c\"), \"desc\"))", "\"c, b, a\""),
        example("ARRAYJOIN(ARRAYSORT(ARRAYFLATTEN(10, 9)))", "\"9, 10\""),
    ],
    eval: |call| {
        let is_descending = call.text(1)?.trim().eq_ignore_ascii_case("desc");
        let mut items = call.list(0)?;
        items.sort_by(|a, b| match (matches!(a, Value::Null), matches!(b, Value::Null)) {
            (false, false) if is_descending => compare(b, a),
            (false, false) => compare(a, b),
            (a, b) => a.cmp(&b),
        });
        Ok(Value::List(items))
    },
    ..Builtin::new(Category::List, "ARRAYSORT")
};

/// The order of two values of one type; JSON has none.
fn compare(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
