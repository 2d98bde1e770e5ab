//! Evaluation of many rows by column.
//!
//! A formula of arithmetic alone runs as loops over whole columns: on scaled 64-bit integers when every column
//! is one, else on decimals. Every other formula runs row by row over the columns.

mod fixed;
mod numbers;
mod small;
#[cfg(test)]
mod tests;

use rust_decimal::Decimal;

use crate::context::Context;
use crate::error::{ErrorCode, EvalError};
use crate::eval::Evaluator;
use crate::node::{Expr, Node};
use crate::program::Program;
use crate::row::Row;
use crate::types::Type;
use crate::value::Value;

/// Rows that are computed together: few enough to stay in the nearest cache.
const CHUNK: usize = 1024;

/// The values of one slot for many rows.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Column<'a> {
    /// Values of the slot's type.
    Values(&'a [Value<'a>]),
    /// Values of the slot's type, or the errors of the field's own formula.
    Results(&'a [Result<Value<'a>, EvalError>]),
    /// Numbers; none is blank.
    Numbers(&'a [Option<Decimal>]),
    /// Numbers of one scale: `values[i] / 10^scale`. The fastest form.
    Fixed {
        /// The numbers, scaled to integers; 0 where one is blank.
        values: &'a [i64],
        /// The fraction digits, at most 18.
        scale: u32,
        /// Which numbers are blank; empty when none is.
        blanks: &'a [bool],
    },
}

impl<'a> Column<'a> {
    fn get(&self, row: usize) -> Result<Value<'a>, EvalError> {
        let found = match *self {
            Self::Values(values) => values.get(row).map(|value| Ok(value.borrowed())),
            Self::Results(results) => results.get(row).map(|result| match result {
                Ok(value) => Ok(value.borrowed()),
                Err(error) => Err(error.clone()),
            }),
            Self::Numbers(numbers) => numbers.get(row).map(|number| Ok((*number).into())),
            Self::Fixed { values, scale, blanks } => values.get(row).map(|value| {
                let is_blank = blanks.get(row).copied().unwrap_or(false);
                Ok((!is_blank).then(|| Decimal::new(*value, scale)).into())
            }),
        };
        found.unwrap_or_else(|| Err(missing()))
    }

    fn rows(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Results(results) => results.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Fixed { values, .. } => values.len(),
        }
    }
}

fn missing() -> EvalError {
    EvalError::with_message(ErrorCode::Unavailable, "the columns have no value for a row of the batch")
}

/// One row of a set of columns.
struct ColumnRow<'a> {
    columns: &'a [Column<'a>],
    row: usize,
}

impl Row for ColumnRow<'_> {
    fn get(&self, slot: usize) -> Result<Value<'_>, EvalError> {
        self.columns.get(slot).map_or_else(|| Err(missing()), |column| column.get(self.row))
    }
}

/// The results of a batch, in row order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Batch {
    /// Numbers of one scale, none blank, no errors.
    Fixed {
        /// The numbers, scaled to integers.
        values: Vec<i64>,
        /// The fraction digits.
        scale: u32,
    },
    /// Numbers; none is blank, or an error that `errors` has.
    Numbers {
        /// The numbers.
        values: Vec<Option<Decimal>>,
        /// The rows that ended in an error, in row order.
        errors: Vec<(usize, EvalError)>,
    },
    /// Results of any type.
    Values(Vec<Result<Value<'static>, EvalError>>),
}

impl Batch {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Fixed { values, .. } => values.len(),
            Self::Numbers { values, .. } => values.len(),
            Self::Values(values) => values.len(),
        }
    }

    /// Whether the batch had no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The result of a row; nothing behind the last.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Result<Value<'_>, EvalError>> {
        match self {
            Self::Fixed { values, scale } => {
                values.get(row).map(|value| Ok(Decimal::new(*value, *scale).into()))
            }
            Self::Numbers { values, errors } => values.get(row).map(|value| {
                match errors.binary_search_by_key(&row, |(row, _)| *row).ok().and_then(|at| errors.get(at)) {
                    Some((_, error)) => Err(error.clone()),
                    None => Ok((*value).into()),
                }
            }),
            Self::Values(values) => values.as_slice().get(row).map(|result| match result {
                Ok(value) => Ok(value.borrowed()),
                Err(error) => Err(error.clone()),
            }),
        }
    }
}

impl Program {
    /// Whether [`Program::eval_batch`] computes it as loops over columns, when these are columns of numbers: all other
    /// programs gain nothing from a batch.
    #[must_use]
    pub fn runs_by_column(&self) -> bool {
        is_of_numbers(self.root())
    }

    /// The results of `rows` rows; `columns` are in slot order, one for each of [`Program::fields`].
    ///
    /// Every row has the result that [`Program::eval`] gives for it.
    ///
    /// # Example
    /// ```
    /// use docpal_formula::{Column, Context, Formula, Functions, Type, Value};
    ///
    /// let program = Formula::parse("{price} * 2")?.check(&[("price", Type::Number)], &Functions::standard())?;
    /// let price = Column::Fixed { values: &[1050, 99], scale: 2, blanks: &[] };
    /// let batch = program.eval_batch(2, &[price], &Context::system());
    /// assert_eq!(batch.get(0).map(|value| value.map(|value| value.to_string())), Some(Ok("21".to_owned())));
    /// # Ok::<(), docpal_formula::Errors>(())
    /// ```
    #[must_use]
    pub fn eval_batch(&self, rows: usize, columns: &[Column<'_>], context: &Context) -> Batch {
        let are_complete =
            columns.len() >= self.fields().len() && columns.iter().all(|column| column.rows() >= rows);
        if are_complete && is_arithmetic(self.root(), columns) {
            if let Some(batch) = fixed::eval(self.root(), rows, columns) {
                return batch;
            }
            return numbers::eval(self.root(), rows, columns);
        }
        let result = |row| {
            let row = ColumnRow { columns, row };
            Evaluator::new(&row, context).value(self.root()).map(Value::into_owned)
        };
        Batch::Values((0..rows).map(result).collect())
    }
}

/// Whether the part is made of number slots, constants, signs and `+ - * /` only.
fn is_of_numbers(node: &Node) -> bool {
    match &node.expr {
        Expr::Constant(Value::Number(_)) => true,
        Expr::Constant(Value::Null) => matches!(node.ty, Type::Number | Type::Null),
        Expr::Slot(_) => node.ty == Type::Number,
        Expr::Negate(arg) => is_of_numbers(arg),
        Expr::Arithmetic(_, left, right) => is_of_numbers(left) && is_of_numbers(right),
        _ => false,
    }
}

/// Whether the part is made of number columns, constants, signs and `+ - * /` only.
fn is_arithmetic(node: &Node, columns: &[Column<'_>]) -> bool {
    match &node.expr {
        Expr::Constant(Value::Number(_)) => true,
        Expr::Constant(Value::Null) => matches!(node.ty, Type::Number | Type::Null),
        Expr::Slot(slot) => matches!(columns.get(*slot), Some(Column::Numbers(_) | Column::Fixed { .. })),
        Expr::Negate(arg) => is_arithmetic(arg, columns),
        Expr::Arithmetic(_, left, right) => is_arithmetic(left, columns) && is_arithmetic(right, columns),
        _ => false,
    }
}
