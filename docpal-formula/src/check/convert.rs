//! Conversions, always explicit in the tree.

use super::Checker;
use crate::diagnostic::{Diagnostic, code};
use crate::node::{Coercion, Expr, Node};
use crate::temporal;
use crate::types::Type;
use crate::value::Value;

/// `node` under a conversion to `ty`.
pub(super) fn coerce(coercion: Coercion, ty: Type, node: Node) -> Node {
    let (span, nullable, zone) = (node.span, node.nullable, node.zone);
    Node { nullable, zone, ..Node::new(Expr::Coerce(coercion, Box::new(node)), ty, span) }
}

/// What to write when a `found` stands where a `wanted` is needed.
pub(super) fn advice(wanted: &Type, found: &Type) -> Option<&'static str> {
    match (wanted, found) {
        (Type::Number, Type::Text) => Some("VALUE(text) reads a number from text"),
        (Type::Number, Type::Bool) => Some("NUMBER(condition) or IF(condition, 1, 0) makes a number of it"),
        (Type::Number, Type::List(_)) => Some("use SUM(list), COUNT(list), FIRST(list) or AT(list, 1)"),
        (Type::Number, Type::Date | Type::DateTime) => Some("use DATETIME_DIFF, YEAR, MONTH or DAY"),
        (Type::Text, Type::Number | Type::Bool) => {
            Some("value & \"\" makes text of it; TEXT formats a number")
        }
        (Type::Text, Type::Date | Type::DateTime) => Some("use DATETIME_FORMAT(date, \"YYYY-MM-DD\")"),
        (Type::Text, Type::List(_)) => Some("use ARRAYJOIN(list) or FIRST(list)"),
        (Type::Text, Type::Json) => Some("use JSON_TEXT(json, path)"),
        (Type::Number, Type::Json) => Some("use JSON_NUMBER(json, path)"),
        (Type::Date | Type::DateTime, Type::Text) => Some("DATETIME_PARSE(text) reads a date from text"),
        (Type::Date | Type::DateTime, Type::List(_)) => Some("use FIRST(list) or AT(list, 1)"),
        _ => None,
    }
}

impl Checker<'_> {
    /// A number for the operator `symbol`.
    pub(super) fn operand(&mut self, node: Node, symbol: &str) -> Option<Node> {
        if matches!(node.ty, Type::Number | Type::Null) {
            return Some(node);
        }
        let message = format!("`{symbol}` takes numbers, not {}", node.ty.phrase());
        self.mismatch(&node, message, &Type::Number);
        None
    }

    pub(super) fn mismatch(&mut self, node: &Node, message: String, wanted: &Type) {
        let mut found = Diagnostic::new(code::TYPE_MISMATCH, node.span, message);
        found.help = advice(wanted, &node.ty).map(str::to_owned);
        self.found.push(found);
    }

    /// Anything as a truth.
    pub(super) fn condition(&mut self, node: Node) -> Node {
        if node.ty == Type::Bool {
            return node;
        }
        let node = coerce(Coercion::Truthy, Type::Bool, node).never_null();
        self.folded(node)
    }

    /// Anything but JSON in its text form.
    pub(super) fn text_of(&mut self, node: Node) -> Option<Node> {
        match node.ty {
            Type::Text | Type::Null => Some(node),
            Type::Json => {
                self.mismatch(&node, "JSON has no text form of its own".to_owned(), &Type::Text);
                None
            }
            _ => {
                let node = coerce(Coercion::ToText, Type::Text, node);
                Some(self.folded(node))
            }
        }
    }

    /// A date as the instant of its midnight.
    pub(super) fn datetime_of(&mut self, node: Node) -> Node {
        coerce(Coercion::DateToDateTime, Type::DateTime, node)
    }

    /// A text literal in the place of a date.
    pub(super) fn date_literal(&mut self, node: Node) -> Option<Node> {
        let Some(text) = node.as_constant().and_then(Value::as_text) else {
            self.mismatch(&node, "a date is needed here, not text".to_owned(), &Type::Date);
            return None;
        };
        if let Some(date) = temporal::iso::iso_date(text) {
            return Some(Node::constant(Value::Date(date), Type::Date, node.span));
        }
        if let Some(instant) = temporal::parse_instant(text) {
            return Some(Node::constant(Value::DateTime(instant), Type::DateTime, node.span));
        }
        let found = Diagnostic::new(code::INVALID_DATE, node.span, format!("`{text}` is not a date"));
        self.found.push(found.help("write \"2024-12-31\" or \"2024-12-31T23:59:00Z\""));
        None
    }
}
