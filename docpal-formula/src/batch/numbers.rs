//! Arithmetic on columns of decimals.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use rust_decimal::Decimal;

use super::{Batch, CHUNK, Column, small};
use crate::error::EvalError;
use crate::eval::arithmetic;
use crate::node::{ArithmeticOp, Expr, Node};
use crate::number;
use crate::value::Value;

/// The whole batch of a part that is arithmetic over number columns.
pub(super) fn eval(root: &Node, rows: usize, columns: &[Column<'_>]) -> Batch {
    let mut errors = BTreeMap::new();
    let mut values = Vec::with_capacity(rows);
    let mut start = 0;
    while start < rows {
        let end = rows.min(start + CHUNK);
        if !small::eval(root, start..end, columns, &mut values) {
            match chunk(root, start..end, columns, &mut errors) {
                NumberOperand::Column(column) => values.extend_from_slice(&column),
                NumberOperand::Constant(constant) => {
                    values.extend(std::iter::repeat_n(constant, end - start))
                }
            }
        }
        start = end;
    }
    Batch::Numbers { values, errors: errors.into_iter().collect() }
}

/// One side of an operation for the rows of a chunk.
enum NumberOperand<'a> {
    Constant(Option<Decimal>),
    Column(Cow<'a, [Option<Decimal>]>),
}

/// The first error of each row; the left side of an operation is computed before the right.
type Errors = BTreeMap<usize, EvalError>;

fn chunk<'a>(
    node: &Node,
    rows: Range<usize>,
    columns: &[Column<'a>],
    errors: &mut Errors,
) -> NumberOperand<'a> {
    match &node.expr {
        Expr::Slot(slot) => match columns.get(*slot) {
            Some(Column::Numbers(numbers)) => {
                NumberOperand::Column(Cow::Borrowed(numbers.get(rows).unwrap_or(&[])))
            }
            Some(column) => NumberOperand::Column(
                rows.map(|row| column.get(row).ok().and_then(|value| value.as_number()))
                    .collect::<Vec<_>>()
                    .into(),
            ),
            None => NumberOperand::Constant(None),
        },
        Expr::Negate(arg) => match chunk(arg, rows, columns, errors) {
            NumberOperand::Constant(constant) => NumberOperand::Constant(constant.map(number::neg)),
            NumberOperand::Column(column) => {
                NumberOperand::Column(column.iter().map(|value| value.map(number::neg)).collect())
            }
        },
        Expr::Arithmetic(op, left, right) => {
            let left = chunk(left, rows.clone(), columns, errors);
            let right = chunk(right, rows.clone(), columns, errors);
            join(*op, &left, &right, rows, errors)
        }
        Expr::Constant(Value::Number(number)) => NumberOperand::Constant(Some(*number)),
        _ => NumberOperand::Constant(None),
    }
}

fn join<'a>(
    op: ArithmeticOp,
    left: &NumberOperand<'_>,
    right: &NumberOperand<'_>,
    rows: Range<usize>,
    errors: &mut Errors,
) -> NumberOperand<'a> {
    let first = rows.start;
    let column = rows.map(|row| match arithmetic(op, left.at(row - first), right.at(row - first)) {
        Ok(value) => Some(value),
        Err(error) => {
            errors.entry(row).or_insert(error);
            None
        }
    });
    NumberOperand::Column(column.collect())
}

impl NumberOperand<'_> {
    fn at(&self, index: usize) -> Option<Decimal> {
        match self {
            Self::Constant(constant) => *constant,
            Self::Column(column) => column.get(index).copied().flatten(),
        }
    }
}
