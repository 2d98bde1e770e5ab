//! `switch`: on or off, or empty where a null was written; empty counts as off. A new record that says nothing is off.

use std::sync::Arc;

use serde::Deserialize;

use super::options::read;
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::sql::UniqueBy;
use crate::values::{Cell, Family, switch};

pub(super) static TYPE: FieldType = FieldType {
    code: "switch",
    summary: "On or off; empty counts as off",
    example_options: "{}",
    example_value: "true",
    build,
};

impl FieldSpec {
    /// A `switch` field.
    #[must_use]
    pub fn switch(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {}

#[derive(Debug)]
struct Switch;

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let Options {} = read(options)?;
    Ok(Arc::new(Switch))
}

impl FieldKind for Switch {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        Json::empty()
    }

    fn family(&self) -> &'static Family {
        &switch::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        match value {
            Json::Null => Ok(Cell::Null),
            Json::Bool(value) => Ok(Cell::Bool(*value)),
            other => Err(Fault::wrong_type("true or false", other)),
        }
    }

    fn absent(&self) -> Cell {
        Cell::Bool(false)
    }

    fn unique_by(&self) -> Option<UniqueBy> {
        None
    }
}
