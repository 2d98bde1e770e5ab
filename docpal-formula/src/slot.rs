//! The inputs of a program: fields and properties of the record.

use crate::types::Type;

/// A property of the record itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordProperty {
    /// `RECORD_ID()`, a text.
    Id,
    /// `CREATED_TIME()`, a datetime.
    CreatedTime,
    /// `LAST_MODIFIED_TIME()`, a datetime.
    LastModifiedTime,
    /// `CREATED_BY()`, a text.
    CreatedBy,
    /// `LAST_MODIFIED_BY()`, a text.
    LastModifiedBy,
    /// `AUTO_NUMBER()`, a number.
    AutoNumber,
}

/// Where the host finds a slot's value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SlotSource {
    /// The field of this key.
    Field(String),
    /// A property of the record.
    Record(RecordProperty),
    /// When one of the fields of these keys last changed: `LAST_MODIFIED_TIME({a}, {b})`.
    FieldsModified(Vec<String>),
}

/// One input of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub(crate) source: SlotSource,
    pub(crate) ty: Type,
    pub(crate) nullable: bool,
    pub(crate) scale: Option<u32>,
}

impl Slot {
    /// Where the host finds the value.
    #[must_use]
    pub fn source(&self) -> &SlotSource {
        &self.source
    }

    /// The field's key, unless the slot is a property of the record.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match &self.source {
            SlotSource::Field(key) => Some(key),
            SlotSource::Record(_) | SlotSource::FieldsModified(_) => None,
        }
    }

    /// The type of the values.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Whether a value may be blank.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// The most fraction digits of a number slot, if they are bounded.
    #[must_use]
    pub fn scale(&self) -> Option<u32> {
        self.scale
    }
}
