//! Writing JSON straight into bytes: cells go from PostgreSQL's wire form to text without a value in
//! between.

use std::io::Write as _;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Choices a caller has for the JSON of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonFormat {
    /// Numbers as JSON strings, for clients whose JSON numbers are binary floats.
    pub numbers_as_text: bool,
}

/// Appends `null`.
pub fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

/// Appends `true` or `false`.
pub fn boolean(value: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Appends a JSON string.
pub fn text(value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = value.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\') {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((special, tail)) = tail.split_first() else { break };
        match special {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => drop(write!(out, "\\u{other:04x}")),
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Appends an uuid as a JSON string.
pub fn uuid(value: Uuid, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut buffer = Uuid::encode_buffer();
    out.extend_from_slice(value.hyphenated().encode_lower(&mut buffer).as_bytes());
    out.push(b'"');
}

/// Appends a number: no exponent, no trailing zeros.
pub fn number(value: Decimal, format: JsonFormat, out: &mut Vec<u8>) {
    quoted_if(format.numbers_as_text, out, |out| drop(write!(out, "{}", value.normalize())));
}

/// Appends a date as `"YYYY-MM-DD"`.
pub fn date(value: NaiveDate, out: &mut Vec<u8>) {
    out.push(b'"');
    date_digits(value, out);
    out.push(b'"');
}

/// Appends an instant in RFC 3339, in UTC, with as many fraction digits as it has (none or six).
pub fn instant(value: DateTime<Utc>, out: &mut Vec<u8>) {
    out.push(b'"');
    date_digits(value.date_naive(), out);
    out.push(b'T');
    let micros = value.timestamp_micros();
    let of_day = micros.rem_euclid(86_400_000_000);
    let (seconds, fraction) = (of_day / 1_000_000, of_day % 1_000_000);
    two_digits(seconds / 3600, out);
    out.push(b':');
    two_digits(seconds / 60 % 60, out);
    out.push(b':');
    two_digits(seconds % 60, out);
    if fraction != 0 {
        out.push(b'.');
        two_digits(fraction / 10_000, out);
        two_digits(fraction / 100 % 100, out);
        two_digits(fraction % 100, out);
    }
    out.extend_from_slice(b"Z\"");
}

/// Appends a JSON array.
pub fn list<T>(items: impl Iterator<Item = T>, out: &mut Vec<u8>, mut item: impl FnMut(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, value) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        item(value, out);
    }
    out.push(b']');
}

/// Appends what `write` makes, in quotes or not.
pub(crate) fn quoted_if(quoted: bool, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    if quoted {
        out.push(b'"');
    }
    write(out);
    if quoted {
        out.push(b'"');
    }
}

fn date_digits(value: NaiveDate, out: &mut Vec<u8>) {
    let year = value.year();
    if (0..=9999).contains(&year) {
        two_digits(i64::from(year / 100), out);
        two_digits(i64::from(year % 100), out);
    } else {
        drop(write!(out, "{year:+05}"));
    }
    out.push(b'-');
    two_digits(i64::from(value.month()), out);
    out.push(b'-');
    two_digits(i64::from(value.day()), out);
}

fn two_digits(value: i64, out: &mut Vec<u8>) {
    let digit = |n: i64| b'0' + u8::try_from(n % 10).unwrap_or(0);
    out.extend_from_slice(&[digit(value / 10), digit(value)]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_read_back_as_they_were(value in ".*") {
            let mut out = Vec::new();
            text(&value, &mut out);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), value);
        }

        #[test]
        fn instants_read_back_to_the_microsecond(micros in -62_135_596_800_000_000i64..253_402_300_799_999_999) {
            let value = DateTime::from_timestamp_micros(micros).unwrap();
            let mut out = Vec::new();
            instant(value, &mut out);
            prop_assert_eq!(serde_json::from_slice::<DateTime<Utc>>(&out).unwrap(), value);
        }
    }
}
