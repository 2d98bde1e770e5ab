//! `datetime`: an instant.

use std::sync::Arc;

use chrono::{DateTime, NaiveTime, SubsecRound as _, Utc};
use docpal_formula::{iso_date, iso_instant};
use serde::Deserialize;

use super::options::read;
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::values::{Cell, Family, datetime};

pub(super) static TYPE: FieldType = FieldType {
    code: "datetime",
    summary: "A moment in time, to the microsecond; given back in UTC",
    example_options: "{}",
    example_value: r#""2026-01-31T09:30:00Z""#,
    build,
};

impl FieldSpec {
    /// A `datetime` field.
    #[must_use]
    pub fn datetime(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {}

#[derive(Debug)]
struct Instant;

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let Options {} = read(options)?;
    Ok(Arc::new(Instant))
}

impl FieldKind for Instant {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        Json::empty()
    }

    fn family(&self) -> &'static Family {
        &datetime::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        match value {
            Json::Null => Ok(Cell::Null),
            Json::Text(text) => parse_instant(text).map(Cell::DateTime),
            other => Err(Fault::wrong_type("a moment as \"YYYY-MM-DDTHH:MM:SSZ\"", other)),
        }
    }

    fn default_cell(&self, default: &Json, now: DateTime<Utc>) -> Result<Cell, Fault> {
        match default.as_text() {
            Some("now") => Ok(Cell::DateTime(now.trunc_subsecs(6))),
            _ => self.parse(default),
        }
    }
}

/// A date and time in ISO 8601, by the reader of formulas; without an offset it is taken as UTC, and without a time as
/// midnight. Cut to the microsecond.
pub(crate) fn parse_instant(text: &str) -> Result<DateTime<Utc>, Fault> {
    let midnight = || Some(iso_date(text)?.and_time(NaiveTime::MIN).and_utc());
    iso_instant(text).or_else(midnight).ok_or_else(|| {
        let words = "expected a moment as \"YYYY-MM-DDTHH:MM:SSZ\", or with an offset, such as \"2026-01-31T09:30:00+01:00\"";
        Fault::new("invalid_datetime", words)
    })
}
