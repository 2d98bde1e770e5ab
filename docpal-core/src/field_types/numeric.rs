//! What the number-like types share: exact reading, range, digits after the point.

use std::sync::Arc;

use docpal_formula::{NotExact, exact_number};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::options::{Exact, object, read};
use super::{Fault, FieldKind};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::values::{Cell, Family, number};

/// Numbers hold this many digits, and at most as many after the point.
const DIGITS: u32 = 28;

/// The options `min`, `max` and `scale` (digits after the point; more are refused).
#[derive(Clone, Copy, Debug)]
pub(super) struct NumberLimits {
    min: Option<Decimal>,
    max: Option<Decimal>,
    scale: Option<u32>,
}

impl NumberLimits {
    pub(super) fn new(min: Option<Exact>, max: Option<Exact>, scale: Option<u32>) -> Result<Self, Fault> {
        let (min, max) = (min.map(|exact| exact.0), max.map(|exact| exact.0));
        if min > max && max.is_some() {
            return Err(Fault::new("invalid_options", "options: min is above max"));
        }
        if scale.is_some_and(|scale| scale > DIGITS) {
            return Err(Fault::new("invalid_options", format!("options: scale is 0 to {DIGITS}")));
        }
        Ok(Self { min, max, scale })
    }

    /// Checks a number, sent as a JSON number or as a text that is one; null stays null.
    pub(super) fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        if *value == Json::Null {
            return Ok(Cell::Null);
        }
        let number = exact(value)?;
        if let Some(min) = self.min.filter(|min| number < *min) {
            return Err(Fault::new("too_small", format!("{number} is below the minimum {min}")));
        }
        if let Some(max) = self.max.filter(|max| number > *max) {
            return Err(Fault::new("too_large", format!("{number} is above the maximum {max}")));
        }
        if let Some(scale) = self.scale.filter(|scale| number.scale() > *scale) {
            let message = format!("{number} has {} digits after the point; {scale} are kept", number.scale());
            return Err(Fault::new("too_precise", message));
        }
        Ok(Cell::Number(number))
    }

    pub(super) fn options(&self) -> Vec<(String, Json)> {
        let set = object([
            ("min", self.min.map(Json::from)),
            ("max", self.max.map(Json::from)),
            ("scale", self.scale.map(Json::from)),
        ]);
        match set {
            Json::Object(entries) => entries,
            _ => Vec::new(),
        }
    }
}

impl FieldSpec {
    /// The same field, a number, with a least value.
    #[must_use]
    pub fn min(self, min: impl Into<Json>) -> Self {
        self.option("min", min)
    }

    /// The same field, a number, with a greatest value.
    #[must_use]
    pub fn max(self, max: impl Into<Json>) -> Self {
        self.option("max", max)
    }

    /// The same field, a number, with at most so many digits after the point.
    #[must_use]
    pub fn scale(self, scale: u32) -> Self {
        self.option("scale", scale)
    }
}

/// A type that has the options of all numbers and no more.
pub(super) fn plain(type_code: &'static str, options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let options: PlainOptions = read(options)?;
    let limits = NumberLimits::new(options.min, options.max, options.scale)?;
    Ok(Arc::new(Plain { type_code, limits }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainOptions {
    min: Option<Exact>,
    max: Option<Exact>,
    scale: Option<u32>,
}

#[derive(Debug)]
struct Plain {
    type_code: &'static str,
    limits: NumberLimits,
}

impl FieldKind for Plain {
    fn code(&self) -> &'static str {
        self.type_code
    }

    fn options(&self) -> Json {
        Json::Object(self.limits.options())
    }

    fn family(&self) -> &'static Family {
        &number::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        self.limits.parse(value)
    }
}

/// The exact number in `value`, without trailing zeros, by the reader of formulas. Spaces around a text do not matter.
pub(super) fn exact(value: &Json) -> Result<Decimal, Fault> {
    let text = match value {
        Json::Number(text) => text.as_str(),
        Json::Text(text) => text.trim(),
        other => return Err(Fault::wrong_type("a number", other)),
    };
    exact_number(text).map_err(|why| match why {
        NotExact::NotANumber => {
            Fault::new("wrong_type", "expected a number such as -12.5, got a text that is not one")
        }
        NotExact::TooManyDigits => Fault::new("too_many_digits", why.to_string()),
    })
}
