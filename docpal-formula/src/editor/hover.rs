//! What the thing at a position is.

use serde::Serialize;

use super::tokens::{HighlightKind, tokens};
use crate::diagnostic::Span;
use crate::fields::FieldTypes;
use crate::functions::Functions;
use crate::syntax::escape::{escape_field, unescape_field};

/// What stands at a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hover {
    /// The piece of source it is about.
    pub span: Span,
    /// A field with its type, or a function with its parameters.
    pub title: String,
    /// What a function does.
    pub doc: String,
}

/// The field or function at a byte position of any text.
///
/// # Example
/// ```
/// use docpal_formula::{Functions, Type};
/// use docpal_formula::editor::hover;
///
/// let found = hover("ABS({price})", 6, &[("price", Type::Number)], &Functions::standard());
/// assert_eq!(found.map(|hover| hover.title), Some("{price}: number".to_owned()));
/// ```
#[must_use]
pub fn hover(source: &str, position: usize, fields: &dyn FieldTypes, functions: &Functions) -> Option<Hover> {
    let tokens = tokens(source);
    let token = tokens.iter().find(|token| token.span.start <= position && position < token.span.end)?;
    let text = token.span.text(source);
    match token.kind {
        HighlightKind::Field => {
            let braced = text.strip_prefix('{').map(|body| body.strip_suffix('}').unwrap_or(body));
            let name = braced.map_or_else(|| text.to_owned(), unescape_field);
            let field = fields.field(&name)?;
            let title = format!("{}: {}", escape_field(&name), field.ty());
            Some(Hover { span: token.span, title, doc: String::new() })
        }
        HighlightKind::Function => {
            let function = functions.get(text)?;
            let title = format!("{}({})", function.name(), function.signature());
            Some(Hover { span: token.span, title, doc: function.doc().to_owned() })
        }
        _ => None,
    }
}
