//! Formulas of arithmetic, computed for all rows of a page at once: each number is read once, each formula is one loop.
//! What this leaves out, the page computes row by row, with the same results.

use std::collections::HashMap;

use docpal_formula::{Batch, Column, EvalError, Program, Value};
use rust_decimal::Decimal;

use super::{ComputedColumn, Outcome, Page, Source};

/// Fewer rows are computed one by one.
const FEWEST: usize = 8;

/// The numbers of one formula, by row.
pub(super) struct Numbers {
    values: Vec<Option<Decimal>>,
    /// The rows that ended in an error, in row order; their values are blank.
    errors: Vec<(usize, EvalError)>,
}

impl Numbers {
    /// The result of a row.
    pub(super) fn get(&self, row: usize) -> Outcome<'static> {
        match self.errors.binary_search_by_key(&row, |(row, _)| *row).ok().and_then(|at| self.errors.get(at))
        {
            Some((_, error)) => Err(error.clone()),
            None => Ok(self.values.get(row).copied().flatten().into()),
        }
    }

    fn of(batch: Batch) -> Option<Self> {
        match batch {
            Batch::Numbers { values, errors } => Some(Self { values, errors }),
            Batch::Fixed { values, scale } => {
                let values = values.into_iter().map(|value| Some(Decimal::new(value, scale))).collect();
                Some(Self { values, errors: Vec::new() })
            }
            _ => None,
        }
    }

    /// Blank where the field does not exist.
    fn only_where(&mut self, exists: impl Fn(usize) -> bool) {
        for (row, value) in self.values.iter_mut().enumerate() {
            if !exists(row) {
                *value = None;
            }
        }
        self.errors.retain(|(row, _)| exists(*row));
    }
}

/// For each formula of the page its numbers, or nothing when it has to be computed row by row.
pub(super) fn compute(page: &Page) -> Vec<Option<Numbers>> {
    let mut done: Vec<Option<Numbers>> = Vec::with_capacity(page.computed.len());
    if page.rows.len() < FEWEST {
        return done;
    }
    let mut cells = HashMap::new();
    for column in &page.computed {
        let program = column.program.as_ref().filter(|program| program.runs_by_column());
        let numbers = program.and_then(|program| numbers_of(page, column, program, &mut cells, &done));
        done.push(numbers);
    }
    done
}

/// The numbers of a column of cells, by the index of the column; nothing when not all of them are numbers.
type Cells = HashMap<usize, Option<Vec<Option<Decimal>>>>;

fn numbers_of(
    page: &Page,
    column: &ComputedColumn,
    program: &Program,
    cells: &mut Cells,
    done: &[Option<Numbers>],
) -> Option<Numbers> {
    for source in &column.inputs {
        if let Source::Cell { index, .. } = source {
            cells.entry(*index).or_insert_with(|| numbers_in(page, *source));
        }
    }
    let inputs = column.inputs.iter().map(|source| match source {
        Source::Cell { index, .. } => cells.get(index)?.as_deref().map(Column::Numbers),
        Source::Computed(index) => {
            let numbers = done.get(*index)?.as_ref()?;
            numbers.errors.is_empty().then_some(Column::Numbers(&numbers.values))
        }
        Source::Record(_) | Source::Missing => None,
    });
    let inputs: Option<Vec<Column<'_>>> = inputs.collect();
    let mut numbers = Numbers::of(program.eval_batch(page.rows.len(), &inputs?, &page.context))?;
    if let Some(flag) = column.flag {
        numbers.only_where(|row| page.rows.get(row).is_some_and(|row| row.bool(flag) == Some(true)));
    }
    Some(numbers)
}

fn numbers_in(page: &Page, source: Source) -> Option<Vec<Option<Decimal>>> {
    let number = |row| match page.read(row, source, &[]) {
        Ok(Value::Number(number)) => Some(Some(number)),
        Ok(Value::Null) => Some(None),
        _ => None,
    };
    page.rows.iter().map(number).collect()
}
