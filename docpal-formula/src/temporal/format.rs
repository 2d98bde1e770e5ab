//! Date formats of the tokens that Airtable and moment use, in English.

mod read;
mod write;

pub(crate) use read::ReadMoment;
pub(super) use read::{digits, offset};

use chrono::{NaiveDateTime, Utc};
use chrono_tz::Tz;

macro_rules! tokens {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        /// One token of a date format.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum DateToken {
            $($(#[doc = $doc])+ $name,)+
        }

        impl DateToken {
            /// Every token; of tokens that begin alike, the longest stands first.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The token as it is written in a format.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

tokens! {
    /// 2024
    Year = "YYYY";
    /// 24
    YearTwo = "YY";
    /// 2024, with as many digits as it has
    YearPlain = "Y";
    /// 1st to 4th
    QuarterOrdinal = "Qo";
    /// 1 to 4
    Quarter = "Q";
    /// January
    MonthName = "MMMM";
    /// Jan
    MonthShort = "MMM";
    /// 01 to 12
    MonthTwo = "MM";
    /// 1st to 12th
    MonthOrdinal = "Mo";
    /// 1 to 12
    Month = "M";
    /// 001 to 366
    DayOfYearThree = "DDDD";
    /// 1st to 366th
    DayOfYearOrdinal = "DDDo";
    /// 1 to 366
    DayOfYear = "DDD";
    /// 01 to 31
    DayTwo = "DD";
    /// 1st to 31st
    DayOrdinal = "Do";
    /// 1 to 31
    Day = "D";
    /// Sunday
    WeekdayName = "dddd";
    /// Sun
    WeekdayShort = "ddd";
    /// Su
    WeekdayTwo = "dd";
    /// 0th to 6th, Sunday first
    WeekdayOrdinal = "do";
    /// 0 to 6, Sunday first
    Weekday = "d";
    /// 0 to 6, Sunday first
    WeekdayLocal = "e";
    /// 1 to 7, Monday first
    WeekdayIso = "E";
    /// 01 to 53: weeks start on Sunday, week 1 holds 1 January
    WeekTwo = "ww";
    /// 1st to 53rd
    WeekOrdinal = "wo";
    /// 1 to 53
    Week = "w";
    /// 01 to 53 by ISO 8601
    WeekIsoTwo = "WW";
    /// 1st to 53rd by ISO 8601
    WeekIsoOrdinal = "Wo";
    /// 1 to 53 by ISO 8601
    WeekIso = "W";
    /// The year of the ISO week, four digits
    WeekIsoYear = "GGGG";
    /// The year of the ISO week, two digits
    WeekIsoYearTwo = "GG";
    /// The year of the week, four digits
    WeekYear = "gggg";
    /// The year of the week, two digits
    WeekYearTwo = "gg";
    /// AM or PM
    MeridiemUpper = "A";
    /// am or pm
    MeridiemLower = "a";
    /// 00 to 23
    HourTwo = "HH";
    /// 0 to 23
    Hour = "H";
    /// 01 to 12
    Hour12Two = "hh";
    /// 1 to 12
    Hour12 = "h";
    /// 01 to 24
    Hour24Two = "kk";
    /// 1 to 24
    Hour24 = "k";
    /// 00 to 59
    MinuteTwo = "mm";
    /// 0 to 59
    Minute = "m";
    /// 00 to 59
    SecondTwo = "ss";
    /// 0 to 59
    Second = "s";
    /// Thousandths
    Millisecond = "SSS";
    /// Hundredths
    Centisecond = "SS";
    /// Tenths
    Decisecond = "S";
    /// CET
    ZoneName = "zz";
    /// CET
    Zone = "z";
    /// +0100
    OffsetPlain = "ZZ";
    /// +01:00
    Offset = "Z";
    /// Seconds since 1970
    Timestamp = "X";
    /// Milliseconds since 1970
    TimestampMillis = "x";
}

/// Tokens that stand for a whole format.
const WHOLE: &[(&str, &str)] = &[
    ("LTS", "h:mm:ss A"),
    ("LT", "h:mm A"),
    ("LLLL", "dddd, MMMM D, YYYY h:mm A"),
    ("LLL", "MMMM D, YYYY h:mm A"),
    ("LL", "MMMM D, YYYY"),
    ("L", "MM/DD/YYYY"),
    ("llll", "ddd, MMM D, YYYY h:mm A"),
    ("lll", "MMM D, YYYY h:mm A"),
    ("ll", "MMM D, YYYY"),
    ("l", "M/D/YYYY"),
];

/// A piece of a date format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatePiece {
    /// A part of the date or time.
    Token(DateToken),
    /// Text as it is.
    Literal(String),
}

/// A date format, taken apart.
///
/// # Example
/// ```
/// use docpal_formula::{DateFormat, DatePiece, DateToken};
///
/// let format = DateFormat::parse("[Q]Q");
/// assert_eq!(format.pieces(), [DatePiece::Literal("Q".into()), DatePiece::Token(DateToken::Quarter)]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    pieces: Vec<DatePiece>,
}

/// What a format writes: an instant with the wall clock of its zone.
pub(crate) struct Moment {
    pub(crate) local: NaiveDateTime,
    pub(crate) instant: chrono::DateTime<Utc>,
    pub(crate) zone: Tz,
}

impl DateFormat {
    /// Takes a format apart. Every text is a format: what is no token, and what stands in `[brackets]`, is
    /// written as it is.
    #[must_use]
    pub fn parse(format: &str) -> Self {
        let mut pieces = Vec::new();
        add_pieces(format, &mut pieces);
        Self { pieces }
    }

    /// The pieces in order.
    #[must_use]
    pub fn pieces(&self) -> &[DatePiece] {
        &self.pieces
    }
}

fn add_pieces(format: &str, pieces: &mut Vec<DatePiece>) {
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let bracketed = rest.strip_prefix('[').and_then(|inner| inner.split_once(']'));
        let whole = WHOLE.iter().find(|(name, _)| rest.starts_with(name));
        let token = DateToken::ALL.iter().find(|token| rest.starts_with(token.as_str()));
        let length = match (bracketed, whole, token) {
            (Some((literal, _)), _, _) => {
                add_literal(literal, pieces);
                literal.len() + 2
            }
            (_, Some((name, expansion)), _) => {
                add_pieces(expansion, pieces);
                name.len()
            }
            (_, _, Some(token)) => {
                pieces.push(DatePiece::Token(*token));
                token.as_str().len()
            }
            _ => {
                add_literal(first.encode_utf8(&mut [0; 4]), pieces);
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or("");
    }
}

fn add_literal(text: &str, pieces: &mut Vec<DatePiece>) {
    match pieces.last_mut() {
        Some(DatePiece::Literal(last)) => last.push_str(text),
        _ => pieces.push(DatePiece::Literal(text.to_owned())),
    }
}

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(crate) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
