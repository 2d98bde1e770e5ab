//! `FALSE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::Bool),
    doc: "The untruth; the same as the literal FALSE.",
    examples: &[example("FALSE()", "FALSE")],
    eval: |_| Ok(false.into()),
    ..Builtin::new(Category::Logic, "FALSE")
};
