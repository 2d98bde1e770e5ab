//! `DATETIME_FORMAT`: one expression per token.

use docpal_core::sql::PgType;
use docpal_core::sql::expr::PgFn;
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
    let plain = |pattern| Term::call(PgFn::ToChar, [local(), Term::literal(pattern)]);
    let left = |text, count| Term::call(PgFn::Left, [text, Term::integer(count)]);
    // PostgreSQL counts weekdays from 1, and texts of no date are null.
    let weekday = || plain("D").into_int().binary(docpal_core::sql::expr::BinOper::Sub, Term::integer(1));
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
        T::Year | T::WeekYear => plain("YYYY"),
        T::YearTwo | T::WeekYearTwo => plain("YY"),
        T::YearPlain => plain("FMYYYY"),
        T::Quarter => plain("Q"),
        T::QuarterOrdinal => ordinal(plain("Q").into_int()),
        T::MonthName => plain("FMMonth"),
        T::MonthShort => plain("Mon"),
        T::MonthTwo => plain("MM"),
        T::MonthOrdinal => ordinal(plain("MM").into_int()),
        T::Month => plain("FMMM"),
        T::DayOfYearThree => plain("DDD"),
        T::DayOfYearOrdinal => ordinal(plain("DDD").into_int()),
        T::DayOfYear => plain("FMDDD"),
        T::DayTwo => plain("DD"),
        T::DayOrdinal => ordinal(plain("DD").into_int()),
        T::Day => plain("FMDD"),
        T::WeekdayName => plain("FMDay"),
        T::WeekdayShort => plain("Dy"),
        T::WeekdayTwo => left(plain("Dy"), 2),
        T::WeekdayOrdinal => ordinal(weekday()),
        T::Weekday | T::WeekdayLocal => text(weekday()),
        T::WeekdayIso => plain("ID"),
        T::WeekTwo => Term::call(PgFn::Lpad, [text(week()), Term::integer(2), Term::literal("0")]),
        T::WeekOrdinal => ordinal(week()),
        T::Week => text(week()),
        T::WeekIsoTwo => plain("IW"),
        T::WeekIsoOrdinal => ordinal(plain("IW").into_int()),
        T::WeekIso => plain("FMIW"),
        T::WeekIsoYear => plain("IYYY"),
        T::WeekIsoYearTwo => plain("IY"),
        T::MeridiemUpper => plain("AM"),
        T::MeridiemLower => plain("am"),
        T::HourTwo => plain("HH24"),
        T::Hour => plain("FMHH24"),
        T::Hour12Two => plain("HH12"),
        T::Hour12 => plain("FMHH12"),
        T::Hour24Two => hour24(plain("HH24"), "00"),
        T::Hour24 => hour24(plain("FMHH24"), "0"),
        T::MinuteTwo => plain("MI"),
        T::Minute => plain("FMMI"),
        T::SecondTwo => plain("SS"),
        T::Second => plain("FMSS"),
        T::Millisecond => plain("MS"),
        T::Centisecond => left(plain("MS"), 2),
        T::Decisecond => left(plain("MS"), 1),
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
