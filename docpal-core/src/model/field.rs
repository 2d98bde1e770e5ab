//! A field: its name, kind and constraints.

use std::sync::Arc;

use docpal_formula::Type;

use super::formula::Computed;
use crate::field_types::{FieldKind, Storage};
use crate::id::FieldId;
use crate::json::Json;
use crate::sql::{ColumnName, FieldKey, PgType};
use crate::values::Family;

/// A field to make. Each type has a function that starts one, as `FieldSpec::currency("Price", "EUR")`.
///
/// # Example
/// ```
/// use docpal_core::FieldSpec;
/// let code = FieldSpec::text("Code").max_length(20).unique();
/// let status = FieldSpec::single_select("Status", ["open", "paid"]).default_value("open");
/// assert_eq!((code.field_type.as_str(), status.field_type.as_str()), ("text", "single_select"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FieldSpec {
    /// Its name, unique in the table ignoring case.
    pub name: String,
    /// The code of its type, as `single_select`.
    pub field_type: String,
    /// The options of its type; null means the defaults.
    pub options: Json,
    /// Must every record have a value?
    pub required: bool,
    /// Must values differ between records?
    pub unique: bool,
    /// The value of a new record that gives none: a value, or `"now"` / `"today"` for dates.
    pub default: Option<Json>,
    /// Help for people.
    pub description: Option<String>,
}

impl FieldSpec {
    /// A field of the type with code `field_type` and default options.
    #[must_use]
    pub fn new(name: impl Into<String>, field_type: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            field_type: field_type.into(),
            options: Json::Null,
            required: false,
            unique: false,
            default: None,
            description: None,
        }
    }

    /// The same field with one option of its type set; one that the type does not have is refused when the table is made.
    #[must_use]
    pub fn option(mut self, option: &str, value: impl Into<Json>) -> Self {
        let mut options = match self.options {
            Json::Object(options) => options,
            _ => Vec::new(),
        };
        options.retain(|(known, _)| known != option);
        options.push((option.to_owned(), value.into()));
        self.options = Json::Object(options);
        self
    }

    /// The same field with options as JSON text. Text that is not JSON is kept and refused when the
    /// table is made.
    #[must_use]
    pub fn options(mut self, json: &str) -> Self {
        self.options = Json::parse(json).unwrap_or_else(|_| Json::from(json));
        self
    }

    /// The same field, needing a value in every record.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same field, with values that differ between records.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// The same field with help for people.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The same field with a default.
    #[must_use]
    pub fn default_value(mut self, default: impl Into<Json>) -> Self {
        self.default = Some(default.into());
        self
    }
}

/// A field of a table.
#[derive(Clone, Debug)]
pub struct Field {
    pub(crate) id: FieldId,
    pub(crate) key: FieldKey,
    pub(crate) name: String,
    pub(crate) kind: Arc<dyn FieldKind>,
    pub(crate) required: bool,
    pub(crate) unique: bool,
    pub(crate) default: Option<Json>,
    pub(crate) description: Option<String>,
    pub(crate) generation: u32,
    pub(crate) computed: Option<Arc<Computed>>,
}

impl Field {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> FieldId {
        self.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type with options.
    #[must_use]
    pub fn kind(&self) -> &dyn FieldKind {
        self.kind.as_ref()
    }

    /// Must every record have a value?
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Must values differ between records?
    #[must_use]
    pub fn is_unique(&self) -> bool {
        self.unique
    }

    /// The value of a new record that gives none.
    #[must_use]
    pub fn default_value(&self) -> Option<&Json> {
        self.default.as_ref()
    }

    /// Help for people.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The column and its type; `None` for a computed field.
    #[must_use]
    pub fn column(&self) -> Option<(ColumnName, PgType)> {
        match self.kind.storage() {
            Storage::Column(ty) => Some((ColumnName::of(&self.key, self.generation), ty)),
            Storage::Computed => None,
        }
    }

    /// The compiled formula; `None` for a stored field.
    #[must_use]
    pub fn computed(&self) -> Option<&Arc<Computed>> {
        self.computed.as_ref()
    }

    /// The family of its values: of a formula, of its results.
    #[must_use]
    pub fn family(&self) -> &'static Family {
        match &self.computed {
            Some(computed) => Family::of_results(computed.program().ty()),
            None => self.kind.family(),
        }
    }

    /// The type formulas see.
    #[must_use]
    pub fn formula_type(&self) -> Type {
        match &self.computed {
            Some(computed) => computed.program().ty().clone(),
            None => self.kind.formula_type(),
        }
    }
}
