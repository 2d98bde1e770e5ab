//! JSON as users send it: numbers keep their exact text, keys keep their order, depth is bounded.
//!
//! `serde_json::Value` turns `0.1000000000000000000001` into a binary float; [`Json`] does not.

use std::collections::HashSet;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::Error;

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
        serde_json::from_str(text).map_err(|error| Error::invalid("invalid_json", "", error.to_string()))
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

    fn from_raw(raw: &RawValue, depth: usize) -> Result<Self, serde_json::Error> {
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
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                Self::List(
                    items
                        .into_iter()
                        .map(|item| Self::from_raw(item, depth + 1))
                        .collect::<Result<_, _>>()?,
                )
            }
            Some(b'{') => {
                let Entries(entries) = serde_json::from_str(text)?;
                let entries =
                    entries.into_iter().map(|(key, value)| Ok((key, Self::from_raw(value, depth + 1)?)));
                Self::Object(entries.collect::<Result<_, serde_json::Error>>()?)
            }
            _ => Self::Number(text.to_owned()),
        })
    }
}

/// The entries of an object in order, refusing a key that stands twice.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ordered;
        impl<'de> Visitor<'de> for Ordered {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut seen = HashSet::new();
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                    if !seen.insert(key.clone()) {
                        return Err(de::Error::custom(format!("the key `{key}` stands twice")));
                    }
                    entries.push((key, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Ordered)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_raw(&raw, 0).map_err(de::Error::custom)
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

    #[test]
    fn hostile_nesting_is_refused_without_recursing() {
        let deep = "[".repeat(100_000);
        assert_eq!(Json::parse(&deep).unwrap_err().code(), "invalid_json");
        let closed = format!("{}{}", "[".repeat(60), "]".repeat(60));
        assert_eq!(Json::parse(&closed).unwrap_err().code(), "invalid_json");
    }
}
