//! `AUTO_NUMBER`.

use crate::functions::builtin::prelude::*;
use crate::slot::RecordProperty;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::Number),
    property: Some(RecordProperty::AutoNumber),
    doc: "The number of the record, in the order of creation.",
    ..Builtin::new(Category::Record, "AUTO_NUMBER")
};
