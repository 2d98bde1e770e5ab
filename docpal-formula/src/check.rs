//! From the syntax tree to a program: names resolved, types checked, conversions made explicit, constants folded.

mod call;
mod convert;
mod fold;
mod literal;
mod operator;
#[cfg(test)]
mod tests;
mod unify;

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Errors, Span, code};
use crate::fields::{FieldRef, FieldTypes};
use crate::functions::{Functions, Volatility};
use crate::limits::Limits;
use crate::nearest::{SUGGESTED, nearest};
use crate::node::{Expr, Node};
use crate::program::Program;
use crate::slot::{Slot, SlotSource};
use crate::syntax::ast::{Ast, Kind, UnaryOp};
use crate::syntax::escape::escape_field;
use crate::types::Type;
use crate::value::Value;

/// Checks a whole formula.
pub(crate) fn check(
    ast: &Ast,
    source: &Arc<str>,
    limits: &Limits,
    fields: &dyn FieldTypes,
    functions: &Functions,
) -> Result<Program, Errors> {
    let mut checker = Checker {
        limits,
        fields,
        functions,
        names: None,
        slots: Vec::new(),
        slot_of: HashMap::new(),
        is_volatile: false,
        found: Vec::new(),
        warnings: Vec::new(),
        source,
    };
    let root = checker.expr(ast);
    Errors::check(source, checker.found)?;
    match root {
        Some(root) => Ok(Program::new(root, checker.slots, checker.is_volatile, checker.warnings)),
        None => Err(Errors::one(source, Diagnostic::new(code::SYNTAX, ast.span, "the formula has no type"))),
    }
}

/// The finding for a name that `names` lacks.
pub(crate) fn unknown_field(ast: &Ast, name: &str, names: &[String]) -> Diagnostic {
    let found =
        Diagnostic::new(code::UNKNOWN_FIELD, ast.span, format!("there is no field {}", escape_field(name)));
    let near: Vec<String> =
        nearest(name, names.iter().map(String::as_str)).into_iter().map(escape_field).collect();
    match near.first() {
        Some(best) => found.help(format!("did you mean {best}?")).suggest(near),
        None => found,
    }
}

/// The state of one check. A method that returns `None` has reported why.
struct Checker<'c> {
    limits: &'c Limits,
    fields: &'c dyn FieldTypes,
    functions: &'c Functions,
    /// The fields' names, asked for at the first unknown one.
    names: Option<Vec<String>>,
    slots: Vec<Slot>,
    slot_of: HashMap<SlotSource, usize>,
    is_volatile: bool,
    found: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    /// For pieces of it that a fix takes over.
    source: &'c str,
}

impl Checker<'_> {
    fn expr(&mut self, ast: &Ast) -> Option<Node> {
        let span = ast.span;
        match &ast.kind {
            Kind::Number(number) => Some(Node::constant(Value::Number(*number), Type::Number, span)),
            Kind::Text(text) => Some(Node::constant(Value::from(text.clone()), Type::Text, span)),
            Kind::Bool(flag) => Some(Node::constant(Value::Bool(*flag), Type::Bool, span)),
            Kind::Null => Some(Node::constant(Value::Null, Type::Null, span)),
            Kind::Field(name) => self.field(ast, name),
            Kind::Call { name, name_span, args } => self.call(name, *name_span, args, span),
            Kind::Unary { op: UnaryOp::Negate, arg } => self.negate(arg, span),
            Kind::Unary { op: UnaryOp::Not, arg } => self.not(arg, span),
            Kind::Binary { .. } => self.binary(ast),
        }
    }

    fn field(&mut self, ast: &Ast, name: &str) -> Option<Node> {
        let field = self.field_ref(ast, name)?;
        Some(self.slot(
            Slot {
                source: SlotSource::Field(field.key().to_owned()),
                ty: field.ty().clone(),
                nullable: field.is_nullable(),
                scale: field.scale(),
            },
            ast.span,
        ))
    }

    fn field_ref(&mut self, ast: &Ast, name: &str) -> Option<FieldRef> {
        let field = self.fields.field(name);
        if field.is_none() {
            let names = self.names.get_or_insert_with(|| self.fields.names());
            let names = if self.found.len() < SUGGESTED { names.as_slice() } else { &[] };
            self.found.push(unknown_field(ast, name, names));
        }
        field
    }

    /// The node that reads a slot; equal sources share one.
    fn slot(&mut self, slot: Slot, span: Span) -> Node {
        let (ty, nullable) = (slot.ty.clone(), slot.nullable);
        let next = self.slots.len();
        let index = *self.slot_of.entry(slot.source.clone()).or_insert(next);
        if index == next {
            self.slots.push(slot);
        }
        Node { nullable, ..Node::new(Expr::Slot(index), ty, span) }
    }

    fn note_volatility(&mut self, volatility: Volatility) {
        self.is_volatile |= volatility == Volatility::Volatile;
    }
}
