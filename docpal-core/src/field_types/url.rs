//! `url`: a web address.

use std::sync::Arc;

use serde::Deserialize;

use super::options::read;
use super::text_limits::TextLimits;
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::sql::UniqueBy;
use crate::values::{Cell, Family, text};

/// The longest address, in characters.
const CEILING: usize = 2_048;
/// Schemes that are safe to show as a link.
const SCHEMES: &[&str] = &["http", "https", "ftp", "mailto", "tel"];

pub(super) static TYPE: FieldType = FieldType {
    code: "url",
    summary: "A web address",
    example_options: "{}",
    example_value: r#""https://example.com/a""#,
    build,
};

impl FieldSpec {
    /// An `url` field.
    #[must_use]
    pub fn url(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {}

#[derive(Debug)]
struct Url {
    limits: TextLimits,
}

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let Options {} = read(options)?;
    Ok(Arc::new(Url { limits: TextLimits::new(None, None, None, CEILING)? }))
}

impl FieldKind for Url {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        Json::empty()
    }

    fn most_characters(&self) -> Option<usize> {
        Some(CEILING)
    }

    fn family(&self) -> &'static Family {
        &text::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        let cell = self.limits.parse(value)?;
        let Cell::Text(text) = &cell else { return Ok(cell) };
        let text = text.trim();
        let fault = || Fault::new("invalid_url", "expected a web address as \"https://example.com\"");
        let parsed = ::url::Url::parse(text).map_err(|_| fault())?;
        if !SCHEMES.contains(&parsed.scheme()) {
            return Err(Fault::new("invalid_url", format!("the scheme is one of {}", SCHEMES.join(", "))));
        }
        Ok(Cell::Text(text.to_owned()))
    }

    fn unique_by(&self) -> Option<UniqueBy> {
        Some(UniqueBy::TextDigest)
    }
}
