//! `currency`: an exact amount of money in one currency.

use std::sync::Arc;

use serde::Deserialize;

use super::numeric::NumberLimits;
use super::options::{Exact, read};
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::values::{Cell, Family, number};

pub(super) static TYPE: FieldType = FieldType {
    code: "currency",
    summary: "An exact amount of money in one currency",
    example_options: r#"{"code": "EUR", "scale": 2}"#,
    example_value: r#"19.99"#,
    build,
};

impl FieldSpec {
    /// A `currency` field in the currency with this code of three letters; see [`FieldSpec::scale`].
    ///
    /// # Example
    /// ```
    /// use docpal_core::FieldSpec;
    /// let price = FieldSpec::currency("Price", "EUR").scale(2).required();
    /// assert_eq!(price.options.to_string(), r#"{"code":"EUR","scale":2}"#);
    /// ```
    #[must_use]
    pub fn currency(name: impl Into<String>, code: &str) -> Self {
        Self::new(name, TYPE.code).option("code", code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    min: Option<Exact>,
    max: Option<Exact>,
    scale: Option<u32>,
    code: Option<String>,
}

#[derive(Debug)]
struct Currency {
    limits: NumberLimits,
    code: String,
}

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let options: Options = read(options)?;
    let code = options.code.unwrap_or_else(|| "USD".to_owned());
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Fault::new(
            "invalid_options",
            "options: code is the three capital letters of a currency, as EUR",
        ));
    }
    let limits = NumberLimits::new(options.min, options.max, options.scale)?;
    Ok(Arc::new(Currency { limits, code }))
}

impl FieldKind for Currency {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        let mut entries = vec![("code".to_owned(), Json::from(self.code.as_str()))];
        entries.extend(self.limits.options());
        Json::Object(entries)
    }

    fn family(&self) -> &'static Family {
        &number::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        self.limits.parse(value)
    }
}
