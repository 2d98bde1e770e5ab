//! `TODAY`.

use crate::functions::builtin::prelude::*;
use crate::temporal;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::Date),
    volatility: Volatility::Volatile,
    doc: "The date of today in the formula's time zone.",
    examples: &[example("TODAY()", "DATE(2024, 2, 29)")],
    eval: |call| Ok(temporal::local(call.now(), call.zone())?.date().into()),
    ..Builtin::new(Category::Date, "TODAY")
};
