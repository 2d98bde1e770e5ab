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
enum Operand {
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
        Some(Operand::Column(column)) => values.extend(column.iter().map(|small| Some(small.decimal()))),
        Some(Operand::Constant(small)) => values.extend(rows.map(|_| Some(small.decimal()))),
        None => return false,
    }
    true
}

fn chunk(node: &Node, rows: Range<usize>, columns: &[Column<'_>]) -> Option<Operand> {
    match &node.expr {
        Expr::Slot(slot) => match columns.get(*slot)? {
            Column::Numbers(numbers) => column(numbers.get(rows)?.iter(), unpacked),
            Column::Fixed { values, scale, .. } => {
                column(values.get(rows)?.iter(), |value| Small::new(*value, *scale))
            }
            _ => None,
        },
        Expr::Constant(Value::Number(number)) => Small::of(*number).map(Operand::Constant),
        Expr::Constant(Value::Null) => Some(Operand::Constant(Small::ZERO)),
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
fn column<T>(items: impl Iterator<Item = T>, small: impl Fn(T) -> Option<Small>) -> Option<Operand> {
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
    all_fit.then_some(Operand::Column(column))
}

#[inline]
fn join(left: Operand, right: Operand, op: impl Fn(Small, Small) -> Option<Small>) -> Option<Operand> {
    match (left, right) {
        (Operand::Constant(left), Operand::Constant(right)) => op(left, right).map(Operand::Constant),
        (Operand::Column(left), Operand::Constant(right)) => column(left.into_iter(), |left| op(left, right)),
        (Operand::Constant(left), Operand::Column(right)) => {
            column(right.into_iter(), |right| op(left, right))
        }
        (Operand::Column(left), Operand::Column(right)) => {
            column(left.into_iter().zip(right), |(left, right)| op(left, right))
        }
    }
}
