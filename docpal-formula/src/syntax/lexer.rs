//! A tolerant, lossless lexer: every byte of any text belongs to exactly one token.
//!
//! It serves the pre-scan, which must not recurse, and the editor services, which see unfinished text.

use crate::diagnostic::Span;

/// What a token is. Unfinished tokens are told apart by [`Token::is_closed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Space,
    Comment,
    Number,
    Percent,
    Text,
    Field,
    Name,
    Operator,
    Open,
    Close,
    Comma,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
    /// False for a text, field or block comment that lacks its end.
    pub(crate) is_closed: bool,
}

impl Token {
    /// Whether the token is neither space nor comment.
    pub(crate) fn is_significant(&self) -> bool {
        !matches!(self.kind, TokenKind::Space | TokenKind::Comment)
    }
}

/// The tokens of `source`, which together cover it.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(source.len() / 4 + 1);
    let mut start = 0;
    while let Some(rest) = source.get(start..).filter(|rest| !rest.is_empty()) {
        let (kind, length, is_closed) = next(rest);
        let end = start + length;
        tokens.push(Token { kind, span: Span::new(start, end), is_closed });
        start = end;
    }
    tokens
}

/// Kind, length in bytes and completeness of the token that `rest`, not empty, begins with.
fn next(rest: &str) -> (TokenKind, usize, bool) {
    let mut chars = rest.chars();
    let first = chars.next().unwrap_or(' ');
    let second = chars.next();
    match first {
        c if is_space(c) => (TokenKind::Space, length_while(rest, is_space), true),
        '/' if second == Some('/') => (TokenKind::Comment, rest.find('\n').unwrap_or(rest.len()), true),
        '/' if second == Some('*') => block_comment(rest),
        '"' | '\'' => quoted(rest, first, TokenKind::Text),
        '{' => quoted(rest, '}', TokenKind::Field),
        '(' => (TokenKind::Open, 1, true),
        ')' => (TokenKind::Close, 1, true),
        ',' => (TokenKind::Comma, 1, true),
        c if c.is_ascii_digit() => (TokenKind::Number, number_length(rest), true),
        '.' if second.is_some_and(|c| c.is_ascii_digit()) => (TokenKind::Number, number_length(rest), true),
        '%' => (TokenKind::Percent, 1, true),
        c if is_name_start(c) => (TokenKind::Name, length_while(rest, is_name_part), true),
        _ => operator(rest, first),
    }
}

pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}' | '\u{feff}')
}

pub(crate) fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(crate) fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn length_while(rest: &str, wanted: fn(char) -> bool) -> usize {
    rest.find(|c| !wanted(c)).unwrap_or(rest.len())
}

fn number_length(rest: &str) -> usize {
    let digits = |text: &str| length_while(text, |c| c.is_ascii_digit());
    let whole = digits(rest);
    let fraction = rest.get(whole..).and_then(|tail| tail.strip_prefix('.')).map_or(0, digits);
    if fraction > 0 { whole + 1 + fraction } else { whole }
}

fn block_comment(rest: &str) -> (TokenKind, usize, bool) {
    let end = rest.get(2..).and_then(|body| body.find("*/"));
    end.map_or((TokenKind::Comment, rest.len(), false), |at| (TokenKind::Comment, at + 4, true))
}

/// A token up to `close`, which a backslash keeps from closing.
fn quoted(rest: &str, close: char, kind: TokenKind) -> (TokenKind, usize, bool) {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == close => return (kind, at + c.len_utf8(), true),
            _ => {}
        }
    }
    (kind, rest.len(), false)
}

fn operator(rest: &str, first: char) -> (TokenKind, usize, bool) {
    const OPERATORS: [&str; 16] =
        ["||", "&&", "==", "!=", "<>", "<=", ">=", "=", "<", ">", "&", "+", "-", "*", "/", "!"];
    match OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
        Some(operator) => (TokenKind::Operator, operator.len(), true),
        None => (TokenKind::Unknown, first.len_utf8(), true),
    }
}
