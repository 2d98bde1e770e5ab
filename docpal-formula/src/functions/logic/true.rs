//! `TRUE`.

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::Bool),
    doc: "The truth; the same as the literal TRUE.",
    examples: &[example("TRUE()", "TRUE")],
    eval: |_| Ok(true.into()),
    ..Builtin::new(Category::Logic, "TRUE")
};
