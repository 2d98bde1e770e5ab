//! The grammar's pairs made into the syntax tree.

use std::sync::Arc;

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};
use rust_decimal::Decimal;

use super::ast::{Ast, BinaryOp, Kind, UnaryOp};
use super::escape::{unescape_field, unescape_text};
use crate::diagnostic::{Diagnostic, Errors, Span, code};
use crate::number::read::exact_number;
use grammar::{Grammar, Rule};

mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "syntax/formula.pest"]
    pub(super) struct Grammar;
}

/// Parses a source that passed the scan.
pub(super) fn parse(source: &Arc<str>) -> Result<Ast, Errors> {
    let failed =
        |span| Errors::one(source, Diagnostic::new(code::SYNTAX, span, "the formula cannot be read here"));
    let mut pairs = Grammar::parse(Rule::formula, source).map_err(|error| {
        let at = match error.location {
            pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
        };
        failed(Span::new(at, at))
    })?;
    pairs.next().and_then(|pair| expr(pair.into_inner())).ok_or_else(|| failed(Span::new(0, source.len())))
}

/// Operands and operators in source order, made into a tree by the operators' strengths.
///
/// `None` would mean pairs the grammar cannot make.
fn expr(pairs: Pairs<'_, Rule>) -> Option<Ast> {
    let mut operands = Vec::new();
    let mut operators: Vec<(BinaryOp, Span)> = Vec::new();
    let mut signs = Vec::new();
    for pair in pairs {
        match pair.as_rule() {
            Rule::prefix => {
                signs.push((if pair.as_str() == "-" { UnaryOp::Negate } else { UnaryOp::Not }, span(&pair)))
            }
            Rule::infix => {
                let op = BinaryOp::of(pair.as_str())?;
                while let Some(top) = operators.pop_if(|(top, _)| top.strength() >= op.strength()) {
                    join(&mut operands, top)?;
                }
                operators.push((op, span(&pair)));
            }
            _ => {
                let mut ast = primary(pair)?;
                while let Some((op, at)) = signs.pop() {
                    let span = at.to(ast.span);
                    ast = Ast { kind: Kind::Unary { op, arg: Box::new(ast) }, span };
                }
                operands.push(ast);
            }
        }
    }
    while let Some(top) = operators.pop() {
        join(&mut operands, top)?;
    }
    operands.pop()
}

/// Makes the last two operands one.
fn join(operands: &mut Vec<Ast>, (op, op_span): (BinaryOp, Span)) -> Option<()> {
    let (right, left) = (operands.pop()?, operands.pop()?);
    let span = left.span.to(right.span);
    let kind = Kind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) };
    operands.push(Ast { kind, span });
    Some(())
}

fn primary(pair: Pair<'_, Rule>) -> Option<Ast> {
    let (span, text) = (span(&pair), pair.as_str());
    let body = || text.get(1..text.len() - 1);
    let kind = match pair.as_rule() {
        Rule::number => Kind::Number(number(text)?),
        Rule::text => Kind::Text(unescape_text(body()?).ok()?.into_owned()),
        Rule::field => Kind::Field(unescape_field(body()?)),
        Rule::word => word(text),
        Rule::call => call(pair)?,
        Rule::group => return group(pair),
        _ => return None,
    };
    Some(Ast { kind, span })
}

/// What is in parentheses; operators take the parentheses into their span, so that an underline looks whole.
fn group(pair: Pair<'_, Rule>) -> Option<Ast> {
    let outer = span(&pair);
    let inner = expr(pair.into_inner().next()?.into_inner())?;
    let span = if matches!(inner.kind, Kind::Binary { .. }) { outer } else { inner.span };
    Some(Ast { span, ..inner })
}

fn word(text: &str) -> Kind {
    match text.to_ascii_uppercase().as_str() {
        "TRUE" => Kind::Bool(true),
        "FALSE" => Kind::Bool(false),
        "NULL" => Kind::Null,
        _ => Kind::Field(text.to_owned()),
    }
}

fn call(pair: Pair<'_, Rule>) -> Option<Kind> {
    let mut inner = pair.into_inner();
    let name = inner.next()?;
    let args = inner.map(|arg| expr(arg.into_inner())).collect::<Option<Vec<_>>>()?;
    Some(Kind::Call { name: name.as_str().to_owned(), name_span: span(&name), args })
}

/// The value of a number literal; `None` when 28 digits cannot hold it.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let (digits, percent) = match text.strip_suffix('%') {
        Some(digits) => (digits, 2),
        None => (text, 0),
    };
    let mut number = exact_number(digits).ok()?;
    number.set_scale(number.scale() + percent).ok()?;
    Some(number)
}

fn span(pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span::new(span.start(), span.end())
}
