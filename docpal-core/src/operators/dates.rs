//! Operators on days and instants. Every value means a half-open stretch of days, bound as parameters, so
//! that an index serves; an instant is compared in UTC.
//!
//! A value is a day (`"2026-01-31"`), an instant (for datetimes), or a relative stretch:
//! `{"mode": "today"}`, `{"mode": "last_month"}`, `{"mode": "last_days", "n": 7}`.

use crate::field_types;
use crate::json::Json;
use crate::sql::PgType;
use crate::sql::expr::{self, BinOper, Expr, ExprTrait as _};
use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, Utc};

use super::{Compare, Operand, Operator, Reading, list_value, needed, no_value};
use crate::values::Ranges;

pub(crate) static OPERATORS: &[Operator] = &[
    Operator { code: "is", summary: "falls in", example: r#""2026-01-31""#, read: stretch, lower: within },
    Operator {
        code: "is_not",
        summary: "falls outside, or is empty",
        example: r#""2026-01-31""#,
        read: stretch,
        lower: |c| expr::not_true(within(c)),
    },
    Operator {
        code: "within",
        summary: "falls in",
        example: r#"{"mode": "last_days", "n": 7}"#,
        read: stretch,
        lower: within,
    },
    Operator {
        code: "before",
        summary: "is before it begins",
        example: r#"{"mode": "today"}"#,
        read: stretch,
        lower: |c| edge(c, BinOper::SmallerThan, true),
    },
    Operator {
        code: "on_or_before",
        summary: "is before it ends",
        example: r#""2026-01-31""#,
        read: stretch,
        lower: |c| edge(c, BinOper::SmallerThan, false),
    },
    Operator {
        code: "after",
        summary: "is after it ended",
        example: r#""2026-01-31""#,
        read: stretch,
        lower: |c| edge(c, BinOper::GreaterThanOrEqual, false),
    },
    Operator {
        code: "on_or_after",
        summary: "is after it began",
        example: r#""2026-01-31""#,
        read: stretch,
        lower: |c| edge(c, BinOper::GreaterThanOrEqual, true),
    },
    Operator {
        code: "between",
        summary: "falls between, ends included",
        example: r#"["2026-01-01", "2026-01-31"]"#,
        read: two,
        lower: within,
    },
    Operator {
        code: "is_empty",
        summary: "has no date",
        example: "",
        read: no_value,
        lower: |c| c.value.is_null(),
    },
    Operator {
        code: "is_not_empty",
        summary: "has a date",
        example: "",
        read: no_value,
        lower: |c| c.value.is_not_null(),
    },
];

/// A half-open stretch: from the first moment in to the first moment after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first moment in.
    pub from: DateTime<Utc>,
    /// The first moment after.
    pub to: DateTime<Utc>,
}

/// A stretch of days: one that stays, or one that moves with the day of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// These moments.
    Fixed(Span),
    /// A mode, as `last_days`, with its number if it takes one.
    Relative(&'static str, Option<u32>),
}

impl Stretch {
    /// The moments it means on the day of `now`; `None` out of the calendar.
    #[must_use]
    pub fn at(self, now: DateTime<Utc>) -> Option<Span> {
        let today = now.date_naive();
        match self {
            Self::Fixed(span) => Some(span),
            Self::Relative(mode, None) => plain(mode, today).ok(),
            Self::Relative(mode, Some(n)) => counted(mode, n, today).ok(),
        }
    }
}

/// The relative modes that take no number.
const MODES: &[&str] = &[
    "today",
    "yesterday",
    "tomorrow",
    "this_week",
    "last_week",
    "next_week",
    "this_month",
    "last_month",
    "next_month",
    "this_quarter",
    "last_quarter",
    "next_quarter",
    "this_year",
    "last_year",
    "next_year",
];
/// The relative modes that take `n`.
const COUNTED: &[&str] = &[
    "last_days",
    "next_days",
    "last_weeks",
    "next_weeks",
    "last_months",
    "next_months",
    "last_years",
    "next_years",
    "days_ago",
    "days_from_now",
];
/// The largest `n`.
pub(crate) const MAX_N: u32 = 10_000;

/// All modes, those without a number first.
pub(crate) fn modes() -> impl Iterator<Item = &'static str> {
    MODES.iter().chain(COUNTED).copied()
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn days(from: NaiveDate, to: NaiveDate) -> Span {
    Span { from: midnight(from), to: midnight(to) }
}

fn stretch(value: Option<&Json>, reading: &Reading<'_>) -> Result<Operand, String> {
    let stretch = one(needed(value)?, reading)?;
    Ok(Operand::Span(stretch, stretch))
}

fn two(value: Option<&Json>, reading: &Reading<'_>) -> Result<Operand, String> {
    match list_value(value)? {
        [first, last] => Ok(Operand::Span(one(first, reading)?, one(last, reading)?)),
        _ => Err("expected two dates, as [\"2026-01-01\", \"2026-01-31\"]".to_owned()),
    }
}

fn one(value: &Json, reading: &Reading<'_>) -> Result<Stretch, String> {
    match value {
        Json::Text(text) => match field_types::read_day(text) {
            Ok(day) => Ok(Stretch::Fixed(days(day, later(day, 1)?))),
            Err(_) if reading.compared.family().ranges == Ranges::Instants => {
                let instant = field_types::read_instant(text).map_err(|fault| fault.message)?;
                let to = instant + chrono::TimeDelta::microseconds(1);
                Ok(Stretch::Fixed(Span { from: instant, to }))
            }
            Err(fault) => Err(fault.message),
        },
        Json::Object(entries) => {
            let stretch = relative(entries)?;
            stretch.at(reading.now).map(|_| stretch).ok_or_else(out_of_the_calendar)
        }
        other => Err(format!("expected a date or {{\"mode\": ..}}, got {}", other.kind())),
    }
}

fn out_of_the_calendar() -> String {
    "out of the calendar, which has the years 1 to 9999".to_owned()
}

fn relative(entries: &[(String, Json)]) -> Result<Stretch, String> {
    let (mut mode, mut n) = (None, None);
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("mode", Json::Text(text)) => mode = Some(text.as_str()),
            ("n", Json::Number(text)) => {
                let number = text.parse::<u32>().ok().filter(|n| *n <= MAX_N);
                n = Some(number.ok_or_else(|| format!("`n` is a whole number from 0 to {MAX_N}"))?);
            }
            _ => return Err("a relative date has the keys `mode` and `n`".to_owned()),
        }
    }
    let mode = mode.ok_or("the key `mode` is missing")?;
    let among = |modes: &[&'static str]| modes.iter().copied().find(|known| *known == mode);
    match (n, among(MODES), among(COUNTED)) {
        (None, Some(mode), _) => Ok(Stretch::Relative(mode, None)),
        (Some(n), _, Some(mode)) => Ok(Stretch::Relative(mode, Some(n))),
        (None, _, Some(mode)) => Err(format!("`{mode}` needs `n`")),
        (Some(_), Some(mode), _) => Err(format!("`{mode}` takes no `n`")),
        (_, None, None) => {
            let all: Vec<&str> = modes().collect();
            let near = crate::names::end_of_sentence(crate::names::nearest(mode, all.iter().copied()));
            Err(format!("there is no mode `{mode}`{near} The modes are: {}", all.join(", ")))
        }
    }
}

fn later(day: NaiveDate, count: u64) -> Result<NaiveDate, String> {
    in_calendar(day.checked_add_days(Days::new(count)))
}

fn earlier(day: NaiveDate, count: u64) -> Result<NaiveDate, String> {
    in_calendar(day.checked_sub_days(Days::new(count)))
}

fn months(day: NaiveDate, count: i64) -> Result<NaiveDate, String> {
    let by = Months::new(u32::try_from(count.unsigned_abs()).unwrap_or(u32::MAX));
    let moved = if count < 0 { day.checked_sub_months(by) } else { day.checked_add_months(by) };
    in_calendar(moved)
}

/// A bound that PostgreSQL has too, up to the day after the last one that a cell can hold.
fn in_calendar(day: Option<NaiveDate>) -> Result<NaiveDate, String> {
    day.filter(|day| (1..=10_000).contains(&day.year())).ok_or_else(out_of_the_calendar)
}

/// Weeks begin on Monday.
fn plain(mode: &str, today: NaiveDate) -> Result<Span, String> {
    let (which, unit) = mode.split_once('_').unwrap_or((mode, "day"));
    let shift = match which {
        "last" | "yesterday" => -1,
        "next" | "tomorrow" => 1,
        _ => 0,
    };
    let first_of_month = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    match unit {
        "week" => {
            let monday = earlier(today, u64::from(today.weekday().num_days_from_monday()))?;
            let from = if shift < 0 { earlier(monday, 7)? } else { later(monday, 7 * u64::from(shift > 0))? };
            Ok(days(from, later(from, 7)?))
        }
        "month" | "quarter" | "year" => {
            let (length, back) = match unit {
                "month" => (1, 0),
                "quarter" => (3, i64::from(today.month0() % 3)),
                _ => (12, i64::from(today.month0())),
            };
            let from = months(first_of_month(today), shift * length - back)?;
            Ok(days(from, months(from, length)?))
        }
        _ => {
            let from = if shift < 0 { earlier(today, 1)? } else { later(today, u64::from(shift > 0))? };
            Ok(days(from, later(from, 1)?))
        }
    }
}

/// "Last" stretches end with today, "next" ones begin with tomorrow.
fn counted(mode: &str, n: u32, today: NaiveDate) -> Result<Span, String> {
    let tomorrow = later(today, 1)?;
    let n_days = u64::from(n);
    Ok(match mode {
        "last_days" => days(earlier(tomorrow, n_days)?, tomorrow),
        "next_days" => days(tomorrow, later(tomorrow, n_days)?),
        "last_weeks" => days(earlier(tomorrow, 7 * n_days)?, tomorrow),
        "next_weeks" => days(tomorrow, later(tomorrow, 7 * n_days)?),
        "last_months" => days(months(tomorrow, -i64::from(n))?, tomorrow),
        "next_months" => days(tomorrow, months(tomorrow, i64::from(n))?),
        "last_years" => days(months(tomorrow, -12 * i64::from(n))?, tomorrow),
        "next_years" => days(tomorrow, months(tomorrow, 12 * i64::from(n))?),
        "days_ago" => days(earlier(today, n_days)?, earlier(tomorrow, n_days)?),
        _ => days(later(today, n_days)?, later(tomorrow, n_days)?),
    })
}

/// A bound of the stretch as the column's type.
fn bound(moment: DateTime<Utc>, ty: PgType) -> Expr {
    expr::bind(&ty.of_moment(moment), ty)
}

fn span(c: &Compare<'_>) -> Option<Span> {
    let Operand::Span(first, last) = c.operand else { return None };
    Some(Span { from: first.at(c.moment.now)?.from, to: last.at(c.moment.now)?.to })
}

fn within(c: Compare<'_>) -> Expr {
    let Some(span) = span(&c) else { return expr::boolean(false) };
    let value = c.value;
    value.clone().gte(bound(span.from, c.ty)).and(value.lt(bound(span.to, c.ty)))
}

fn edge(c: Compare<'_>, operator: BinOper, begin: bool) -> Expr {
    let Some(span) = span(&c) else { return expr::boolean(false) };
    let moment = if begin { span.from } else { span.to };
    c.value.binary(operator, bound(moment, c.ty))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mode: &str, n: Option<u32>) -> (String, String) {
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(); // a Friday
        let mut entries = vec![("mode".to_owned(), Json::from(mode))];
        entries.extend(n.map(|n| ("n".to_owned(), Json::from(n))));
        let span = relative(&entries).unwrap().at(midnight(today)).unwrap();
        (span.from.date_naive().to_string(), span.to.date_naive().to_string())
    }

    #[test]
    fn relative_modes_are_half_open_stretches_of_the_calendar() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(of("today", None), pair("2026-11-20", "2026-11-21"));
        assert_eq!(of("yesterday", None), pair("2026-11-19", "2026-11-20"));
        assert_eq!(of("this_week", None), pair("2026-11-16", "2026-11-23"));
        assert_eq!(of("next_week", None), pair("2026-11-23", "2026-11-30"));
        assert_eq!(of("last_month", None), pair("2026-10-01", "2026-11-01"));
        assert_eq!(of("this_quarter", None), pair("2026-10-01", "2027-01-01"));
        assert_eq!(of("next_year", None), pair("2027-01-01", "2028-01-01"));
        assert_eq!(of("last_days", Some(7)), pair("2026-11-14", "2026-11-21"));
        assert_eq!(of("next_days", Some(1)), pair("2026-11-21", "2026-11-22"));
        assert_eq!(of("days_ago", Some(0)), pair("2026-11-20", "2026-11-21"));
    }

    #[test]
    fn a_mistyped_mode_gets_the_nearest() {
        let error = relative(&[("mode".to_owned(), Json::from("last_day"))]).unwrap_err();
        assert!(error.contains("did you mean `last_days`"), "{error}");
    }
}
