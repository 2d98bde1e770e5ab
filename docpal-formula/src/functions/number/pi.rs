//! `PI`.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::functions::builtin::prelude::*;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::Number),
    doc: "The ratio of a circle's circumference to its diameter, to 28 digits.",
    examples: &[example("ROUND(PI(), 4)", "3.1416")],
    eval: |_| Ok(Decimal::PI.round_dp_with_strategy(27, RoundingStrategy::MidpointAwayFromZero).into()),
    ..Builtin::new(Category::Number, "PI")
};
