//! `ARRAYFLATTEN`.

use crate::functions::builtin::prelude::*;
use crate::types::Type;

pub(crate) static FUNCTION: Builtin = Builtin {
    aliases: &["ARRAY_FLATTEN"],
    signature: Signature::new(&[required("list", ParamType::List)], Returns::With(flattened)).repeating(1),
    nulls: Nulls::Own,
    doc: "One list of the values of all lists and of the lists inside them; values of different types become texts.",
    examples: &[example("ARRAYJOIN(ARRAYFLATTEN(\"a\", \"b\"))", "\"a, b\"")],
    eval: |call| {
        let is_text = *call.result_type() == Type::list(Type::Text);
        let mut items = Vec::new();
        call.each(0, &mut |value| {
            items.push(if is_text && !matches!(value, Value::Null) {
                value.into_text().into()
            } else {
                value
            });
            Ok(())
        })?;
        Ok(Value::List(items))
    },
    ..Builtin::new(Category::List, "ARRAYFLATTEN")
};

/// A list of the innermost type; text when the lists hold different types.
fn flattened(args: &[&Type], _: &[Prepared]) -> Type {
    let innermost = |mut ty: Type| {
        while let Type::List(item) = ty {
            ty = *item;
        }
        ty
    };
    let mut types = args.iter().map(|arg| innermost((*arg).clone())).filter(|ty| *ty != Type::Null);
    let first = types.next().unwrap_or(Type::Null);
    Type::list(if types.all(|ty| ty == first) { first } else { Type::Text })
}
