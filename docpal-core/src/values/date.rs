//! Days.

use chrono::{DateTime, Days, NaiveDate, Utc};
use docpal_formula::{Type, Value as Computed};

use super::family::{Family, Ranges};
use super::stored::{Markers, Stored};
use super::{Marks, PgType};
use crate::aggregates;
use crate::field_types::read_day;
use crate::json::Json;
use crate::json_out::{self, JsonFormat};
use crate::operators;
use crate::sql::expr::{self, ArrayType, Expr, Value};

/// 2000-01-01, from which PostgreSQL counts days.
const DATE_2000: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

pub(crate) static FAMILY: Family = Family {
    aggregates: aggregates::time::AGGREGATES,
    ranges: Ranges::Days,
    has_results: true,
    ..Family::new("date", PgType::Date, || Type::Date, operators::dates::OPERATORS)
};

/// `date`
pub(super) struct Date;

impl Stored for Date {
    type Owned = NaiveDate;
    type Borrowed<'r> = NaiveDate;

    const SQL: &'static str = "date";
    const LIST_SQL: &'static str = "date[]";
    const LIST: ArrayType = ArrayType::ChronoDate;
    const OID: u32 = 1082;
    const LIST_OID: u32 = 1182;
    const MARKERS: Option<Markers> = Some(Markers { error: "infinity", highest: "20000-01-01" });

    fn read(bytes: &[u8]) -> Option<NaiveDate> {
        let days = i64::from(i32::from_be_bytes(bytes.try_into().ok()?));
        let offset = Days::new(days.unsigned_abs());
        if days < 0 { DATE_2000.checked_sub_days(offset) } else { DATE_2000.checked_add_days(offset) }
    }

    fn write(value: &NaiveDate, out: &mut Vec<u8>) {
        let days = i32::try_from(value.signed_duration_since(DATE_2000).num_days()).unwrap_or(i32::MAX);
        out.extend_from_slice(&days.to_be_bytes());
    }

    fn bind(value: Option<&NaiveDate>) -> Value {
        value.copied().into()
    }

    fn json(value: NaiveDate, _: JsonFormat, out: &mut Vec<u8>) {
        json_out::date(value, out);
    }

    fn computed<'r>(value: NaiveDate) -> Computed<'r> {
        value.into()
    }

    fn key(value: NaiveDate) -> Json {
        Json::from(value)
    }

    fn of_key(key: &Json) -> Option<NaiveDate> {
        read_day(key.as_text()?).ok()
    }

    fn mark(value: &NaiveDate, marks: &mut Marks) {
        marks.word(&value.to_string());
    }

    /// A day column compares days: the moments that it is compared with are midnights.
    fn of_moment(moment: DateTime<Utc>) -> Option<NaiveDate> {
        Some(moment.date_naive())
    }

    fn local(value: Expr, _: &str) -> Option<Expr> {
        Some(expr::as_local(value))
    }

    #[cfg(test)]
    fn example() -> (NaiveDate, &'static str) {
        (NaiveDate::from_ymd_opt(1999, 1, 31).unwrap(), r#""1999-01-31""#)
    }
}
