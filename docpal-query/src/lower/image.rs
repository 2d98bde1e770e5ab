//! The record that a write left, as its actor may see it.

use docpal_core::sql::expr::{self, Query, SelectStatement};
use docpal_core::sql::{ColumnName, Row};

use super::field::Relation;
use super::predicate;
use super::readable::readable_cells;
use super::select::{Layout, flags, select_columns};
use crate::access::Access;
use crate::predicate::Predicate;
use crate::secure::SecuredPlan;

/// Is the record readable?
const READABLE: ColumnName = ColumnName::system("c0");
/// Is it one that may be written so?
const ALLOWED: ColumnName = ColumnName::system("c1");

/// What reads the record, and where in the row everything is.
pub(crate) struct AfterImage {
    pub(crate) select: SelectStatement,
    pub(crate) layout: Layout,
    /// How many columns stand before the two answers.
    width: usize,
}

impl AfterImage {
    /// May the actor read the record?
    pub(crate) fn is_readable(&self, row: &Row) -> bool {
        row.bool(self.width) == Some(true)
    }

    /// Does it meet what it must?
    pub(crate) fn passes(&self, row: &Row) -> bool {
        row.bool(self.width + 1) == Some(true)
    }
}

/// SELECT the record in the CTE `written`: what `secured` shows of it (nothing to who reads nothing), whether it is
/// readable at all, and whether it meets `must`.
pub(crate) fn after_image(
    access: &Access,
    secured: Option<&SecuredPlan>,
    written: &ColumnName,
    must: &Predicate,
) -> AfterImage {
    let raw = Relation::table(access.snapshot(), access.moment());
    let readable = secured.map_or(&Predicate::Never, |secured| &secured.rows);
    let mut inner = secured.map_or_else(Query::select, readable_cells);
    inner.expr_as(expr::is_true(predicate::lower(readable, &raw)), READABLE);
    inner.expr_as(expr::is_true(predicate::lower(must, &raw)), ALLOWED);
    inner.from(written.clone());
    let mut layout = Layout::default();
    let mut select = Query::select();
    let mut width = 0;
    if let Some(secured) = secured {
        let flags = flags(secured);
        let relation = Relation { flags: &flags, ..raw };
        width = select_columns(&mut select, secured, &relation, &mut layout);
    }
    select.expr(expr::column(&READABLE)).expr(expr::column(&ALLOWED));
    select.from_subquery(inner, ColumnName::system("r"));
    AfterImage { select, layout, width }
}
