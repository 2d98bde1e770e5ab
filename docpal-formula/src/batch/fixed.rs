//! Arithmetic on scaled 64-bit integers.
//!
//! An integer of 64 bits has at most 19 digits, so by the number rule no sum or product that fits is ever
//! rounded. What does not fit, and division, is left to decimals.

use std::borrow::Cow;
use std::ops::Range;

use super::{Batch, CHUNK, Column};
use crate::node::{ArithmeticOp, Expr, Node};
use crate::value::Value;

/// Most fraction digits of an intermediate result.
const MOST_SCALE: u32 = 18;

/// The whole batch, or nothing when a value or the form of the program does not fit.
pub(super) fn eval(root: &Node, rows: usize, columns: &[Column<'_>]) -> Option<Batch> {
    // A lone column may be blank; under an operator a blank is 0, which is what its place holds.
    if !matches!(root.expr, Expr::Arithmetic(..)) {
        return None;
    }
    let scale = scale(root, columns)?;
    let mut values = Vec::with_capacity(rows);
    let mut start = 0;
    while start < rows {
        let end = rows.min(start + CHUNK);
        match chunk(root, start..end, columns)? {
            FixedOperand::Column(column) => values.extend_from_slice(&column),
            FixedOperand::Constant(constant) => values.extend(std::iter::repeat_n(constant, end - start)),
        }
        start = end;
    }
    Some(Batch::Fixed { values, scale })
}

/// The scale of a part's values.
fn scale(node: &Node, columns: &[Column<'_>]) -> Option<u32> {
    let scale = match &node.expr {
        Expr::Constant(Value::Number(number)) => number.normalize().scale(),
        Expr::Constant(Value::Null) => 0,
        Expr::Slot(slot) => match columns.get(*slot)? {
            Column::Fixed { scale, .. } => *scale,
            _ => return None,
        },
        Expr::Negate(arg) => scale(arg, columns)?,
        Expr::Arithmetic(ArithmeticOp::Multiply, left, right) => {
            scale(left, columns)? + scale(right, columns)?
        }
        Expr::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract, left, right) => {
            scale(left, columns)?.max(scale(right, columns)?)
        }
        _ => return None,
    };
    (scale <= MOST_SCALE).then_some(scale)
}

/// One side of an operation for the rows of a chunk.
enum FixedOperand<'a> {
    Constant(i64),
    Column(Cow<'a, [i64]>),
}

fn chunk<'a>(node: &Node, rows: Range<usize>, columns: &[Column<'a>]) -> Option<FixedOperand<'a>> {
    match &node.expr {
        Expr::Constant(Value::Number(number)) => {
            i64::try_from(number.normalize().mantissa()).ok().map(FixedOperand::Constant)
        }
        Expr::Constant(_) => Some(FixedOperand::Constant(0)),
        Expr::Slot(slot) => match columns.get(*slot)? {
            Column::Fixed { values, .. } => {
                values.get(rows).map(|values| FixedOperand::Column(Cow::Borrowed(values)))
            }
            _ => None,
        },
        Expr::Negate(arg) => {
            join(FixedOperand::Constant(0), chunk(arg, rows, columns)?, i64::overflowing_sub)
        }
        Expr::Arithmetic(op, left, right) => {
            let (left_scale, right_scale) = (scale(left, columns)?, scale(right, columns)?);
            let (left, right) = (chunk(left, rows.clone(), columns)?, chunk(right, rows, columns)?);
            if *op == ArithmeticOp::Multiply {
                return join(left, right, i64::overflowing_mul);
            }
            let left = scaled(left, right_scale.saturating_sub(left_scale))?;
            let right = scaled(right, left_scale.saturating_sub(right_scale))?;
            let add = *op == ArithmeticOp::Add;
            if add {
                join(left, right, i64::overflowing_add)
            } else {
                join(left, right, i64::overflowing_sub)
            }
        }
        _ => None,
    }
}

/// `operand * 10^digits`.
fn scaled(operand: FixedOperand<'_>, digits: u32) -> Option<FixedOperand<'_>> {
    match digits {
        0 => Some(operand),
        _ => join(operand, FixedOperand::Constant(10i64.checked_pow(digits)?), i64::overflowing_mul),
    }
}

/// One operation over the chunk; nothing when a single row overflows.
#[inline]
fn join<'a>(
    left: FixedOperand<'a>,
    right: FixedOperand<'a>,
    op: impl Fn(i64, i64) -> (i64, bool),
) -> Option<FixedOperand<'a>> {
    let mut overflow = false;
    // The flag is only collected, so that the loop has no branch.
    let mut apply = |left: i64, right: i64| {
        let (value, over) = op(left, right);
        overflow |= over;
        value
    };
    let joined = match (left, right) {
        (FixedOperand::Constant(left), FixedOperand::Constant(right)) => {
            FixedOperand::Constant(apply(left, right))
        }
        (FixedOperand::Column(left), FixedOperand::Constant(right)) => {
            FixedOperand::Column(left.iter().map(|left| apply(*left, right)).collect())
        }
        (FixedOperand::Constant(left), FixedOperand::Column(right)) => {
            FixedOperand::Column(right.iter().map(|right| apply(left, *right)).collect())
        }
        (FixedOperand::Column(left), FixedOperand::Column(right)) => FixedOperand::Column(
            left.iter().zip(right.iter()).map(|(left, right)| apply(*left, *right)).collect(),
        ),
    };
    (!overflow).then_some(joined)
}
