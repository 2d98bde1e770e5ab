//! JSON as users send it: numbers keep their exact text, keys keep their order, depth is bounded.
//!
//! `serde_json::Value` turns `0.1000000000000000000001` into a binary float; [`Json`] does not.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};

/// Deeper JSON than this is refused.
const MAX_DEPTH: usize = 32;

/// A JSON value with exact numbers.
///
/// # Example
/// ```
/// use docpal_core::Json;
/// let json = Json::parse(r#"{"price": 0.1000000000000000000001}"#)?;
/// assert_eq!(json.to_string(), r#"{"price":0.1000000000000000000001}"#);
/// # Ok::<(), docpal_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as the text it was written as.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object; keys are unique and in the order they came in.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Parses JSON text.
    ///
    /// # Errors
    /// `invalid_json` with the line and column, `invalid_json` for a key that stands twice or for
    /// nesting deeper than 32.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_within(text, usize::MAX)
    }

    /// As [`Json::parse`], for text of somebody who is not trusted: it may hold at most `values` values (objects, lists
    /// and what is in them). They are counted while they are read, so a text of many small values costs no more memory
    /// than the allowed ones.
    ///
    /// # Errors
    /// As [`Json::parse`], and `too_many_values`.
    pub fn parse_within(text: &str, values: usize) -> Result<Self, Error> {
        let left = Left(Cell::new(values));
        let parsed = serde_json::from_str(text).and_then(|raw: &RawValue| Self::from_raw(raw, 0, &left));
        parsed.map_err(|error| match left.0.get() {
            0 => {
                let message = format!("this JSON holds more than {values} values; send it in parts");
                Error::new(ErrorKind::Limit, "too_many_values", message)
            }
            _ => Error::invalid("invalid_json", "", error.to_string()),
        })
    }

    /// The word for this kind of value in messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true/false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of `key`, if this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// An empty object.
    #[must_use]
    pub fn empty() -> Self {
        Self::Object(Vec::new())
    }

    fn from_raw(raw: &RawValue, depth: usize, left: &Left) -> Result<Self, serde_json::Error> {
        if depth > MAX_DEPTH {
            return Err(de::Error::custom(format!("nested deeper than {MAX_DEPTH}")));
        }
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'"') => Self::Text(serde_json::from_str(text)?),
            Some(b'[') => {
                let items = Inside(left).items(text)?;
                let items = items.into_iter().map(|item| Self::from_raw(item, depth + 1, left));
                Self::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'{') => {
                let entries = Inside(left).entries(text)?.into_iter();
                let entries = entries.map(|(key, value)| Ok((key, Self::from_raw(value, depth + 1, left)?)));
                Self::Object(entries.collect::<Result<_, serde_json::Error>>()?)
            }
            _ => Self::Number(text.to_owned()),
        })
    }
}

/// How many more values may be read.
struct Left(Cell<usize>);

impl Left {
    fn take<E: de::Error>(&self) -> Result<(), E> {
        // The last one is never taken: what is left is 0 exactly when there were too many.
        match self.0.get() {
            0 | 1 => {
                self.0.set(0);
                Err(E::custom("too many values"))
            }
            left => {
                self.0.set(left - 1);
                Ok(())
            }
        }
    }
}

/// Reads the parts of one list or object, unread, and counts them.
struct Inside<'l>(&'l Left);

impl<'de> Inside<'_> {
    fn items(self, text: &'de str) -> Result<Vec<&'de RawValue>, serde_json::Error> {
        serde_json::Deserializer::from_str(text).deserialize_seq(Items(self.0))
    }

    /// The entries of an object in order, refusing a key that stands twice.
    fn entries(self, text: &'de str) -> Result<Vec<(String, &'de RawValue)>, serde_json::Error> {
        serde_json::Deserializer::from_str(text).deserialize_map(Entries(self.0))
    }
}

struct Items<'l>(&'l Left);

impl<'de> Visitor<'de> for Items<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            self.0.take()?;
            items.push(item);
        }
        Ok(items)
    }
}

struct Entries<'l>(&'l Left);

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            self.0.take()?;
            if !seen.insert(key.clone()) {
                return Err(de::Error::custom(format!("the key `{key}` stands twice")));
            }
            entries.push((key, value));
        }
        Ok(entries)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_raw(&raw, 0, &Left(Cell::new(usize::MAX))).map_err(de::Error::custom)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl std::fmt::Display for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => write_text(f, text),
            Self::List(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        f.write_char(',')?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_char(']')
            }
            Self::Object(entries) => {
                f.write_char('{')?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        f.write_char(',')?;
                    }
                    write_text(f, key)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_text(f: &mut std::fmt::Formatter<'_>, text: &str) -> std::fmt::Result {
    let quoted = serde_json::to_string(text).map_err(|_| std::fmt::Error)?;
    f.write_str(&quoted)
}

macro_rules! json_from {
    ($($type:ty => |$value:ident| $make:expr;)*) => {$(
        impl From<$type> for Json {
            fn from($value: $type) -> Self {
                $make
            }
        }
    )*};
}

json_from! {
    bool => |value| Json::Bool(value);
    i32 => |value| Json::Number(value.to_string());
    i64 => |value| Json::Number(value.to_string());
    u32 => |value| Json::Number(value.to_string());
    Decimal => |value| Json::Number(value.to_string());
    &str => |value| Json::Text(value.to_owned());
    String => |value| Json::Text(value);
    NaiveDate => |value| Json::Text(value.to_string());
    DateTime<Utc> => |value| Json::Text(value.to_rfc3339_opts(SecondsFormat::Micros, true));
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_digit_and_strings_survive() {
        let text = r#"{"a":12345678901234567890.123456789,"b":["x\"\n😀",null,true],"c":{}}"#;
        assert_eq!(Json::parse(text).unwrap().to_string(), text.replace(' ', ""));
    }

    #[test]
    fn a_key_that_stands_twice_is_refused_with_its_name() {
        let error = Json::parse(r#"{"a":1,"a":2}"#).unwrap_err();
        assert_eq!(error.code(), "invalid_json");
        assert!(error.message().contains("`a` stands twice"), "{error}");
    }

    // Finding A27.
    #[test]
    fn values_are_counted_while_they_are_read() {
        for (text, values) in [("1", 1), ("[]", 1), ("[1,2,3]", 4), (r#"{"a":[1,{"b":2}],"c":"x"}"#, 6)] {
            assert!(Json::parse_within(text, values).is_ok(), "{text}");
            let few = Json::parse_within(text, values - 1);
            assert!(values == 1 || few.is_err_and(|error| error.code() == "too_many_values"), "{text}");
        }
        let many = format!("[{}1]", "1,".repeat(1_000_000));
        assert_eq!(Json::parse_within(&many, 1_000).unwrap_err().code(), "too_many_values");
        let ands = format!(r#"{{"and":[{}{{"and":[]}}]}}"#, r#"{"and":[]},"#.repeat(1_000));
        assert_eq!(Json::parse_within(&ands, 1_000).unwrap_err().code(), "too_many_values");
        assert_eq!(Json::parse_within("[1,", 1_000).unwrap_err().code(), "invalid_json");
        assert_eq!(Json::parse_within("[1,2", 3).unwrap_err().code(), "invalid_json");
    }

    #[test]
    fn hostile_nesting_is_refused_without_recursing() {
        let deep = "[".repeat(100_000);
        assert_eq!(Json::parse(&deep).unwrap_err().code(), "invalid_json");
        let closed = format!("{}{}", "[".repeat(60), "]".repeat(60));
        assert_eq!(Json::parse(&closed).unwrap_err().code(), "invalid_json");
    }
}
