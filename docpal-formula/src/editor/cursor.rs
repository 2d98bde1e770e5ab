//! Where a position is in an unfinished formula.

use crate::functions::{FunctionRef, Functions, Param};
use crate::syntax::lexer::{Token, TokenKind, tokens};

/// The token before or around a position, and the call around it.
pub(super) struct Cursor<'s> {
    pub(super) source: &'s str,
    /// The position, moved back to the start of a character.
    pub(super) at: usize,
    /// The token that ends at the position or holds it.
    pub(super) token: Option<Token>,
    /// The innermost call whose parentheses hold the position.
    pub(super) call: Option<OpenCall<'s>>,
}

/// A call that is not closed before the position.
pub(super) struct OpenCall<'s> {
    pub(super) name: &'s str,
    /// Commas before the position at this level.
    pub(super) argument: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(source: &'s str, position: usize) -> Self {
        let at = (0..=position.min(source.len())).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0);
        let tokens = tokens(source);
        let token = tokens.iter().find(|token| token.span.start < at && at <= token.span.end).copied();
        Self { source, at, token, call: open_call(source, &tokens, at) }
    }

    /// The text of the token before the position.
    pub(super) fn prefix(&self) -> &'s str {
        let start = self.token.map_or(self.at, |token| token.span.start);
        self.source.get(start..self.at).unwrap_or("")
    }

    /// The function and the parameter the position is an argument of.
    pub(super) fn parameter(&self, functions: &Functions) -> Option<(FunctionRef, usize, Option<Param>)> {
        let call = self.call.as_ref()?;
        let function = functions.get(call.name)?;
        let signature = function.signature();
        let param = signature.param(call.argument, (call.argument + 1).max(signature.fewest()));
        Some((function, call.argument, param))
    }
}

fn open_call<'s>(source: &'s str, tokens: &[Token], at: usize) -> Option<OpenCall<'s>> {
    let mut open: Vec<Option<OpenCall<'s>>> = Vec::new();
    let mut last: Option<&Token> = None;
    for token in tokens.iter().filter(|token| token.is_significant()).take_while(|token| token.span.end <= at)
    {
        match token.kind {
            TokenKind::Open => {
                let name =
                    last.filter(|last| last.kind == TokenKind::Name).map(|last| last.span.text(source));
                open.push(name.map(|name| OpenCall { name, argument: 0 }));
            }
            TokenKind::Close => drop(open.pop()),
            TokenKind::Comma => {
                if let Some(Some(call)) = open.last_mut() {
                    call.argument += 1;
                }
            }
            _ => {}
        }
        last = Some(token);
    }
    open.into_iter().rev().flatten().next()
}
