//! `DATETIME_FORMAT`: one expression per token.

use crate::sql::PgType;
use crate::sql::expr::PgFn;
use docpal_formula::{DatePiece, DateToken};

use super::super::sql::{Kind, Sql};
use super::super::term::Term;
use super::date::date_format_of;
use super::{Call, Unsupported};

/// No token writes more bytes.
const TOKEN_BYTES: u64 = 24;

pub(super) fn formatted(call: &Call<'_>) -> Result<Sql, Unsupported> {
    let format = date_format_of(call)?;
    let instant = call.instant(0)?;
    let (fails, nullable) = (instant.fails(), instant.nullable);
    let mut bytes = 0;
    for piece in format.pieces() {
        bytes += match piece {
            DatePiece::Literal(text) => text.len() as u64,
            DatePiece::Token(_) => TOKEN_BYTES,
        };
    }
    let zone = call.zone();
    let value = instant.value.try_once(|instant| {
        // A text for every instant, null for none: a blank date has no text.
        let mut text = instant.clone().when_null().choose(Term::null(PgType::Text), Term::literal(""));
        for piece in format.pieces() {
            let piece = match piece {
                DatePiece::Literal(literal) => Term::text(literal),
                DatePiece::Token(token) => written(*token, &instant, zone),
            };
            text = text.concat(piece?);
        }
        Ok::<Term, Unsupported>(text)
    })?;
    Ok(Sql::unless(Kind::Text, fails, value).nullable(nullable).at_most(bytes).limited())
}

/// One token of an instant; null for infinity.
fn written(token: DateToken, instant: &Term, zone: &'static str) -> Result<Term, Unsupported> {
    use DateToken as T;
    let local = || instant.clone().at_zone(zone);
    let shown = |pattern| Term::call(PgFn::ToChar, [local(), Term::literal(pattern)]);
    let left = |text, count| Term::call(PgFn::Left, [text, Term::integer(count)]);
    // PostgreSQL counts weekdays from 1, and texts of no date are null.
    let weekday = || shown("D").into_int().binary(crate::sql::expr::BinOper::Sub, Term::integer(1));
    let week = || {
        let number = Term::call(PgFn::Weeknum, [local().cast(PgType::Date), Term::integer(7)]);
        number.null_if(Kind::Number.poison()).into_int()
    };
    let hour24 = |hour: Term, none: &'static str| {
        hour.once(|hour| hour.clone().equals(Term::literal(none)).choose(Term::literal("24"), hour))
    };
    let ordinal = |number| Term::call(PgFn::Ordinal, [number]);
    let text = |term: Term| term.cast(PgType::Text);
    Ok(match token {
        T::Year | T::WeekYear => shown("YYYY"),
        T::YearTwo | T::WeekYearTwo => shown("YY"),
        T::YearPlain => shown("FMYYYY"),
        T::Quarter => shown("Q"),
        T::QuarterOrdinal => ordinal(shown("Q").into_int()),
        T::MonthName => shown("FMMonth"),
        T::MonthShort => shown("Mon"),
        T::MonthTwo => shown("MM"),
        T::MonthOrdinal => ordinal(shown("MM").into_int()),
        T::Month => shown("FMMM"),
        T::DayOfYearThree => shown("DDD"),
        T::DayOfYearOrdinal => ordinal(shown("DDD").into_int()),
        T::DayOfYear => shown("FMDDD"),
        T::DayTwo => shown("DD"),
        T::DayOrdinal => ordinal(shown("DD").into_int()),
        T::Day => shown("FMDD"),
        T::WeekdayName => shown("FMDay"),
        T::WeekdayShort => shown("Dy"),
        T::WeekdayTwo => left(shown("Dy"), 2),
        T::WeekdayOrdinal => ordinal(weekday()),
        T::Weekday | T::WeekdayLocal => text(weekday()),
        T::WeekdayIso => shown("ID"),
        T::WeekTwo => Term::call(PgFn::Lpad, [text(week()), Term::integer(2), Term::literal("0")]),
        T::WeekOrdinal => ordinal(week()),
        T::Week => text(week()),
        T::WeekIsoTwo => shown("IW"),
        T::WeekIsoOrdinal => ordinal(shown("IW").into_int()),
        T::WeekIso => shown("FMIW"),
        T::WeekIsoYear => shown("IYYY"),
        T::WeekIsoYearTwo => shown("IY"),
        T::MeridiemUpper => shown("AM"),
        T::MeridiemLower => shown("am"),
        T::HourTwo => shown("HH24"),
        T::Hour => shown("FMHH24"),
        T::Hour12Two => shown("HH12"),
        T::Hour12 => shown("FMHH12"),
        T::Hour24Two => hour24(shown("HH24"), "00"),
        T::Hour24 => hour24(shown("FMHH24"), "0"),
        T::MinuteTwo => shown("MI"),
        T::Minute => shown("FMMI"),
        T::SecondTwo => shown("SS"),
        T::Second => shown("FMSS"),
        T::Millisecond => shown("MS"),
        T::Centisecond => left(shown("MS"), 2),
        T::Decisecond => left(shown("MS"), 1),
        T::ZoneName | T::Zone if zone == "UTC" => Term::literal("UTC"),
        T::ZoneName | T::Zone => return Err("PostgreSQL has no names of time zones per date".to_owned()),
        T::OffsetPlain => offset(instant, zone, ""),
        T::Offset => offset(instant, zone, ":"),
        T::Timestamp => Term::call(PgFn::Epoch, [instant.clone(), Term::integer(1)]),
        T::TimestampMillis => Term::call(PgFn::Epoch, [instant.clone(), Term::integer(1_000)]),
        _ => return Err(format!("`{}` of its date format has no SQL form", token.as_str())),
    })
}

fn offset(instant: &Term, zone: &str, separator: &'static str) -> Term {
    Term::call(PgFn::UtcOffset, [instant.clone(), Term::zone(zone), Term::literal(separator)])
}
