//! Constants computed once, at the check.

use chrono::DateTime;

use super::Checker;
use crate::context::Context;
use crate::eval::Evaluator;
use crate::functions::Volatility;
use crate::limits::Limits;
use crate::node::{Coercion, Expr, Node};
use crate::value::Value;

/// Longer texts stay uncomputed: a program should not be much larger than its source.
const LONGEST: usize = 1024;

impl Checker<'_> {
    /// The constant `node` always is, or `node`. An error stays where it is, to be seen when the row is evaluated.
    pub(super) fn folded(&self, node: Node) -> Node {
        if node.zone.is_some() || !is_constant(&node.expr) {
            return node;
        }
        let limits = Limits { text_bytes: LONGEST, list_items: 0, fuel: 10_000, ..*self.limits };
        let context = Context::new(DateTime::UNIX_EPOCH).with_limits(limits);
        let value = Evaluator::new(&(), &context).value(&node).map(Value::into_owned);
        match value {
            Ok(Value::List(_)) | Err(_) => node,
            Ok(value) => Node::constant(value, node.ty, node.span),
        }
    }
}

/// Whether all operands are constants and the operation depends on nothing else.
fn is_constant(expr: &Expr) -> bool {
    let constant = |node: &Node| matches!(node.expr, Expr::Constant(_));
    match expr {
        Expr::Constant(_) | Expr::Slot(_) | Expr::Coerce(Coercion::DateToDateTime | Coercion::ToList, _) => {
            false
        }
        Expr::Coerce(_, arg) | Expr::Negate(arg) | Expr::Not(arg) => constant(arg),
        Expr::Arithmetic(_, left, right) | Expr::Compare(_, left, right) => constant(left) && constant(right),
        Expr::And(parts) | Expr::Or(parts) | Expr::Concat(parts) => parts.iter().all(constant),
        Expr::Call(call) => {
            call.function.is_standard()
                && call.function.volatility() == Volatility::Immutable
                && call.args.iter().all(constant)
        }
    }
}
