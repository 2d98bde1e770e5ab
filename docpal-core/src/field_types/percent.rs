//! `percent`: a share, kept as a fraction.

use std::sync::Arc;

use docpal_formula::Type;
use serde::Deserialize;

use super::numeric::NumberLimits;
use super::options::{Exact, read};
use super::{Family, Fault, FieldKind, FieldType, Storage};
use crate::cell::Cell;
use crate::json::Json;
use crate::sql::PgType;

pub(super) static TYPE: FieldType = FieldType {
    code: "percent",
    summary: "A share, kept as a fraction: 0.15 is 15 %",
    example_options: r#"{"min": 0, "max": 1}"#,
    example_value: r#"0.15"#,
    build,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    min: Option<Exact>,
    max: Option<Exact>,
    scale: Option<u32>,
}

#[derive(Debug)]
struct Percent {
    limits: NumberLimits,
}

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let options: Options = read(options)?;
    let limits = NumberLimits::new(options.min, options.max, options.scale)?;
    Ok(Arc::new(Percent { limits }))
}

impl FieldKind for Percent {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        Json::Object(self.limits.options())
    }

    fn storage(&self) -> Storage {
        Storage::Column(PgType::Numeric)
    }

    fn family(&self) -> Family {
        Family::Number
    }

    fn formula_type(&self) -> Type {
        Type::Number
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        self.limits.parse(value)
    }
}
