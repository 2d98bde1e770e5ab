//! `LAST_MODIFIED_BY`.

use crate::functions::builtin::prelude::*;
use crate::slot::RecordProperty;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::Text),
    property: Some(RecordProperty::LastModifiedBy),
    doc: "The id of the user who last changed the record.",
    ..Builtin::new(Category::Record, "LAST_MODIFIED_BY")
};
