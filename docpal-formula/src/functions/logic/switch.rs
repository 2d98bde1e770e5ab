//! `SWITCH`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(
        &[
            required("expression", ParamType::Same(Var::Compared)),
            required("pattern", ParamType::Same(Var::Compared)),
            required("value", ParamType::Same(Var::Result)),
        ],
        Returns::Var(Var::Result),
    )
    .repeating(2)
    .tail(optional("default", ParamType::Same(Var::Result))),
    laziness: Laziness::Lazy,
    doc: "The value behind the first pattern that equals the expression, else the last argument \
          when its count is even, else blank. Other values are not computed.",
    examples: &[
        example("SWITCH(\"b\", \"a\", 1, \"b\", 2, 0)", "2"),
        example("SWITCH(3, 1, \"one\", 2, \"two\", \"many\")", "\"many\""),
        example("SWITCH(3, 1, \"one\")", "NULL"),
        example("SWITCH(1, 1, 2, 2, 1 / 0)", "2"),
    ],
    eval: |call| {
        let expression = call.value(0)?;
        let pairs = (call.count() - 1) / 2;
        for pair in 0..pairs {
            if same(&expression, &call.value(1 + 2 * pair)?) {
                return call.value(2 + 2 * pair);
            }
        }
        // Behind the pairs stands the default, or nothing.
        call.value(1 + 2 * pairs)
    },
    ..Builtin::new(Category::Logic, "SWITCH")
};

/// Equality as `=` has it: blank equals blank, and the empty text is blank.
fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    (a.is_blank() && b.is_blank()) || a == b
}
