//! What could be written at a position.

use chrono_tz::TZ_VARIANTS;
use serde::Serialize;

use super::cursor::Cursor;
use crate::diagnostic::Span;
use crate::fields::FieldTypes;
use crate::functions::{Functions, ParamType};
use crate::syntax::escape::escape_field;
use crate::syntax::lexer::TokenKind;
use crate::temporal::unit::Unit;

/// Most completions given at once.
const MOST: usize = 100;

/// What a completion stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CompletionKind {
    /// A field.
    Field,
    /// A function.
    Function,
    /// `TRUE`, `FALSE` or `NULL`.
    Literal,
    /// A unit of time, a time zone, a day or a locale.
    Word,
}

/// A text that could stand at the position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// What to show.
    pub label: String,
    /// What to write in the place of `span`; for a function up to its opening parenthesis.
    pub insert: String,
    /// What it stands for.
    pub kind: CompletionKind,
    /// The piece of source to replace.
    pub span: Span,
    /// The type of a field, the signature of a function.
    pub detail: String,
}

/// The completions at a byte position of any text, best first.
///
/// # Example
/// ```
/// use docpal_formula::{Functions, Type};
/// use docpal_formula::editor::complete;
///
/// let fields = [("unit price", Type::Number)];
/// let found = complete("2 * {pri", 8, &fields, &Functions::standard());
/// assert_eq!((found[0].insert.as_str(), found[0].span.start), ("{unit price}", 4));
/// ```
#[must_use]
pub fn complete(
    source: &str,
    position: usize,
    fields: &dyn FieldTypes,
    functions: &Functions,
) -> Vec<Completion> {
    let cursor = Cursor::new(source, position);
    let prefix = cursor.prefix();
    let here = Span::new(cursor.at, cursor.at);
    let mut found = match cursor.token.map(|token| (token.kind, token)) {
        Some((TokenKind::Field, token)) if !(token.is_closed && cursor.at == token.span.end) => {
            // An unclosed brace takes in the rest of the text; only what is before the position is meant.
            let span = if token.is_closed { token.span } else { Span::new(token.span.start, cursor.at) };
            field_completions(prefix.trim_start_matches('{'), span, fields)
        }
        Some((TokenKind::Name, token)) => names(prefix, token.span, fields, functions),
        Some((TokenKind::Text, token)) if !(token.is_closed && cursor.at == token.span.end) => {
            let span = if token.is_closed { token.span } else { Span::new(token.span.start, cursor.at) };
            words(&cursor, prefix.get(1..).unwrap_or(""), span, functions)
        }
        Some((TokenKind::Comment | TokenKind::Number | TokenKind::Text, _)) => Vec::new(),
        Some((TokenKind::Field | TokenKind::Close | TokenKind::Percent, _)) => Vec::new(),
        _ => {
            let mut found = words(&cursor, "", here, functions);
            found.extend(names("", here, fields, functions));
            found
        }
    };
    found.truncate(MOST);
    found
}

fn names(prefix: &str, span: Span, fields: &dyn FieldTypes, functions: &Functions) -> Vec<Completion> {
    let mut found = field_completions(prefix, span, fields);
    let literals = ["TRUE", "FALSE", "NULL"].map(|literal| Completion {
        label: literal.to_owned(),
        insert: literal.to_owned(),
        kind: CompletionKind::Literal,
        span,
        detail: String::new(),
    });
    let calls = functions.iter().map(|function| Completion {
        label: function.name().to_owned(),
        insert: format!("{}(", function.name()),
        kind: CompletionKind::Function,
        span,
        detail: format!("{}({})", function.name(), function.signature()),
    });
    found.extend(ranked(calls.chain(literals).collect(), prefix));
    // Names that start like the prefix come before those that only contain it.
    found.sort_by_key(|completion| rank(&completion.label, prefix));
    found
}

fn field_completions(prefix: &str, span: Span, fields: &dyn FieldTypes) -> Vec<Completion> {
    let all = fields.names().into_iter().map(|name| Completion {
        insert: escape_field(&name),
        kind: CompletionKind::Field,
        span,
        detail: fields.field(&name).map(|field| field.ty().to_string()).unwrap_or_default(),
        label: name,
    });
    ranked(all.collect(), prefix)
}

/// Words that a text argument may be: units, time zones, days.
fn words(cursor: &Cursor<'_>, prefix: &str, span: Span, functions: &Functions) -> Vec<Completion> {
    let ty = cursor.parameter(functions).and_then(|(_, _, param)| param).map(|param| param.ty);
    let words: Vec<&str> = match ty {
        Some(ParamType::Unit) => Unit::ALL.iter().map(|unit| unit.name()).collect(),
        Some(ParamType::TimeZone) => TZ_VARIANTS.iter().map(|zone| zone.name()).collect(),
        Some(ParamType::WeekStart) => vec!["Sunday", "Monday"],
        Some(ParamType::Locale) => vec!["en"],
        _ => return Vec::new(),
    };
    let all = words.into_iter().map(|word| Completion {
        label: word.to_owned(),
        insert: format!("\"{word}\""),
        kind: CompletionKind::Word,
        span,
        detail: String::new(),
    });
    ranked(all.collect(), prefix)
}

/// Those that contain the prefix, in any case; those that start with it first.
fn ranked(mut found: Vec<Completion>, prefix: &str) -> Vec<Completion> {
    found.retain(|completion| rank(&completion.label, prefix) < 2);
    found.sort_by_key(|completion| rank(&completion.label, prefix));
    found
}

fn rank(label: &str, prefix: &str) -> u8 {
    let (label, prefix) = (label.to_lowercase(), prefix.to_lowercase());
    match label.find(&prefix) {
        Some(0) => 0,
        Some(_) => 1,
        None => 2,
    }
}
