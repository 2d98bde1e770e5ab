//! `CREATED_BY`.

use crate::functions::builtin::prelude::*;
use crate::slot::RecordProperty;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::Text),
    property: Some(RecordProperty::CreatedBy),
    doc: "The id of the user who created the record.",
    ..Builtin::new(Category::Record, "CREATED_BY")
};
