//! The check before parsing: bounds, brackets and the order of values and operators.
//!
//! It walks the tokens once, without recursion, and reports every mistake it finds in words; so the grammar
//! sees only sources that are balanced and shallow.

use std::sync::Arc;

use super::ast::BinaryOp;
use super::escape::unescape_text;
use super::lexer::{Token, TokenKind, tokens};
use super::parse::number;
use crate::diagnostic::{Diagnostic, Errors, Span, code};
use crate::limits::Limits;

/// Reports everything that is wrong with the form of `source`.
pub(super) fn check(source: &Arc<str>, limits: &Limits) -> Result<(), Errors> {
    if source.len() > limits.source_bytes {
        let found = Diagnostic::new(
            code::SOURCE_TOO_LONG,
            Span::new(0, source.len()),
            format!("the formula has {} bytes, {} are allowed", source.len(), limits.source_bytes),
        );
        return Err(Errors::one(source, found.help("put a part of it into a field of its own")));
    }
    let mut scan =
        Scan { source, limits, frames: Vec::new(), depth: 0, nodes: 0, cut: false, found: Vec::new() };
    scan.run();
    Errors::check(source, scan.found)
}

/// An open parenthesis.
struct Frame {
    open: Span,
    is_call: bool,
    /// Signs in a row before the value being read at this level.
    signs: usize,
}

struct Scan<'a> {
    source: &'a str,
    limits: &'a Limits,
    frames: Vec<Frame>,
    depth: usize,
    nodes: usize,
    /// An unfinished text, field or comment swallowed the rest: what is missing behind it says nothing.
    cut: bool,
    found: Vec<Diagnostic>,
}

/// What may stand next.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Value,
    /// A value or, because a call was just opened, its closing parenthesis.
    ValueOrClose,
    Operator,
}

impl Scan<'_> {
    fn run(&mut self) {
        let tokens: Vec<Token> = tokens(self.source).into_iter().filter(|token| self.keep(token)).collect();
        if tokens.is_empty() {
            if self.found.is_empty() {
                self.report(code::EMPTY, Span::new(0, self.source.len()), "the formula is empty");
            }
            return;
        }
        self.frames.push(Frame { open: Span::default(), is_call: false, signs: 0 });
        let mut expect = Expect::Value;
        for (i, token) in tokens.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|i| tokens.get(i));
            expect = if expect == Expect::Operator {
                self.after_value(token, before)
            } else {
                self.before_value(token, expect, before, tokens.get(i + 1))
            };
            if self.over_limits(token) {
                return;
            }
        }
        self.end(expect);
    }

    /// Whether the token takes part in the grammar; reports unfinished ones.
    fn keep(&mut self, token: &Token) -> bool {
        if !token.is_closed {
            let first = Span::new(token.span.start, token.span.start + 1);
            let (code, first, what) = match token.kind {
                TokenKind::Text => (code::UNCLOSED_TEXT, first, "this text has no closing quote"),
                TokenKind::Field => (code::UNCLOSED_BRACE, first, "this brace is never closed"),
                _ => {
                    (code::UNCLOSED_COMMENT, Span::new(first.start, first.end + 1), "this comment has no end")
                }
            };
            self.report(code, first, what);
            self.cut = true;
        }
        token.is_significant()
    }

    fn before_value(
        &mut self,
        token: &Token,
        expect: Expect,
        before: Option<&Token>,
        next: Option<&Token>,
    ) -> Expect {
        let text = token.span.text(self.source);
        match token.kind {
            TokenKind::Number | TokenKind::Text | TokenKind::Field => {
                self.check_literal(token);
                self.value_read()
            }
            TokenKind::Name => {
                if next.is_some_and(|next| next.kind == TokenKind::Open) {
                    self.nodes += 1;
                    return Expect::Value;
                }
                self.value_read()
            }
            TokenKind::Open => {
                let is_call = before.is_some_and(|before| before.kind == TokenKind::Name);
                self.open(token, is_call)
            }
            TokenKind::Close if expect == Expect::ValueOrClose => self.close(token),
            TokenKind::Close => {
                self.missing_value(token.span, "before this parenthesis");
                self.close(token)
            }
            TokenKind::Comma => {
                self.missing_value(token.span, "before this comma");
                Expect::Value
            }
            TokenKind::Operator if matches!(text, "-" | "!") => {
                self.sign();
                Expect::Value
            }
            TokenKind::Operator if before.is_none() && text == "=" => {
                let found =
                    Diagnostic::new(code::EXPECTED_VALUE, token.span, "a value is missing before `=`");
                let found = found.help("leave out the `=`: formulas begin without it here");
                self.found.push(found.suggest(vec![String::new()]));
                Expect::Value
            }
            TokenKind::Operator | TokenKind::Percent => {
                self.missing_value(token.span, &format!("before `{text}`"));
                Expect::Value
            }
            _ => {
                self.unknown(token);
                expect
            }
        }
    }

    fn after_value(&mut self, token: &Token, before: Option<&Token>) -> Expect {
        let text = token.span.text(self.source);
        match token.kind {
            TokenKind::Close => self.close(token),
            TokenKind::Comma => {
                if !self.frames.last().is_some_and(|frame| frame.is_call) {
                    self.report(code::SYNTAX, token.span, "a comma separates a function's arguments only");
                }
                Expect::Value
            }
            TokenKind::Operator if BinaryOp::of(text).is_some() => {
                self.nodes += 1;
                Expect::Value
            }
            TokenKind::Percent => {
                let joined =
                    before.is_some_and(|b| b.kind == TokenKind::Number && b.span.end == token.span.start);
                if joined {
                    return Expect::Operator;
                }
                let found = Diagnostic::new(code::UNKNOWN_OPERATOR, token.span, "there is no operator `%`");
                self.found.push(found.help("use MOD(a, b) for the remainder; 15% without a space is 0.15"));
                Expect::Value
            }
            TokenKind::Unknown => {
                self.unknown(token);
                if is_quote(text) || text == "}" { Expect::Operator } else { Expect::Value }
            }
            _ => {
                self.two_values(token, before);
                if token.kind == TokenKind::Open {
                    return self.open(token, before.is_some_and(|before| before.kind == TokenKind::Name));
                }
                if token.kind == TokenKind::Operator {
                    return Expect::Value;
                }
                self.check_literal(token);
                self.value_read()
            }
        }
    }

    fn end(&mut self, expect: Expect) {
        if self.cut {
            return;
        }
        if expect != Expect::Operator {
            let end = self.source.trim_end().len();
            self.missing_value(Span::new(end, end), "at the end");
        }
        for frame in self.frames.split_off(1.min(self.frames.len())) {
            self.report(code::UNCLOSED_PAREN, frame.open, "this parenthesis is never closed");
        }
    }

    fn open(&mut self, token: &Token, is_call: bool) -> Expect {
        self.depth += 1;
        self.frames.push(Frame { open: token.span, is_call, signs: 0 });
        if is_call { Expect::ValueOrClose } else { Expect::Value }
    }

    fn close(&mut self, token: &Token) -> Expect {
        if self.frames.len() > 1 {
            self.frames.pop();
            self.depth = self.depth.saturating_sub(1);
            self.end_signs();
        } else {
            self.report(code::UNEXPECTED_PAREN, token.span, "this parenthesis closes nothing");
        }
        Expect::Operator
    }

    fn sign(&mut self) {
        self.nodes += 1;
        self.depth += 1;
        if let Some(frame) = self.frames.last_mut() {
            frame.signs += 1;
        }
    }

    fn value_read(&mut self) -> Expect {
        self.nodes += 1;
        self.end_signs();
        Expect::Operator
    }

    fn end_signs(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            self.depth = self.depth.saturating_sub(std::mem::take(&mut frame.signs));
        }
    }

    fn over_limits(&mut self, token: &Token) -> bool {
        if self.depth > self.limits.nesting {
            let message = format!("parentheses and signs are nested deeper than {}", self.limits.nesting);
            let found = Diagnostic::new(code::TOO_DEEP, token.span, message);
            self.found.push(found.help("put a part of the formula into a field of its own"));
            return true;
        }
        if self.nodes > self.limits.nodes {
            let message = format!("the formula has more than {} parts", self.limits.nodes);
            let found = Diagnostic::new(code::TOO_MANY_NODES, token.span, message);
            self.found.push(found.help("put a part of the formula into a field of its own"));
            return true;
        }
        false
    }

    fn check_literal(&mut self, token: &Token) {
        let text = token.span.text(self.source);
        match token.kind {
            TokenKind::Number if number(text).is_none() => {
                let message = format!("`{text}` has more than 28 digits");
                self.report(code::INVALID_NUMBER, token.span, &message);
            }
            TokenKind::Text if token.is_closed => {
                let body = text.get(1..text.len() - 1).unwrap_or("");
                if let Err(bad) = unescape_text(body) {
                    let start = token.span.start + 1 + bad.at;
                    let span = Span::new(start, (start + bad.length).min(token.span.end));
                    let message = format!("`{}` is not an escape", span.text(self.source));
                    let found = Diagnostic::new(code::INVALID_ESCAPE, span, message);
                    self.found
                        .push(found.help("escapes are \\n \\t \\r \\\\ \\' \\\" and \\u with four digits"));
                }
            }
            _ => {}
        }
    }

    fn two_values(&mut self, token: &Token, before: Option<&Token>) {
        let text = token.span.text(self.source);
        let mut found =
            Diagnostic::new(code::EXPECTED_OPERATOR, token.span, "an operator is missing before this");
        if before.is_some_and(|before| before.kind == TokenKind::Percent) {
            found = found.help("use MOD(a, b) for the remainder");
        } else if let Some(symbol) = word_operator(text) {
            found = found.help(format!("write {symbol}, or the function {}(...)", text.to_ascii_uppercase()));
        } else {
            found = found.help("join texts by &, separate arguments by commas");
        }
        self.found.push(found);
    }

    fn unknown(&mut self, token: &Token) {
        let text = token.span.text(self.source);
        let found = |code, message| Diagnostic::new(code, token.span, message);
        self.found.push(match text {
            "^" => {
                found(code::UNKNOWN_OPERATOR, "there is no operator `^`".to_owned()).help("use POWER(a, b)")
            }
            "|" => found(code::UNKNOWN_OPERATOR, "there is no operator `|`".to_owned())
                .help("or is written `||`"),
            ";" => found(code::UNEXPECTED_CHARACTER, "`;` means nothing here".to_owned())
                .help("arguments are separated by commas"),
            _ if is_quote(text) => {
                found(code::UNEXPECTED_CHARACTER, format!("`{text}` does not quote a text"))
                    .help("use straight quotes: \" or '")
            }
            "}" => found(code::UNEXPECTED_CHARACTER, "this brace closes nothing".to_owned()),
            _ => found(
                code::UNEXPECTED_CHARACTER,
                format!("`{}` means nothing in a formula", text.escape_debug()),
            ),
        });
    }

    fn missing_value(&mut self, span: Span, place: &str) {
        self.report(code::EXPECTED_VALUE, span, &format!("a value is missing {place}"));
    }

    fn report(&mut self, code: &'static str, span: Span, message: &str) {
        self.found.push(Diagnostic::new(code, span, message));
    }
}

/// Quotes that word processors put in the place of straight ones.
fn is_quote(text: &str) -> bool {
    matches!(text, "“" | "”" | "„" | "‘" | "’" | "«" | "»")
}

/// Operators that other languages write as words.
fn word_operator(word: &str) -> Option<&'static str> {
    match word.to_ascii_uppercase().as_str() {
        "AND" => Some("&&"),
        "OR" => Some("||"),
        _ => None,
    }
}
