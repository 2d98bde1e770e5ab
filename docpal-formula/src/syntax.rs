//! From source text to a spanned syntax tree and back.

pub(crate) mod ast;
pub(crate) mod escape;
pub(crate) mod lexer;
mod parse;
pub(crate) mod print;
mod scan;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::diagnostic::Errors;
use crate::limits::Limits;
use ast::Ast;

/// Parses `source`: bounds and brackets are checked before the grammar sees it.
pub(crate) fn parse(source: &Arc<str>, limits: &Limits) -> Result<Ast, Errors> {
    scan::check(source, limits)?;
    let ast = parse::parse(source)?;
    ast::check_height(&ast, limits.height).map_err(|found| Errors::one(source, found))?;
    Ok(ast)
}
