//! A record as a caller sent it: field names and JSON values, nothing looked up yet.

use crate::error::{Error, Result};
use crate::json::Json;
use crate::shape::{At, Kind, Shape, cell_value};

/// Field names (or ids) with values.
///
/// # Example
/// ```
/// use docpal_core::RecordDraft;
/// let draft = RecordDraft::new().set("Customer", "Ada").set("Quantity", 2);
/// assert_eq!(draft.entries().len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordDraft {
    entries: Vec<(String, Json)>,
    keeps_nulls: bool,
}

impl RecordDraft {
    /// A draft without values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The draft with `field` set to `value`; a later value of the same field wins.
    #[must_use]
    pub fn set(mut self, field: impl Into<String>, value: impl Into<Json>) -> Self {
        let field = field.into();
        self.entries.retain(|(name, _)| *name != field);
        self.entries.push((field, value.into()));
        self
    }

    /// The draft that a JSON object stands for; `path` is where it stands in the request.
    ///
    /// # Errors
    /// `invalid_record` when it is not an object.
    pub fn from_json(json: Json, path: &str) -> Result<Self> {
        Self::read(json, &At::path(path))
    }

    /// The draft whose nulls are empty values, as an update has them. Else a null of a new record is its field's default.
    #[must_use]
    pub fn keeping_nulls(self) -> Self {
        Self { keeps_nulls: true, ..self }
    }

    /// Is a null an empty value, whatever the field's default?
    #[must_use]
    pub fn keeps_nulls(&self) -> bool {
        self.keeps_nulls
    }

    /// The names and values, in order.
    #[must_use]
    pub fn entries(&self) -> &[(String, Json)] {
        &self.entries
    }
}

impl Shape for RecordDraft {
    fn kind() -> Kind {
        Kind::Map(Box::new(cell_value()))
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        match json {
            Json::Object(entries) => Ok(Self { entries, keeps_nulls: false }),
            other => {
                let message = format!("expected an object of field names and values, got {}", other.kind());
                Err(Error::invalid("invalid_record", at.to_string(), message))
            }
        }
    }
}
