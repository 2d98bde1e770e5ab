//! Arithmetic on columns of decimals.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use rust_decimal::Decimal;

use super::{Batch, CHUNK, Column};
use crate::error::EvalError;
use crate::eval::arithmetic;
use crate::number;
use crate::program::{ArithmeticOp, Expr, Node};
use crate::value::Value;

/// The whole batch of a part that is arithmetic over number columns.
pub(super) fn eval(root: &Node, rows: usize, columns: &[Column<'_>]) -> Batch {
    let mut errors = BTreeMap::new();
    let mut values = Vec::with_capacity(rows);
    let mut start = 0;
    while start < rows {
        let end = rows.min(start + CHUNK);
        match chunk(root, start..end, columns, &mut errors) {
            Operand::Column(column) => values.extend_from_slice(&column),
            Operand::Constant(constant) => values.extend(std::iter::repeat_n(constant, end - start)),
        }
        start = end;
    }
    Batch::Numbers { values, errors: errors.into_iter().collect() }
}

/// One side of an operation for the rows of a chunk.
enum Operand<'a> {
    Constant(Option<Decimal>),
    Column(Cow<'a, [Option<Decimal>]>),
}

/// The first error of each row; the left side of an operation is computed before the right.
type Errors = BTreeMap<usize, EvalError>;

fn chunk<'a>(node: &Node, rows: Range<usize>, columns: &[Column<'a>], errors: &mut Errors) -> Operand<'a> {
    match &node.expr {
        Expr::Slot(slot) => match columns.get(*slot) {
            Some(Column::Numbers(numbers)) => {
                Operand::Column(Cow::Borrowed(numbers.get(rows).unwrap_or(&[])))
            }
            Some(column) => Operand::Column(
                rows.map(|row| column.get(row).ok().and_then(|value| value.as_number()))
                    .collect::<Vec<_>>()
                    .into(),
            ),
            None => Operand::Constant(None),
        },
        Expr::Negate(arg) => match chunk(arg, rows, columns, errors) {
            Operand::Constant(constant) => Operand::Constant(constant.map(number::neg)),
            Operand::Column(column) => {
                Operand::Column(column.iter().map(|value| value.map(number::neg)).collect())
            }
        },
        Expr::Arithmetic(op, left, right) => {
            let left = chunk(left, rows.clone(), columns, errors);
            let right = chunk(right, rows.clone(), columns, errors);
            // One loop per operator, so that the operator is no branch inside of it.
            match op {
                ArithmeticOp::Add => {
                    join(left, right, rows, errors, |a, b| arithmetic(ArithmeticOp::Add, a, b))
                }
                ArithmeticOp::Subtract => {
                    join(left, right, rows, errors, |a, b| arithmetic(ArithmeticOp::Subtract, a, b))
                }
                ArithmeticOp::Multiply => {
                    join(left, right, rows, errors, |a, b| arithmetic(ArithmeticOp::Multiply, a, b))
                }
                ArithmeticOp::Divide => {
                    join(left, right, rows, errors, |a, b| arithmetic(ArithmeticOp::Divide, a, b))
                }
            }
        }
        Expr::Constant(Value::Number(number)) => Operand::Constant(Some(*number)),
        _ => Operand::Constant(None),
    }
}

#[inline]
fn join<'a>(
    left: Operand<'a>,
    right: Operand<'a>,
    rows: Range<usize>,
    errors: &mut Errors,
    op: impl Fn(Option<Decimal>, Option<Decimal>) -> Result<Decimal, EvalError>,
) -> Operand<'a> {
    let mut apply = |row: usize, left: Option<Decimal>, right: Option<Decimal>| match op(left, right) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.entry(row).or_insert(error);
            None
        }
    };
    let column: Vec<Option<Decimal>> = match (&left, &right) {
        (Operand::Constant(left), Operand::Constant(right)) => {
            rows.map(|row| apply(row, *left, *right)).collect()
        }
        (Operand::Column(left), Operand::Constant(right)) => {
            rows.zip(left.iter()).map(|(row, left)| apply(row, *left, *right)).collect()
        }
        (Operand::Constant(left), Operand::Column(right)) => {
            rows.zip(right.iter()).map(|(row, right)| apply(row, *left, *right)).collect()
        }
        (Operand::Column(left), Operand::Column(right)) => rows
            .zip(left.iter().zip(right.iter()))
            .map(|(row, (left, right))| apply(row, *left, *right))
            .collect(),
    };
    Operand::Column(column.into())
}
