//! Values of a row and of an evaluation.

mod text;

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::error::{ErrorCode, EvalError};
use crate::types::Type;

pub(crate) use text::number_text;

/// A value, borrowed from its row where it can be.
///
/// # Example
/// ```
/// use docpal_formula::Value;
///
/// assert_eq!(Value::from(2), Value::Number(2.into()));
/// assert!(Value::from("").is_blank());
/// assert_eq!(Value::from("a").to_string(), "a");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value<'a> {
    /// Blank.
    #[default]
    Null,
    /// An exact decimal; arithmetic results hold at most 28 digits.
    Number(Decimal),
    /// A text.
    Text(Cow<'a, str>),
    /// True or false.
    Bool(bool),
    /// A day without a time zone.
    Date(NaiveDate),
    /// An instant.
    DateTime(DateTime<Utc>),
    /// A list.
    List(Vec<Value<'a>>),
    /// A JSON document.
    Json(Cow<'a, serde_json::Value>),
}

impl<'a> Value<'a> {
    /// Null or the empty text.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    /// The same value, borrowing the text and JSON of this one.
    #[must_use]
    pub fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Date(date) => Value::Date(*date),
            Self::DateTime(instant) => Value::DateTime(*instant),
            Self::List(items) => Value::List(items.iter().map(Value::borrowed).collect()),
            Self::Json(json) => Value::Json(Cow::Borrowed(json)),
        }
    }

    /// The same value, owning everything.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Bool(flag) => Value::Bool(flag),
            Self::Date(date) => Value::Date(date),
            Self::DateTime(instant) => Value::DateTime(instant),
            Self::List(items) => Value::List(items.into_iter().map(Value::into_owned).collect()),
            Self::Json(json) => Value::Json(Cow::Owned(json.into_owned())),
        }
    }

    /// The type this value shows; a list without values is a list of null.
    #[must_use]
    pub fn ty(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Number(_) => Type::Number,
            Self::Text(_) => Type::Text,
            Self::Bool(_) => Type::Bool,
            Self::Date(_) => Type::Date,
            Self::DateTime(_) => Type::DateTime,
            Self::List(items) => {
                Type::list(items.iter().map(Value::ty).find(|ty| *ty != Type::Null).unwrap_or(Type::Null))
            }
            Self::Json(_) => Type::Json,
        }
    }

    /// The number, if this is one.
    #[must_use]
    pub fn as_number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The flag, if this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }
}

impl From<Decimal> for Value<'_> {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<i32> for Value<'_> {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<NaiveDate> for Value<'_> {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<DateTime<Utc>> for Value<'_> {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::DateTime(instant)
    }
}

impl<'a, T: Into<Value<'a>>> From<Vec<T>> for Value<'a> {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        // `map_or` would make a null only to drop it.
        match value {
            Some(value) => value.into(),
            None => Self::Null,
        }
    }
}

/// Null and false, 0 and what is empty are not true.
pub(crate) fn truthy(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => !number.is_zero(),
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Date(_) | Value::DateTime(_) | Value::Json(_) => true,
    }
}

/// A value that is promised to be a number, or null.
#[inline]
pub(crate) fn as_number(value: Value<'_>) -> Result<Option<Decimal>, EvalError> {
    match value {
        Value::Number(number) => {
            // A number owns nothing, but the compiler calls the drop of a value all the same.
            std::mem::forget(value);
            Ok(Some(number))
        }
        Value::Null => Ok(None),
        other => Err(wrong_type("a number", &other)),
    }
}

/// The error of a row or a host's function that breaks its promise about types.
pub(crate) fn wrong_type(wanted: &str, found: &Value<'_>) -> EvalError {
    EvalError::with_message(
        ErrorCode::Unavailable,
        format!("{wanted} was promised, {} was given", found.ty()),
    )
}
