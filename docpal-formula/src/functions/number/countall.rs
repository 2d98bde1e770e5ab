//! `COUNTALL`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[required("value", ParamType::Any)], Returns::Number).repeating(1),
    nulls: Nulls::Own,
    doc: "How many values there are, also in lists, blanks among them.",
    examples: &[example("COUNTALL(1, \"\", NULL)", "3")],
    eval: |call| {
        let mut count = 0i64;
        call.each(0, &mut |_| {
            count += 1;
            Ok(())
        })?;
        Ok(count.into())
    },
    ..Builtin::new(Category::Number, "COUNTALL")
};
