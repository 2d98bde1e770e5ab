//! Arithmetic on columns of decimals that fit two machine words.
//!
//! Numbers are unpacked once per column and packed once per result. What does not fit is left to whole decimals.

use std::ops::Range;

use rust_decimal::Decimal;

use super::Column;
use crate::node::{ArithmeticOp, Expr, Node};
use crate::number::small::Small;
use crate::value::Value;

/// One side of an operation for the rows of a chunk.
enum SmallOperand {
    Constant(Small),
    Column(Vec<Small>),
}

/// Adds the results of a chunk to `values`; false when a number, a result or the form of the program does not fit.
pub(super) fn eval(
    root: &Node,
    rows: Range<usize>,
    columns: &[Column<'_>],
    values: &mut Vec<Option<Decimal>>,
) -> bool {
    // A lone column may be blank; under an operator a blank is 0.
    if !root.is_plain {
        return false;
    }
    match chunk(root, rows.clone(), columns) {
        Some(SmallOperand::Column(column)) => values.extend(column.iter().map(|small| Some(small.decimal()))),
        Some(SmallOperand::Constant(small)) => values.extend(rows.map(|_| Some(small.decimal()))),
        None => return false,
    }
    true
}

fn chunk(node: &Node, rows: Range<usize>, columns: &[Column<'_>]) -> Option<SmallOperand> {
    match &node.expr {
        Expr::Slot(slot) => match columns.get(*slot)? {
            Column::Numbers(numbers) => column(numbers.get(rows)?.iter(), unpacked),
            Column::Fixed { values, scale, .. } => {
                column(values.get(rows)?.iter(), |value| Small::new(*value, *scale))
            }
            _ => None,
        },
        Expr::Constant(Value::Number(number)) => Small::of(*number).map(SmallOperand::Constant),
        Expr::Constant(Value::Null) => Some(SmallOperand::Constant(Small::ZERO)),
        Expr::Arithmetic(op, left, right) => {
            let (left, right) = (chunk(left, rows.clone(), columns)?, chunk(right, rows, columns)?);
            // One loop per operator, so that the operator is no branch inside of it.
            match op {
                ArithmeticOp::Add => join(left, right, Small::plus),
                ArithmeticOp::Subtract => join(left, right, Small::minus),
                ArithmeticOp::Multiply => join(left, right, Small::times),
                ArithmeticOp::Divide => None,
            }
        }
        _ => None,
    }
}

/// Null counts as 0.
#[inline]
fn unpacked(number: &Option<Decimal>) -> Option<Small> {
    number.as_ref().map_or(Some(Small::ZERO), |number| Small::of(*number))
}

/// A column of results, unless one of them is nothing.
#[inline]
fn column<T>(items: impl Iterator<Item = T>, small: impl Fn(T) -> Option<Small>) -> Option<SmallOperand> {
    let mut all_fit = true;
    // The flag is only collected, so that the loop does not end early and its length is known.
    let column = items
        .map(|item| {
            small(item).unwrap_or_else(|| {
                all_fit = false;
                Small::ZERO
            })
        })
        .collect();
    all_fit.then_some(SmallOperand::Column(column))
}

#[inline]
fn join(
    left: SmallOperand,
    right: SmallOperand,
    op: impl Fn(Small, Small) -> Option<Small>,
) -> Option<SmallOperand> {
    match (left, right) {
        (SmallOperand::Constant(left), SmallOperand::Constant(right)) => {
            op(left, right).map(SmallOperand::Constant)
        }
        (SmallOperand::Column(left), SmallOperand::Constant(right)) => {
            column(left.into_iter(), |left| op(left, right))
        }
        (SmallOperand::Constant(left), SmallOperand::Column(right)) => {
            column(right.into_iter(), |right| op(left, right))
        }
        (SmallOperand::Column(left), SmallOperand::Column(right)) => {
            column(left.into_iter().zip(right), |(left, right)| op(left, right))
        }
    }
}
