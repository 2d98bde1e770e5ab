//! `COALESCE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("value", ParamType::Same(Var::Result))], Returns::Var(Var::Result))
        .repeating(1),
    laziness: Laziness::Lazy,
    doc: "The first value that is not blank. What stands behind it is not computed.",
    examples: &[
        example("COALESCE(NULL, \"\", \"a\", \"b\")", "\"a\""),
        example("COALESCE(NULL, 0)", "0"),
        example("COALESCE(1, 1 / 0)", "1"),
    ],
    eval: |call| {
        for i in 0..call.count() {
            let value = call.value(i)?;
            if !value.is_blank() {
                return Ok(value);
            }
        }
        Ok(Value::Null)
    },
    ..Builtin::new(Category::Logic, "COALESCE")
};
