//! What is wrong with a formula, where, and what to do about it.

pub mod code;
mod render;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// At most this many diagnostics are kept for one formula.
const MOST: usize = 50;

/// A half-open range of bytes in the formula's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The piece of `source` under this span; empty when the span does not fit the source.
    #[must_use]
    pub fn text(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or("")
    }
}

/// One finding about a formula.
///
/// # Example
/// ```
/// use docpal_formula::Formula;
///
/// let errors = Formula::parse("ROUND((1 + 2").unwrap_err();
/// assert_eq!(errors.first().code, "unclosed_paren");
/// assert_eq!(errors.first().span.text("ROUND((1 + 2"), "(");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// A stable name for this kind of finding, one of [`code::ALL`].
    pub code: &'static str,
    /// The piece of source that the finding is about.
    pub span: Span,
    /// What is wrong, in words a user of a table understands.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Texts that could stand in place of the span, best first.
    pub suggestions: Vec<String>,
}

impl Diagnostic {
    /// A finding without help or suggestions.
    #[must_use]
    pub fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), help: None, suggestions: Vec::new() }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds texts that could stand in place of the span.
    #[must_use]
    pub fn suggest(mut self, suggestions: Vec<String>) -> Self {
        self.suggestions = suggestions;
        self
    }
}

/// Everything that is wrong with one formula: at least one [`Diagnostic`], in source order.
///
/// Its `Display` form underlines the source.
///
/// # Example
/// ```
/// use docpal_formula::{Formula, Functions, Type};
///
/// let formula = Formula::parse("{prcie} * 2")?;
/// let errors = formula.check(&[("price", Type::Number)], &Functions::standard()).unwrap_err();
/// assert_eq!(errors.to_string(), "\
/// error[unknown_field]: there is no field {prcie}
///   |
/// 1 | {prcie} * 2
///   | ^^^^^^^
///   = help: did you mean {price}?
/// ");
/// # Ok::<(), docpal_formula::Errors>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors {
    source: Arc<str>,
    first: Box<Diagnostic>,
    rest: Vec<Diagnostic>,
}

impl Errors {
    pub(crate) fn one(source: &Arc<str>, diagnostic: Diagnostic) -> Self {
        Self { source: Arc::clone(source), first: Box::new(diagnostic), rest: Vec::new() }
    }

    /// `Err` with all of `found` in source order, `Ok` when there is nothing.
    pub(crate) fn check(source: &Arc<str>, mut found: Vec<Diagnostic>) -> Result<(), Self> {
        found.sort_by_key(|diagnostic| diagnostic.span);
        found.dedup();
        found.truncate(MOST);
        let mut found = found.into_iter();
        match found.next() {
            None => Ok(()),
            Some(first) => {
                Err(Self { source: Arc::clone(source), first: Box::new(first), rest: found.collect() })
            }
        }
    }

    /// The finding that stands first in the source.
    #[must_use]
    pub fn first(&self) -> &Diagnostic {
        &self.first
    }

    /// All findings in source order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        std::iter::once(&*self.first).chain(&self.rest)
    }

    /// All findings in source order, by value.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        let mut all = vec![*self.first];
        all.extend(self.rest);
        all
    }

    /// The source the spans point into.
    #[must_use]
    pub fn source_text(&self) -> &str {
        &self.source
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|diagnostic| render::diagnostic(f, &self.source, diagnostic))
    }
}

impl std::error::Error for Errors {}
