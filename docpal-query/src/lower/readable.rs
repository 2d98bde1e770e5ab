//! The relation that a user's conditions read: the records their actor may read, with masked cells.

use docpal_core::sql::ColumnName;
use docpal_core::sql::expr::{self, Expr, ExprTrait as _, Query, SelectStatement};

use super::field::Relation;
use super::predicate;
use super::select::SYSTEM;
use crate::predicate::Predicate;
use crate::secure::SecuredPlan;

/// Says again, beside each readable record, that it is one.
const BARRIER: ColumnName = ColumnName::system("may_read");

/// FROM: the table itself when everything in it is readable; else a relation of its readable records with
/// masked cells. The user's conditions see this relation only.
pub(super) fn readable_relation(select: &mut SelectStatement, secured: &SecuredPlan) {
    let snapshot = &secured.plan.view.snapshot;
    let table = snapshot.physical().table_ref();
    if secured.rows == Predicate::Always && secured.masks.is_empty() && secured.flags.is_empty() {
        select.from(table);
        return;
    }
    let raw = Relation::table(snapshot, secured.moment);
    let mut readable = readable_cells(secured);
    readable.from(table).and_where(predicate::lower(&secured.rows, &raw));
    if needs_barrier(secured) {
        readable.expr_as(expr::is_true(predicate::lower(&secured.rows, &raw)), BARRIER);
    }
    select.from_subquery(readable, ColumnName::system("r"));
}

/// SELECT: every stored cell, masked where it must be, and the flags of computed fields.
pub(super) fn readable_cells(secured: &SecuredPlan) -> SelectStatement {
    let snapshot = &secured.plan.view.snapshot;
    let raw = Relation::table(snapshot, secured.moment);
    let mut readable = Query::select();
    for (name, _) in &SYSTEM {
        readable.expr(expr::column(name));
    }
    for field in snapshot.fields() {
        let Some((name, ty)) = field.column() else { continue };
        match secured.masks.iter().find(|(masked, _)| *masked == name) {
            Some((_, when)) => {
                let cell = expr::if_else(predicate::lower(when, &raw), expr::column(&name), expr::null(ty));
                readable.expr_as(cell, name);
            }
            None => drop(readable.expr(expr::column(&name))),
        }
    }
    for (_, name, when) in &secured.flags {
        readable.expr_as(expr::is_true(predicate::lower(when, &raw)), name.clone());
    }
    readable
}

/// The user's condition. PostgreSQL may compute it before the row rule; the operators never raise an error, whatever a
/// cell holds, so that tells nothing. For formulas, which are more than a list of operators, the rule stands before the
/// condition in so many words.
pub(super) fn filter(secured: &SecuredPlan, relation: &Relation<'_>) -> Option<Expr> {
    let condition = |part: &Predicate| {
        let condition = predicate::lower(part, relation);
        match needs_barrier(secured) && reads_formula(part) {
            true => expr::if_else(expr::column(&BARRIER), condition, expr::boolean(false)),
            false => condition,
        }
    };
    secured.plan.view.filter.parts().iter().map(condition).reduce(|a, b| a.and(b))
}

fn needs_barrier(secured: &SecuredPlan) -> bool {
    secured.rows != Predicate::Always && reads_formula(&secured.plan.view.filter)
}

fn reads_formula(predicate: &Predicate) -> bool {
    predicate.any_test(&|test| test.computed)
}
