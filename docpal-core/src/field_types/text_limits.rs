//! What the text-like types share: length, pattern, no NUL.

use regex::Regex;

use super::Fault;
use super::options::object;
use crate::json::Json;
use crate::model::FieldSpec;
use crate::values::Cell;

/// A pattern larger than this when compiled is refused.
const PATTERN_BYTES: usize = 256 * 1024;

/// The options `min_length`, `max_length` (in characters) and `pattern` (a regular expression that the
/// whole value must match; linear time).
#[derive(Clone, Debug)]
pub(super) struct TextLimits {
    min_length: Option<usize>,
    max_length: Option<usize>,
    ceiling: usize,
    pattern: Option<(String, Regex)>,
}

impl TextLimits {
    /// `ceiling` is the length no option can raise.
    pub(super) fn new(
        min_length: Option<usize>,
        max_length: Option<usize>,
        pattern: Option<String>,
        ceiling: usize,
    ) -> Result<Self, Fault> {
        if max_length.is_some_and(|max| max == 0 || max > ceiling) {
            return Err(Fault::new("invalid_options", format!("options: max_length is 1 to {ceiling}")));
        }
        if min_length > max_length && max_length.is_some() {
            return Err(Fault::new("invalid_options", "options: min_length is above max_length"));
        }
        let pattern = pattern.map(|source| compile(&source).map(|regex| (source, regex))).transpose()?;
        Ok(Self { min_length, max_length, ceiling, pattern })
    }

    /// Checks a text; null stays null.
    pub(super) fn parse(&self, value: &Json) -> Result<Cell, Fault> {
        match value {
            Json::Null => Ok(Cell::Null),
            Json::Text(text) => self.check(text).map(|()| Cell::Text(text.clone())),
            other => Err(Fault::wrong_type("a text", other)),
        }
    }

    pub(super) fn check(&self, text: &str) -> Result<(), Fault> {
        if text.contains('\0') {
            return Err(Fault::new("nul_character", "a text cannot hold the character NUL (U+0000)"));
        }
        let length = text.chars().count();
        let max = self.max_length.unwrap_or(self.ceiling);
        if length > max {
            return Err(Fault::new("too_long", format!("{length} characters; at most {max} are allowed")));
        }
        if let Some(min) = self.min_length.filter(|min| length < *min) {
            return Err(Fault::new("too_short", format!("{length} characters; at least {min} are needed")));
        }
        match &self.pattern {
            Some((source, regex)) if !regex.is_match(text) => {
                Err(Fault::new("pattern_mismatch", format!("does not match the pattern {source}")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn options(&self) -> Json {
        let length = |value: Option<usize>| value.map(|n| Json::Number(n.to_string()));
        object([
            ("min_length", length(self.min_length)),
            ("max_length", length(self.max_length)),
            ("pattern", self.pattern.as_ref().map(|(source, _)| Json::from(source.as_str()))),
        ])
    }
}

fn compile(source: &str) -> Result<Regex, Fault> {
    regex::RegexBuilder::new(&format!("^(?:{source})$")).size_limit(PATTERN_BYTES).build().map_err(|_| {
        Fault::new("invalid_options", "options: pattern is not a regular expression DocPal can run")
    })
}

impl FieldSpec {
    /// The same field, a text, with at least so many characters.
    #[must_use]
    pub fn min_length(self, characters: u32) -> Self {
        self.option("min_length", characters)
    }

    /// The same field, a text, with at most so many characters.
    #[must_use]
    pub fn max_length(self, characters: u32) -> Self {
        self.option("max_length", characters)
    }

    /// The same field, a text, that matches a regular expression as a whole.
    #[must_use]
    pub fn pattern(self, pattern: &str) -> Self {
        self.option("pattern", pattern)
    }
}
