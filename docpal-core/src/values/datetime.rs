//! Instants.

use chrono::{DateTime, Utc};
use docpal_formula::{Type, Value as Computed};

use super::family::{Family, Ranges};
use super::stored::{Markers, Stored};
use super::{Marks, PgType};
use crate::aggregates;
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::operators;
use crate::sql::expr::{self, ArrayType, Expr, Value};

/// Microseconds between 1970-01-01 and 2000-01-01, PostgreSQL's epoch.
const EPOCH_2000_MICROS: i64 = 946_684_800_000_000;

/// PostgreSQL's microseconds since 2000 as an instant; `None` for infinity and out of chrono's range.
#[must_use]
pub fn instant_from_pg(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros.checked_add(EPOCH_2000_MICROS)?)
}

/// An instant as PostgreSQL's microseconds since 2000.
#[must_use]
pub fn instant_to_pg(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros() - EPOCH_2000_MICROS
}

pub(crate) static FAMILY: Family = Family {
    aggregates: aggregates::time::AGGREGATES,
    ranges: Ranges::Instants,
    has_results: true,
    ..Family::new("datetime", PgType::Timestamptz, || Type::DateTime, operators::dates::OPERATORS)
};

/// `timestamptz`
pub(super) struct Instant;

impl Stored for Instant {
    type Owned = DateTime<Utc>;
    type Borrowed<'r> = i64;

    const SQL: &'static str = "timestamptz";
    const LIST_SQL: &'static str = "timestamptz[]";
    const LIST: ArrayType = ArrayType::ChronoDateTimeUtc;
    const OID: u32 = 1184;
    const LIST_OID: u32 = 1185;
    const MARKERS: Option<Markers> = Some(Markers { error: "infinity", highest: "20000-01-01" });

    fn read(bytes: &[u8]) -> Option<i64> {
        Some(i64::from_be_bytes(bytes.try_into().ok()?))
    }

    fn write(value: &DateTime<Utc>, out: &mut Vec<u8>) {
        out.extend_from_slice(&instant_to_pg(*value).to_be_bytes());
    }

    fn bind(value: Option<&DateTime<Utc>>) -> Value {
        value.copied().into()
    }

    fn json(value: i64, _: JsonFormat, out: &mut Vec<u8>) {
        match instant_from_pg(value) {
            Some(value) => json_out::instant(value, out),
            None => json_out::null(out),
        }
    }

    fn computed<'r>(value: i64) -> Computed<'r> {
        instant_from_pg(value).map_or(Computed::Null, Computed::DateTime)
    }

    fn key(value: i64) -> Json {
        Json::from(value.to_string())
    }

    fn of_key(key: &Json) -> Option<DateTime<Utc>> {
        instant_from_pg(key.as_text()?.parse().ok()?)
    }

    fn mark(value: &DateTime<Utc>, marks: &mut Marks) {
        marks.word(&value.timestamp_micros().to_string());
    }

    fn of_moment(moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(moment)
    }

    fn local(value: Expr, zone: &str) -> Option<Expr> {
        Some(expr::at_time_zone(value, zone))
    }

    #[cfg(test)]
    fn example() -> (DateTime<Utc>, &'static str) {
        ("2026-01-31T09:30:00.25Z".parse().unwrap(), r#""2026-01-31T09:30:00.250000Z""#)
    }
}
