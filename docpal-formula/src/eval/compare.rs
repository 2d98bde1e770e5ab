//! Comparison of two values of one type.

use std::cmp::Ordering;

use super::Evaluator;
use crate::error::EvalError;
use crate::node::{CompareOp, Node};
use crate::number::small::Small;
use crate::types::Type;
use crate::value::{Value, wrong_type};

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn compare(&self, op: CompareOp, left: &'a Node, right: &'a Node) -> Result<bool, EvalError> {
        match if left.ty == Type::Null { &right.ty } else { &left.ty } {
            Type::Number => self.compare_numbers(op, left, right),
            Type::Text => self.compare_texts(op, left, right),
            _ => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                compare_values(op, &left, &right)
            }
        }
    }

    fn compare_numbers(&self, op: CompareOp, left: &'a Node, right: &'a Node) -> Result<bool, EvalError> {
        // Small numbers first; what is null or does not fit is asked for again, slots and plain parts only.
        if let Some(left) = self.small(left, None)
            && let Some(right) = self.small(right, None)
            && let Some(ordering) = left.compared(right)
        {
            return Ok(ordered(op, ordering));
        }
        let (left, right) = (self.number(left)?, self.number(right)?);
        let small = left.and_then(Small::of).zip(right.and_then(Small::of));
        Ok(match small.and_then(|(left, right)| left.compared(right)) {
            Some(ordering) => ordered(op, ordering),
            None => holds(op, left, right),
        })
    }

    /// Null equals the empty text; an ordering with null is false.
    fn compare_texts(&self, op: CompareOp, left: &'a Node, right: &'a Node) -> Result<bool, EvalError> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let has_null = matches!(left, Value::Null) || matches!(right, Value::Null);
        let (left, right) = (left.into_text(), right.into_text());
        Ok(match op {
            CompareOp::Equal => left == right,
            CompareOp::NotEqual => left != right,
            _ if has_null => false,
            _ => ordered(op, left.cmp(&right)),
        })
    }
}

/// Two values of one type, or one of them null.
fn compare_values(op: CompareOp, left: &Value<'_>, right: &Value<'_>) -> Result<bool, EvalError> {
    match (left, right) {
        (Value::Null, Value::Null) => Ok(holds::<()>(op, None, None)),
        (Value::Null, _) | (_, Value::Null) => Ok(op == CompareOp::NotEqual),
        (Value::Bool(left), Value::Bool(right)) => Ok(ordered(op, left.cmp(right))),
        (Value::Date(left), Value::Date(right)) => Ok(ordered(op, left.cmp(right))),
        (Value::DateTime(left), Value::DateTime(right)) => Ok(ordered(op, left.cmp(right))),
        (left, right) => Err(wrong_type(&left.ty().to_string(), right)),
    }
}

/// Null equals null and nothing else; an ordering with null is false.
fn holds<T: Ord>(op: CompareOp, left: Option<T>, right: Option<T>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => ordered(op, left.cmp(&right)),
        (None, None) => op == CompareOp::Equal,
        _ => op == CompareOp::NotEqual,
    }
}

fn ordered(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Equal => ordering.is_eq(),
        CompareOp::NotEqual => ordering.is_ne(),
        CompareOp::Less => ordering.is_lt(),
        CompareOp::LessOrEqual => ordering.is_le(),
        CompareOp::Greater => ordering.is_gt(),
        CompareOp::GreaterOrEqual => ordering.is_ge(),
    }
}
