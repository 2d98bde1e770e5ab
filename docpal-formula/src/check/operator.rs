//! Operators.

use super::Checker;
use crate::diagnostic::{Diagnostic, Span, code};
use crate::node::{ArithmeticOp, CompareOp, Expr, Node};
use crate::syntax::ast::{Ast, BinaryOp, Kind};
use crate::types::Type;

impl Checker<'_> {
    pub(super) fn negate(&mut self, arg: &Ast, span: Span) -> Option<Node> {
        let arg = self.expr(arg)?;
        let arg = self.operand(arg, "-")?;
        let nullable = arg.nullable;
        let node = Node { nullable, ..Node::new(Expr::Negate(Box::new(arg)), Type::Number, span) };
        Some(self.folded(node))
    }

    pub(super) fn not(&mut self, arg: &Ast, span: Span) -> Option<Node> {
        let arg = self.expr(arg)?;
        let arg = self.condition(arg);
        let node = Node::new(Expr::Not(Box::new(arg)), Type::Bool, span).never_null();
        Some(self.folded(node))
    }

    /// A chain of operators: its left side is walked in a loop, so that a long chain needs no deep stack.
    pub(super) fn binary(&mut self, ast: &Ast) -> Option<Node> {
        let mut rights = Vec::new();
        let mut first = ast;
        while let Kind::Binary { op, op_span, left, right } = &first.kind {
            rights.push((*op, *op_span, &**right, first.span));
            first = left;
        }
        let mut left = self.expr(first);
        let (mut more, mut is_told) = (rights.len(), false);
        for (op, op_span, right, span) in rights.into_iter().rev() {
            more -= 1;
            let right = self.expr(right);
            if let (BinaryOp::Add, false, Some(left), Some(right)) = (op, is_told, &left, &right) {
                is_told = self.warn_of_joining(left, op_span, right, more > 0);
            }
            // Both sides are checked before one failure gives the whole up.
            left = match (left, right) {
                (Some(left), Some(right)) => self.join(op, op_span, left, right, span),
                _ => None,
            };
        }
        left
    }

    fn join(&mut self, op: BinaryOp, op_span: Span, left: Node, right: Node, span: Span) -> Option<Node> {
        let is_text = |node: &Node| node.ty == Type::Text;
        match op {
            BinaryOp::Or | BinaryOp::And => Some(self.logic(op, left, right, span)),
            BinaryOp::Concat => self.concat(left, right, span),
            BinaryOp::Add if is_text(&left) || is_text(&right) => self.concat(left, right, span),
            BinaryOp::Add => self.arithmetic(ArithmeticOp::Add, op_span, left, right, span),
            BinaryOp::Subtract => self.arithmetic(ArithmeticOp::Subtract, op_span, left, right, span),
            BinaryOp::Multiply => self.arithmetic(ArithmeticOp::Multiply, op_span, left, right, span),
            BinaryOp::Divide => self.arithmetic(ArithmeticOp::Divide, op_span, left, right, span),
            BinaryOp::Equal => self.compare(CompareOp::Equal, op_span, left, right, span),
            BinaryOp::NotEqual => self.compare(CompareOp::NotEqual, op_span, left, right, span),
            BinaryOp::Less => self.compare(CompareOp::Less, op_span, left, right, span),
            BinaryOp::LessOrEqual => self.compare(CompareOp::LessOrEqual, op_span, left, right, span),
            BinaryOp::Greater => self.compare(CompareOp::Greater, op_span, left, right, span),
            BinaryOp::GreaterOrEqual => self.compare(CompareOp::GreaterOrEqual, op_span, left, right, span),
        }
    }

    /// Says of a `+` that joins, because a side is a text, how to write what is meant; true when it does. `goes_on`
    /// says that other operators follow, which would take the right side of a `&` for theirs.
    fn warn_of_joining(&mut self, left: &Node, op_span: Span, right: &Node, goes_on: bool) -> bool {
        let is_text = |node: &Node| node.ty == Type::Text;
        let side = match (is_text(left), is_text(right)) {
            (false, false) => return false,
            (true, false) => "its left side is a text",
            (false, true) => "its right side is a text",
            (true, true) => "both sides are texts",
        };
        let span = left.span.to(right.span);
        let between = |start, end| Span::new(start, end).text(self.source).trim().is_empty();
        let stands_alone = between(left.span.end, op_span.start) && between(op_span.end, right.span.start);
        let mut fixes = Vec::new();
        // Else parentheses or comments are between the sides, which a fix would lose.
        if stands_alone {
            let [one, other] = [left, right].map(|node| node.span.text(self.source));
            let joined = format!("{one} & {other}");
            fixes.push(if goes_on { format!("({joined})") } else { joined });
            let is_number = |node: &Node| is_text(node) && !matches!(node.expr, Expr::Constant(_));
            if [left, right].into_iter().all(|node| !is_text(node) || is_number(node)) {
                let value =
                    |node, text: &str| if is_text(node) { format!("VALUE({text})") } else { text.to_owned() };
                fixes.push(format!("{} + {}", value(left, one), value(right, other)));
            }
        }
        let found = Diagnostic::new(code::PLUS_JOINS, span, format!("`+` joins here, because {side}"));
        let help = "write & to join texts; to add, read the number of a text: VALUE(text)";
        self.warnings.push(found.help(help).suggest(fixes));
        true
    }

    fn logic(&mut self, op: BinaryOp, left: Node, right: Node, span: Span) -> Node {
        let right = self.condition(right);
        let (mut parts, make): (_, fn(Vec<Node>) -> Expr) = match (op, left.expr) {
            (BinaryOp::And, Expr::And(parts)) => (parts, Expr::And),
            (BinaryOp::Or, Expr::Or(parts)) => (parts, Expr::Or),
            (_, expr) => {
                let left = self.condition(Node { expr, ..left });
                (vec![left], if op == BinaryOp::And { Expr::And } else { Expr::Or })
            }
        };
        parts.push(right);
        self.folded(Node::new(make(parts), Type::Bool, span).never_null())
    }

    fn concat(&mut self, left: Node, right: Node, span: Span) -> Option<Node> {
        let right = self.text_of(right);
        let mut parts = match left.expr {
            Expr::Concat(parts) => parts,
            expr => vec![self.text_of(Node { expr, ..left })?],
        };
        parts.push(right?);
        Some(self.folded(Node::new(Expr::Concat(parts), Type::Text, span).never_null()))
    }

    fn arithmetic(
        &mut self,
        op: ArithmeticOp,
        op_span: Span,
        left: Node,
        right: Node,
        span: Span,
    ) -> Option<Node> {
        if left.ty.is_temporal() || right.ty.is_temporal() {
            self.date_arithmetic(op, op_span, &left.ty, &right.ty);
            return None;
        }
        let symbol = match op {
            ArithmeticOp::Add => "+",
            ArithmeticOp::Subtract => "-",
            ArithmeticOp::Multiply => "*",
            ArithmeticOp::Divide => "/",
        };
        let (left, right) = (self.operand(left, symbol), self.operand(right, symbol));
        let (left, right) = (left?, right?);
        let is_plain = op != ArithmeticOp::Divide && is_plain(&left) && is_plain(&right);
        let expr = Expr::Arithmetic(op, Box::new(left), Box::new(right));
        Some(self.folded(Node { is_plain, ..Node::new(expr, Type::Number, span).never_null() }))
    }

    fn date_arithmetic(&mut self, op: ArithmeticOp, at: Span, left: &Type, right: &Type) {
        let message = format!("{} and {} cannot be added or subtracted", left.phrase(), right.phrase());
        let help = match op {
            ArithmeticOp::Subtract if left.is_temporal() && right.is_temporal() => {
                "use DATETIME_DIFF(a, b, \"days\") for the time between two dates"
            }
            _ => "use DATEADD(date, count, \"days\") to move a date",
        };
        self.found.push(Diagnostic::new(code::TYPE_MISMATCH, at, message).help(help));
    }

    fn compare(&mut self, op: CompareOp, op_span: Span, left: Node, right: Node, span: Span) -> Option<Node> {
        let (left, right) = self.comparable(left, right, op_span)?;
        let expr = Expr::Compare(op, Box::new(left), Box::new(right));
        Some(self.folded(Node::new(expr, Type::Bool, span).never_null()))
    }

    /// Both sides as one type that can be compared.
    pub(super) fn comparable(&mut self, left: Node, right: Node, at: Span) -> Option<(Node, Node)> {
        let (left, right) = self.read_dates(left, right)?;
        let has_list = |node: &Node| matches!(node.ty, Type::List(_) | Type::Json);
        if has_list(&left) || has_list(&right) {
            let ty = if has_list(&left) { &left.ty } else { &right.ty };
            let help = match ty {
                Type::Json => "compare a part of it: JSON_TEXT or JSON_NUMBER",
                _ => "use INCLUDES(list, value), or compare FIRST(list) or ARRAYJOIN(list)",
            };
            let message = format!("{} cannot be compared", ty.phrase());
            self.found.push(Diagnostic::new(code::TYPE_MISMATCH, at, message).help(help));
            return None;
        }
        match (&left.ty, &right.ty) {
            (a, b) if a == b => Some((left, right)),
            (Type::Null, _) | (_, Type::Null) => Some((left, right)),
            (Type::Date, Type::DateTime) => Some((self.datetime_of(left), right)),
            (Type::DateTime, Type::Date) => {
                let right = self.datetime_of(right);
                Some((left, right))
            }
            (a, b) => {
                let message = format!("{} cannot be compared with {}", a.phrase(), b.phrase());
                let mut found = Diagnostic::new(code::TYPE_MISMATCH, at, message);
                if matches!((a, b), (Type::Text, Type::Number) | (Type::Number, Type::Text)) {
                    found =
                        found.help("VALUE(text) reads a number from text; number & \"\" makes text of it");
                }
                self.found.push(found);
                None
            }
        }
    }

    /// A text literal beside a date is read as one.
    fn read_dates(&mut self, left: Node, right: Node) -> Option<(Node, Node)> {
        if left.ty.is_temporal() && right.ty == Type::Text {
            return Some((left, self.date_literal(right)?));
        }
        if right.ty.is_temporal() && left.ty == Type::Text {
            return Some((self.date_literal(left)?, right));
        }
        Some((left, right))
    }
}

/// Whether a number needs no more than `+ - *` on slots and constants.
fn is_plain(node: &Node) -> bool {
    matches!(node.expr, Expr::Slot(_) | Expr::Constant(_)) || node.is_plain
}
