//! `COUNTA`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("value", ParamType::Any)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "How many of the values, also in lists, are not blank.",
    examples: &[example("COUNTA(1, \"\", NULL, \"a\", FALSE)", "3")],
    eval: |call| {
        let mut count = 0i64;
        call.each(0, &mut |value| {
            count += i64::from(!value.is_blank());
            Ok(())
        })?;
        Ok(count.into())
    },
    ..Builtin::new(Category::Number, "COUNTA")
};
