//! `COUNT`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("value", ParamType::Any)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "How many of the values, also in lists, are numbers.",
    examples: &[example("COUNT(1, \"2\", NULL, 3)", "2")],
    eval: |call| {
        let mut count = 0i64;
        call.each(0, &mut |value| {
            count += i64::from(matches!(value, Value::Number(_)));
            Ok(())
        })?;
        Ok(count.into())
    },
    ..Builtin::new(Category::Number, "COUNT")
};
