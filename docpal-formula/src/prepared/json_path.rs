//! Paths into JSON documents.

use serde_json::Value as Json;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonStep {
    /// Into the member of this name.
    Key(String),
    /// Into the item of this index, from 0; below zero counts from the end.
    Index(i64),
}

/// A path such as `address.city`, `items[0].price` or `["a key"]`; a leading `$` or `.` is the document.
///
/// # Example
/// ```
/// use docpal_formula::{JsonPath, JsonStep};
///
/// let path = JsonPath::parse("$.items[0]").expect("a path");
/// assert_eq!(path.steps(), [JsonStep::Key("items".into()), JsonStep::Index(0)]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    steps: Vec<JsonStep>,
}

impl JsonPath {
    /// Takes a path apart; `None` when it is none.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let mut rest = path.trim();
        rest = rest.strip_prefix('$').unwrap_or(rest);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, tail) = match rest.strip_prefix('[') {
                Some(inner) => bracketed(inner)?,
                None if steps.is_empty() => member(rest.strip_prefix('.').unwrap_or(rest))?,
                None => member(rest.strip_prefix('.')?)?,
            };
            steps.push(step);
            rest = tail;
        }
        Some(Self { steps })
    }

    /// The steps from the document inward.
    #[must_use]
    pub fn steps(&self) -> &[JsonStep] {
        &self.steps
    }

    /// What stands at the path; a JSON null is nothing.
    pub(crate) fn find<'j>(&self, document: &'j Json) -> Option<&'j Json> {
        let found = self.steps.iter().try_fold(document, |json, step| match step {
            JsonStep::Key(key) => json.get(key),
            JsonStep::Index(index) => {
                let items = json.as_array()?;
                let from_end = || items.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?);
                let at = usize::try_from(*index).ok().or_else(from_end)?;
                items.get(at)
            }
        });
        found.filter(|json| !json.is_null())
    }
}

fn member(rest: &str) -> Option<(JsonStep, &str)> {
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, tail) = rest.split_at_checked(end)?;
    (!name.is_empty()).then(|| (JsonStep::Key(name.to_owned()), tail))
}

fn bracketed(inner: &str) -> Option<(JsonStep, &str)> {
    for quote in ['"', '\''] {
        if let Some(quoted) = inner.strip_prefix(quote) {
            let (name, tail) = quoted.split_once(quote)?;
            return Some((JsonStep::Key(name.to_owned()), tail.strip_prefix(']')?));
        }
    }
    let (index, tail) = inner.split_once(']')?;
    Some((JsonStep::Index(index.trim().parse().ok()?), tail))
}
