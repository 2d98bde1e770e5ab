//! `long_text`: text of many lines.

use std::sync::Arc;

use serde::Deserialize;

use super::options::read;
use super::text_limits::TextLimits;
use super::{Fault, FieldKind, FieldType};
use crate::json::Json;
use crate::model::FieldSpec;
use crate::sql::UniqueBy;
use crate::values::{Cell, Family, text};

/// The longest text, in characters.
const CEILING: usize = 100_000;

pub(super) static TYPE: FieldType = FieldType {
    code: "long_text",
    summary: "Text of many lines, plain or Markdown",
    example_options: r#"{"format": "markdown"}"#,
    example_value: r#""First line\nSecond line""#,
    build,
};

impl FieldSpec {
    /// A `long_text` field, of many lines; see [`FieldSpec::markdown`] and [`FieldSpec::max_length`].
    #[must_use]
    pub fn long_text(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }

    /// The same field, a `long_text`, shown as Markdown.
    #[must_use]
    pub fn markdown(self) -> Self {
        self.option("format", "markdown")
    }
}

/// The formats of a `long_text`: how a viewer shows it.
pub const TEXT_FORMATS: [&str; 2] = ["plain", "markdown"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    min_length: Option<usize>,
    max_length: Option<usize>,
    pattern: Option<String>,
    #[serde(default)]
    format: TextFormat,
}

/// How a viewer shows the text; the stored value is the same.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TextFormat {
    #[default]
    Plain,
    Markdown,
}

#[derive(Debug)]
struct LongText {
    limits: TextLimits,
    format: TextFormat,
}

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let options: Options = read(options)?;
    let limits = TextLimits::new(options.min_length, options.max_length, options.pattern, CEILING)?;
    Ok(Arc::new(LongText { limits, format: options.format }))
}

impl FieldKind for LongText {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        let mut options = self.limits.options();
        if let (Json::Object(entries), TextFormat::Markdown) = (&mut options, self.format) {
            entries.push(("format".to_owned(), Json::from("markdown")));
        }
        options
    }

    fn family(&self) -> &'static Family {
        &text::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        self.limits.parse(value)
    }

    fn unique_by(&self) -> Option<UniqueBy> {
        Some(UniqueBy::TextDigest)
    }
}
