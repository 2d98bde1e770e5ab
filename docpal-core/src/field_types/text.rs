//! `text`: a single line of text.

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
const CEILING: usize = 10_000;

pub(super) static TYPE: FieldType = FieldType {
    code: "text",
    summary: "A single line of text",
    example_options: r#"{"max_length": 200, "pattern": "[A-Z]{2}-\\d+"}"#,
    example_value: r#""AB-12""#,
    build,
};

impl FieldSpec {
    /// A `text` field, of one line; see [`FieldSpec::max_length`] and [`FieldSpec::pattern`].
    #[must_use]
    pub fn text(name: impl Into<String>) -> Self {
        Self::new(name, TYPE.code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    min_length: Option<usize>,
    max_length: Option<usize>,
    pattern: Option<String>,
}

#[derive(Debug)]
struct Text {
    limits: TextLimits,
}

fn build(options: &Json) -> Result<Arc<dyn FieldKind>, Fault> {
    let options: Options = read(options)?;
    let limits = TextLimits::new(options.min_length, options.max_length, options.pattern, CEILING)?;
    Ok(Arc::new(Text { limits }))
}

impl FieldKind for Text {
    fn code(&self) -> &'static str {
        TYPE.code
    }

    fn options(&self) -> Json {
        self.limits.options()
    }

    fn most_characters(&self) -> Option<usize> {
        Some(CEILING)
    }

    fn family(&self) -> &'static Family {
        &text::FAMILY
    }

    fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        let cell = self.limits.parse(value)?;
        match &cell {
            Cell::Text(text) if text.contains(['\n', '\r']) => {
                Err(Fault::new("line_break", "a text field holds one line; use a long_text field for more"))
            }
            _ => Ok(cell),
        }
    }

    fn unique_by(&self) -> Option<UniqueBy> {
        Some(UniqueBy::TextDigest)
    }
}
