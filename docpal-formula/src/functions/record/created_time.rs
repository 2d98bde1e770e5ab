//! `CREATED_TIME`.

use crate::functions::builtin::prelude::*;
use crate::slot::RecordProperty;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::DateTime),
    property: Some(RecordProperty::CreatedTime),
    doc: "When the record was created.",
    ..Builtin::new(Category::Record, "CREATED_TIME")
};
