//! The types a formula computes with.

use std::fmt;
use std::str::FromStr;

/// The static type of a field, of a part of a formula, or of its result.
///
/// Any value may be blank, whatever its type; [`Type::Null`] is the type of a literal `NULL` only.
///
/// # Example
/// ```
/// use docpal_formula::Type;
///
/// let ty: Type = "list<number>".parse()?;
/// assert_eq!(ty, Type::List(Box::new(Type::Number)));
/// assert_eq!(ty.to_string(), "list<number>");
/// # Ok::<(), docpal_formula::UnknownType>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// An exact decimal of at most 28 digits.
    Number,
    /// A text of Unicode code points.
    Text,
    /// True or false.
    Bool,
    /// A day without a time zone.
    Date,
    /// An instant.
    DateTime,
    /// A list of values of one type.
    List(Box<Type>),
    /// A JSON document.
    Json,
    /// Blank, nothing else.
    Null,
}

impl Type {
    /// A list of `item`.
    #[must_use]
    pub fn list(item: Type) -> Self {
        Self::List(Box::new(item))
    }

    /// Date or datetime.
    #[must_use]
    pub fn is_temporal(&self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }

    /// The type with its article, for messages: "a number", "a list of texts".
    pub(crate) fn phrase(&self) -> String {
        match self {
            Self::Number => "a number".into(),
            Self::Text => "text".into(),
            Self::Bool => "true or false".into(),
            Self::Date => "a date".into(),
            Self::DateTime => "a date with time".into(),
            Self::List(item) => format!("a list (of {item})"),
            Self::Json => "JSON".into(),
            Self::Null => "blank".into(),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number => f.write_str("number"),
            Self::Text => f.write_str("text"),
            Self::Bool => f.write_str("bool"),
            Self::Date => f.write_str("date"),
            Self::DateTime => f.write_str("datetime"),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Json => f.write_str("json"),
            Self::Null => f.write_str("null"),
        }
    }
}

impl serde::Serialize for Type {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that names no [`Type`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a type: number, text, bool, date, datetime, json, null or list<...>")]
pub struct UnknownType(String);

impl FromStr for Type {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        let mut name = text.trim();
        let mut lists = 0;
        while let Some(inner) = name.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
            name = inner.trim();
            lists += 1;
        }
        let item = match name {
            "number" => Self::Number,
            "text" => Self::Text,
            "bool" => Self::Bool,
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "json" => Self::Json,
            "null" => Self::Null,
            _ => return Err(UnknownType(text.to_owned())),
        };
        if lists > 8 {
            return Err(UnknownType(text.to_owned()));
        }
        Ok((0..lists).fold(item, |ty, _| Self::list(ty)))
    }
}
