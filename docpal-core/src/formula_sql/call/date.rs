//! Dates and instants. Infinity, the date without a value, goes through all functions that make numbers and dates.

use crate::Cell;
use crate::sql::PgType;
use crate::sql::expr::{self, PgFn};
use chrono::NaiveDate;
use docpal_formula::{CompareOp, Prepared, Unit, Value, iso_date};

use super::super::compare::compare;
use super::super::sql::{Failure, Item, Kind, Sql};
use super::super::term::Term;
use super::{Call, Functions, Unsupported, date_format, date_parse, dates};

pub(super) const FUNCTIONS: Functions = &[
    ("DATE", |call| {
        let parts = [call.number(0)?.value, call.number(1)?.value, call.number(2)?.value];
        Ok(Sql::poisonous(Kind::Date, Term::call(PgFn::DateOf, parts)))
    }),
    ("DATEADD", dateadd),
    ("DATESTR", |call| shown(call, "YYYY-MM-DD", 10)),
    ("DATETIME_DIFF", datetime_diff),
    ("DATETIME_FORMAT", date_format::formatted),
    ("DATETIME_PARSE", date_parse::parsed),
    ("DAY", |call| part(call, "day")),
    ("END_OF", |call| {
        let unit = call.unit(1, Unit::Day)?;
        let Moved { size, field } = Moved::by(unit);
        let args = [call.local(0)?, truncated(unit), call.week_start(2), size, field];
        first_kind(call, Term::call(PgFn::EndOf, args))
    }),
    ("EOMONTH", |call| {
        let last = Term::call(PgFn::Eomonth, [call.local(0)?, call.number(1)?.value]);
        Ok(Sql::poisonous(Kind::Date, last))
    }),
    ("FROMNOW", |call| relative(call, |moment, now| [moment, now])),
    ("HOUR", |call| part(call, "hour")),
    ("ISO_WEEKNUM", |call| part(call, "week")),
    ("IS_AFTER", |call| Ok(compare(CompareOp::Greater, call.instant(0)?, call.instant(1)?))),
    ("IS_BEFORE", |call| Ok(compare(CompareOp::Less, call.instant(0)?, call.instant(1)?))),
    ("IS_SAME", |call| {
        let unit = call.unit(2, Unit::Millisecond)?;
        let start = |local: Term| Term::call(PgFn::StartOf, [local, truncated(unit), Term::integer(7)]);
        let same = start(call.local(0)?).equals(start(call.local(1)?)).or_false();
        Ok(Sql::truth_unless(call.fails()?, same))
    }),
    ("MINUTE", |call| part(call, "minute")),
    ("MONTH", |call| part(call, "month")),
    ("NOW", |call| Ok(now(call))),
    ("QUARTER", |call| part(call, "quarter")),
    ("SECOND", |call| part(call, "second")),
    ("SET_LOCALE", |call| call.sql(0)),
    ("SET_TIMEZONE", |call| call.instant(0)),
    ("START_OF", |call| {
        let unit = call.unit(1, Unit::Day)?;
        let start = Term::call(PgFn::StartOf, [call.local(0)?, truncated(unit), call.week_start(2)]);
        first_kind(call, start)
    }),
    ("TIMESTR", |call| shown(call, "HH24:MI:SS", 8)),
    ("TODAY", |call| {
        let today = call.scope.clock.now.with_timezone(&call.scope.clock.zone).date_naive();
        Ok(Sql::sure(Kind::Date, Term::leaf(expr::bind(&Cell::Date(today), PgType::Date))).never_null())
    }),
    ("TONOW", |call| relative(call, |moment, now| [now, moment])),
    ("WEEKDAY", |call| of_day(call, PgFn::Weekday)),
    ("WEEKNUM", |call| of_day(call, PgFn::Weeknum)),
    ("WORKDAY", |call| {
        let args = [call.day(0)?, call.number(1)?.value, holidays(call)?];
        Ok(Sql::poisonous(Kind::Date, Term::call(PgFn::Workday, args)))
    }),
    ("WORKDAY_DIFF", |call| {
        let args = [call.day(0)?, call.day(1)?, holidays(call)?];
        Ok(Sql::poisonous(Kind::Number, Term::call(PgFn::WorkdayDiff, args)))
    }),
    ("YEAR", |call| part(call, "year")),
];

/// A unit as months, days or milliseconds, and how many of them it has.
struct Moved {
    size: Term,
    field: Term,
}

impl Moved {
    fn by(unit: Unit) -> Self {
        let (size, field) = match unit {
            Unit::Millisecond => (1, "ms"),
            Unit::Second => (1_000, "ms"),
            Unit::Minute => (60_000, "ms"),
            Unit::Hour => (3_600_000, "ms"),
            Unit::Day => (1, "day"),
            Unit::Week => (7, "day"),
            Unit::Month => (1, "month"),
            Unit::Quarter => (3, "month"),
            Unit::Year => (12, "month"),
        };
        Self { size: Term::integer(size), field: Term::literal(field) }
    }
}

/// The unit as `date_trunc` names it.
fn truncated(unit: Unit) -> Term {
    Term::literal(match unit {
        Unit::Millisecond => "milliseconds",
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Quarter => "quarter",
        Unit::Year => "year",
    })
}

fn now(call: &Call<'_>) -> Sql {
    let now = Cell::DateTime(call.scope.clock.now);
    Sql::sure(Kind::DateTime, Term::leaf(expr::bind(&now, PgType::Timestamptz))).never_null()
}

/// A number made of a date: NaN for the date without a value.
fn number(call: &Call<'_>, value: Term) -> Result<Sql, Unsupported> {
    let moment = call.temporal(0)?;
    let failure = if moment.is_sure() { Failure::Never } else { Failure::Poison };
    Ok(Sql::new(Kind::Number, value, failure).nullable(moment.nullable))
}

fn part(call: &Call<'_>, field: &'static str) -> Result<Sql, Unsupported> {
    number(call, Term::call(PgFn::Part, [Term::literal(field), call.local(0)?]))
}

fn of_day(call: &Call<'_>, function: PgFn) -> Result<Sql, Unsupported> {
    number(call, Term::call(function, [call.day(0)?, call.week_start(1)]))
}

/// The wall clock as text.
fn shown(call: &Call<'_>, format: &'static str, bytes: u64) -> Result<Sql, Unsupported> {
    let moment = call.temporal(0)?;
    let text = Term::call(PgFn::ToChar, [call.local(0)?, Term::literal(format)]);
    Ok(Sql::unless(Kind::Text, moment.fails(), text).nullable(moment.nullable).at_most(bytes))
}

/// A wall-clock time as what the first argument is: a date, or the instant in the zone.
fn first_kind(call: &Call<'_>, local: Term) -> Result<Sql, Unsupported> {
    let nullable = call.temporal(0)?.nullable;
    let sql = if call.is_date(0) {
        Sql::poisonous(Kind::Date, Term::call(PgFn::InCalendar, [local]).cast(PgType::Date))
    } else {
        Sql::poisonous(Kind::DateTime, Term::call(PgFn::Instant, [local, call.zone_text()]))
    };
    Ok(sql.nullable(nullable))
}

fn dateadd(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let count = call.number(1)?.value;
    let Moved { size, field } = Moved::by(call.unit(2, Unit::Day)?);
    if call.is_date(0) && call.kind()? == Kind::Date {
        let args = [call.temporal(0)?.value, count, size, field];
        return Ok(Sql::poisonous(Kind::Date, Term::call(PgFn::DateAdd, args)));
    }
    let args = [call.instant(0)?.value, count, size, field, call.zone_text()];
    Ok(Sql::poisonous(Kind::DateTime, Term::call(PgFn::InstantAdd, args)))
}

fn datetime_diff(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let unit = call.unit(2, Unit::Second)?;
    let by_clock = !unit.is_time() || (call.is_date(0) && call.is_date(1));
    let moment = |index: usize| {
        if by_clock { call.local(index) } else { Ok(call.instant(index)?.value.at_zone("UTC")) }
    };
    let (size, field) = match unit {
        Unit::Day => (86_400_000, "ms"),
        Unit::Week => (604_800_000, "ms"),
        Unit::Millisecond => (1, "ms"),
        Unit::Second => (1_000, "ms"),
        Unit::Minute => (60_000, "ms"),
        Unit::Hour => (3_600_000, "ms"),
        Unit::Month => (1, "month"),
        Unit::Quarter => (3, "month"),
        Unit::Year => (12, "month"),
    };
    let args = [moment(0)?, moment(1)?, Term::integer(size), Term::literal(field)];
    Ok(Sql::poisonous(Kind::Number, Term::call(PgFn::Distance, args)))
}

/// The distance to now in words.
fn relative(call: &Call<'_>, ends: fn(Term, Term) -> [Term; 2]) -> Result<Sql, Unsupported> {
    let moment = call.instant(0)?;
    let (fails, nullable) = (moment.fails(), moment.nullable);
    let words = Term::call(PgFn::Relative, ends(moment.value, now(call).value));
    Ok(Sql::unless(Kind::Text, fails, words).nullable(nullable).at_most(64))
}

/// The third argument as a list of free days: a date, a list of dates, or a text of dates that is written out. One
/// without a value makes the result one.
fn holidays(call: &Call<'_>) -> Result<Term, Unsupported> {
    let Some(node) = call.args().get(2) else { return Ok(dates(&[])) };
    if let Some(Value::Text(text)) = node.as_constant() {
        let days = text.split(',').map(str::trim).filter(|day| !day.is_empty());
        let days: Option<Vec<NaiveDate>> = days.map(iso_date).collect();
        return days.map(|days| dates(&days)).ok_or_else(|| "a holiday is not a date".to_owned());
    }
    let one = |day: Term| Term::call(PgFn::ArrayAppend, [dates(&[]), day]);
    let holidays = call.sql(2)?;
    let fails = holidays.fails();
    let days = match holidays.kind {
        Kind::Date | Kind::DateTime => return Ok(one(call.day(2)?)),
        Kind::List(Item::Date) => holidays.filled().value,
        Kind::List(Item::DateTime) => Term::call(PgFn::Days, [holidays.value, call.zone_text()]),
        Kind::Null => dates(&[]),
        _ => return Err("its holidays are not written out".to_owned()),
    };
    Ok(fails.map_or(days.clone(), |fails| fails.choose(one(Kind::Date.poison()), days)))
}

/// Whether the format of a call is written out; without one it is ISO 8601.
pub(super) fn date_format_of(call: &Call<'_>) -> Result<docpal_formula::DateFormat, Unsupported> {
    match call.call.prepared(1) {
        Prepared::DateFormat(format) => Ok((**format).clone()),
        _ if !call.has(1) => Ok(docpal_formula::DateFormat::parse("YYYY-MM-DDTHH:mm:ssZ")),
        _ => Err("its date format is not written out".to_owned()),
    }
}
