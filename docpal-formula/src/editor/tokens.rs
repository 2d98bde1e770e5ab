//! Tokens for highlighting.

use serde::Serialize;

use crate::diagnostic::Span;
use crate::syntax::lexer::{self, Token, TokenKind};

/// What a piece of a formula is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HighlightKind {
    /// Spaces and line ends.
    Space,
    /// `// to the line's end` or `/* between */`.
    Comment,
    /// `12.5`, with a percent sign if it has one.
    Number,
    /// A text in quotes.
    Text,
    /// A field, in braces or bare.
    Field,
    /// The name of a function.
    Function,
    /// `TRUE`, `FALSE` or `NULL`.
    Literal,
    /// An operator.
    Operator,
    /// A parenthesis.
    Parenthesis,
    /// A comma.
    Comma,
    /// A character that means nothing in a formula.
    Unknown,
}

/// A piece of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HighlightToken {
    /// What it is.
    pub kind: HighlightKind,
    /// Where it is.
    pub span: Span,
    /// False for a text, field or comment that lacks its end.
    pub is_closed: bool,
}

/// The tokens of any text; together they cover every byte of it.
///
/// # Example
/// ```
/// use docpal_formula::editor::{HighlightKind, tokens};
///
/// let kinds: Vec<_> = tokens("ABS({price").iter().map(|token| token.kind).collect();
/// assert_eq!(kinds, [HighlightKind::Function, HighlightKind::Parenthesis, HighlightKind::Field]);
/// ```
#[must_use]
pub fn tokens(source: &str) -> Vec<HighlightToken> {
    let tokens = lexer::tokens(source);
    let mut highlighted = Vec::with_capacity(tokens.len());
    for (i, token) in tokens.iter().enumerate() {
        let kind = match token.kind {
            TokenKind::Name => name_kind(token.span.text(source), tokens.get(i + 1..).unwrap_or(&[])),
            TokenKind::Space => HighlightKind::Space,
            TokenKind::Comment => HighlightKind::Comment,
            TokenKind::Number | TokenKind::Percent => HighlightKind::Number,
            TokenKind::Text => HighlightKind::Text,
            TokenKind::Field => HighlightKind::Field,
            TokenKind::Operator => HighlightKind::Operator,
            TokenKind::Open | TokenKind::Close => HighlightKind::Parenthesis,
            TokenKind::Comma => HighlightKind::Comma,
            TokenKind::Unknown => HighlightKind::Unknown,
        };
        highlighted.push(HighlightToken { kind, span: token.span, is_closed: token.is_closed });
    }
    highlighted
}

/// A name before a parenthesis is a function, else a literal or a bare field.
fn name_kind(name: &str, behind: &[Token]) -> HighlightKind {
    let next = behind.iter().find(|token| token.is_significant());
    if next.is_some_and(|next| next.kind == TokenKind::Open) {
        return HighlightKind::Function;
    }
    let is_literal = ["TRUE", "FALSE", "NULL"].iter().any(|literal| name.eq_ignore_ascii_case(literal));
    if is_literal { HighlightKind::Literal } else { HighlightKind::Field }
}
