//! `autonumber`: counts the records of a table from 1. Gaps are possible, repeats are not.

use std::sync::Arc;

use serde::Deserialize;

use super::options::read;
use super::{Fault, FieldKind, FieldType, Storage};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::sql::PgType;
use crate::values::{Cell, Family, number};

pub(super) static TYPE: FieldType = FieldType {
    code: "autonumber",
    summary: "A number that counts the records of the table; set by DocPal",
    example_options: "{}",
    example_value: "1",
    build,
};

impl FieldSpec {
    /// An `autonumber` field, which counts records.
    #[must_use]
    pub fn autonumber(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {}

#[derive(Debug)]
struct Autonumber;

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let Options {} = read(options)?;
    Ok(Arc::new(Autonumber))
}

impl FieldKind for Autonumber {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        Json::empty()
    }

    fn storage(&self) -> Storage {
        Storage::Column(PgType::Bigint)
    }

    fn family(&self) -> &'static Family {
        &number::FAMILY
    }

    fn parse(&self, _value: &Json) -> Result<Cell, Fault> {
        Err(Fault::new("read_only", "an autonumber is set by DocPal"))
    }

    fn counts(&self) -> bool {
        true
    }
}
