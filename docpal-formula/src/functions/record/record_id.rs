//! `RECORD_ID`.

use crate::functions::builtin::prelude::*;
use crate::slot::RecordProperty;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[], Returns::Text),
    property: Some(RecordProperty::Id),
    doc: "The id of the record.",
    ..Builtin::new(Category::Record, "RECORD_ID")
};
