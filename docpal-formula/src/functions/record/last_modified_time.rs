//! `LAST_MODIFIED_TIME`.

use crate::functions::builtin::prelude::*;
use crate::slot::RecordProperty;

pub(crate) static FUNCTION: Builtin = Builtin {
    signature: Signature::new(&[optional("field", ParamType::Field)], Returns::DateTime).repeating(1),
    property: Some(RecordProperty::LastModifiedTime),
    doc: "When the record was last changed, or when one of the given fields was.",
    ..Builtin::new(Category::Record, "LAST_MODIFIED_TIME")
};
