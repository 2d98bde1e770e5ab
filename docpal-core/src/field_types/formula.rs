//! `formula`: computed from other fields of the record. The kind holds the formula in stored form, with
//! fields by id; [`crate::model`] compiles it against the table.

use std::sync::Arc;

use docpal_formula::Type;
use serde::Deserialize;

use super::options::read;
use super::{Fault, FieldKind, FieldType, Storage};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::sql::UniqueBy;
use crate::values::{Cell, Family, text};

pub(super) static TYPE: FieldType = FieldType {
    code: "formula",
    summary: "Computed from other fields of the record",
    example_options: r#"{"formula": "{price} * {quantity}"}"#,
    example_value: "25",
    build,
};

impl FieldSpec {
    /// A `formula` field, over the names of other fields in braces.
    #[must_use]
    pub fn formula(name: impl Into<String>, formula: impl Into<String>) -> Self {
        Self::new(name, TYPE.code).option("formula", formula.into())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    formula: String,
}

#[derive(Debug)]
struct FormulaKind {
    formula: String,
}

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let options: Options = read(options)?;
    Ok(Arc::new(FormulaKind { formula: options.formula }))
}

impl FieldKind for FormulaKind {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        Json::Object(vec![("formula".to_owned(), Json::from(self.formula.as_str()))])
    }

    fn storage(&self) -> Storage {
        Storage::Computed
    }

    fn family(&self) -> &'static Family {
        &text::FAMILY
    }

    fn formula_type(&self) -> Type {
        Type::Null
    }

    fn parse(&self, _value: &Json) -> Result<Cell, Fault> {
        Err(Fault::new("read_only", "a formula is computed; it cannot be set"))
    }

    fn unique_by(&self) -> Option<UniqueBy> {
        None
    }

    fn formula(&self) -> Option<&str> {
        Some(&self.formula)
    }
}
