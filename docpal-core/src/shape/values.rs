//! The values that shapes are made of.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::{At, Entries, Kind, Shape};
use crate::access::{Action, Effect, Role};
use crate::error::Result;
use crate::id::{AppId, RecordId, TableId, UserId};
use crate::json::Json;

/// An object with keys that the caller chooses, in the order they came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<T>(pub Vec<(String, T)>);

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl Shape for Json {
    fn kind() -> Kind {
        Kind::Any
    }

    fn read(json: Json, _: &At<'_>) -> Result<Self> {
        Ok(json)
    }
}

/// An object without keys.
impl Shape for () {
    fn kind() -> Kind {
        Kind::Object(Vec::new())
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        Entries::read(json, at, &[]).map(drop)
    }
}

impl Shape for String {
    fn kind() -> Kind {
        Kind::Text
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        match json {
            Json::Text(text) if text.contains('\0') => Err(at.nul()),
            Json::Text(text) => Ok(text),
            other => Err(at.wrong_type("a text", &other)),
        }
    }
}

impl Shape for bool {
    fn kind() -> Kind {
        Kind::Flag
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        match json {
            Json::Bool(flag) => Ok(flag),
            other => Err(at.wrong_type("true or false", &other)),
        }
    }
}

impl Shape for i64 {
    fn kind() -> Kind {
        Kind::Whole(i64::MIN, i64::MAX)
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        whole(&json, "a whole number", at)
    }
}

impl Shape for u32 {
    fn kind() -> Kind {
        Kind::Whole(0, u32::MAX.into())
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        whole(&json, "a whole number from 0", at)
    }
}

fn whole<N: FromStr>(json: &Json, expected: &str, at: &At<'_>) -> Result<N> {
    match json {
        Json::Number(text) => text.parse().map_err(|_| at.wrong_type(expected, json)),
        _ => Err(at.wrong_type(expected, json)),
    }
}

impl<T: Shape> Shape for Option<T> {
    const OPTIONAL: bool = true;

    fn kind() -> Kind {
        T::kind()
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        T::read(json, at).map(Some)
    }

    fn absent(_: &At<'_>) -> Result<Self> {
        Ok(None)
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn kind() -> Kind {
        Kind::List(Box::new(T::kind()))
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        match json {
            Json::List(items) => {
                let items = items.into_iter().enumerate();
                items.map(|(index, item)| T::read(item, &at.item(index))).collect()
            }
            other => Err(at.wrong_type("a list", &other)),
        }
    }
}

impl<T: Shape> Shape for Map<T> {
    fn kind() -> Kind {
        Kind::Map(Box::new(T::kind()))
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let Json::Object(entries) = json else { return Err(at.wrong_type("an object", &json)) };
        let read = |(key, value): (String, Json)| {
            let value = T::read(value, &at.key(&key))?;
            Ok((key, value))
        };
        entries.into_iter().map(read).collect::<Result<_>>().map(Self)
    }
}

impl Shape for RecordId {
    fn kind() -> Kind {
        Kind::Id
    }

    fn read(json: Json, at: &At<'_>) -> Result<Self> {
        let id = json.as_text().and_then(|text| text.parse().ok());
        id.ok_or_else(|| crate::Error::invalid("invalid_id", at.to_string(), "expected a UUID"))
    }
}

/// A text, read as a `T`.
fn parsed<T: FromStr>(json: Json, expected: &str, at: &At<'_>) -> Result<T> {
    String::read(json, at)?.parse().map_err(|_| at.invalid(&format!("expected {expected}")))
}

/// Types that are read from a text: what it looks like, and what is expected.
macro_rules! parsed {
    ($($ty:ty = $kind:ident, $expected:literal;)*) => {$(
        impl Shape for $ty {
            fn kind() -> Kind {
                Kind::$kind
            }

            fn read(json: Json, at: &At<'_>) -> Result<Self> {
                parsed(json, $expected, at)
            }
        }
    )*};
}

parsed! {
    AppId = Id, "a UUID";
    TableId = Id, "a UUID";
    UserId = Id, "a UUID";
    Uuid = Id, "a UUID";
    Role = Text, "owner, admin, member or the id of a role";
    DateTime<Utc> = Instant, "an instant in RFC 3339";
    Tz = Text, "the name of a time zone, as `Europe/Berlin`";
}

/// Reads one of some words; for a shape of [`Kind::Words`].
///
/// # Errors
/// In the terms of `at`, with all words.
pub fn word<T: Copy>(json: Json, at: &At<'_>, words: &[(&'static str, T)]) -> Result<T> {
    let found = |text: &str| words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    let Json::Text(text) = &json else { return Err(at.wrong_type("a text", &json)) };
    found(text).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let words = match words.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            _ => words.concat(),
        };
        at.invalid(&format!("expected {words}"))
    })
}

/// The [`Shape`] of a type whose values are words, as in `words! { Direction: "asc" = Direction::Ascending }`.
#[macro_export]
macro_rules! words {
    ($ty:ty: $($word:literal = $value:expr),+ $(,)?) => {
        impl $crate::shape::Shape for $ty {
            fn kind() -> $crate::shape::Kind {
                $crate::shape::Kind::Words(vec![$($word),+])
            }

            fn read(json: $crate::Json, at: &$crate::shape::At<'_>) -> $crate::Result<Self> {
                $crate::shape::word(json, at, &[$(($word, $value)),+])
            }
        }
    };
}

/// Of types that list their words themselves.
macro_rules! listed {
    ($($ty:ty),*) => {$(
        impl Shape for $ty {
            fn kind() -> Kind {
                Kind::Words(Self::ALL.iter().map(|value| value.word()).collect())
            }

            fn read(json: Json, at: &At<'_>) -> Result<Self> {
                let words: Vec<_> = Self::ALL.iter().map(|value| (value.word(), *value)).collect();
                word(json, at, &words)
            }
        }
    )*};
}

listed!(Action, Effect);
