//! `date`: a day without a time zone.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use docpal_formula::iso_date;
use serde::Deserialize;

use super::options::read;
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::values::{Cell, Family, date};

pub(super) static TYPE: FieldType = FieldType {
    code: "date",
    summary: "A day, without a time or a time zone",
    example_options: "{}",
    example_value: r#""2026-01-31""#,
    build,
};

impl FieldSpec {
    /// A `date` field.
    #[must_use]
    pub fn date(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {}

#[derive(Debug)]
struct Date;

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let Options {} = read(options)?;
    Ok(Arc::new(Date))
}

impl FieldKind for Date {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        Json::empty()
    }

    fn family(&self) -> &'static Family {
        &date::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        match value {
            Json::Null => Ok(Cell::Null),
            Json::Text(text) => parse_day(text).map(Cell::Date),
            other => Err(Fault::wrong_type("a date as \"YYYY-MM-DD\"", other)),
        }
    }

    fn default_cell(&self, default: &Json, now: DateTime<Utc>) -> Result<Cell, Fault> {
        match default.as_text() {
            Some("today") => Ok(Cell::Date(now.date_naive())),
            _ => self.parse(default),
        }
    }
}

/// A day written as `YYYY-MM-DD`, in the years 1 to 9999, by the reader of formulas.
pub(crate) fn parse_day(text: &str) -> Result<NaiveDate, Fault> {
    iso_date(text).ok_or_else(|| {
        Fault::new("invalid_date", "expected a day of the calendar as \"YYYY-MM-DD\", such as \"2026-01-31\"")
    })
}
