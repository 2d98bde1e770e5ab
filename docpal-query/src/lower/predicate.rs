//! Conditions as SQL. Null counts as no; a negation therefore asks for "not true".

use docpal_core::sql::PgType;
use docpal_core::sql::expr::{self, Expr, ExprTrait as _};

use super::field::{Relation, SqlValue};
use crate::predicate::{Comparison, Predicate};
use docpal_core::formula_sql::Cases;
use docpal_core::operators::Compare;

/// The condition over `relation`.
pub(crate) fn lower(predicate: &Predicate, relation: &Relation<'_>) -> Expr {
    let joined = |items: &[Predicate], join: fn(Expr, Expr) -> Expr, none: bool| {
        let lowered = items.iter().map(|item| lower(item, relation));
        lowered.reduce(join).unwrap_or_else(|| expr::boolean(none))
    };
    match predicate {
        Predicate::Always => expr::boolean(true),
        Predicate::Never => expr::boolean(false),
        Predicate::And(items) => joined(items, |a, b| a.and(b), true),
        Predicate::Or(items) => joined(items, |a, b| a.or(b), false),
        Predicate::Not(inner) => expr::not_true(lower(inner, relation)),
        Predicate::Test(test) => comparison(test, relation),
    }
}

fn comparison(test: &Comparison, relation: &Relation<'_>) -> Expr {
    let compared = |value: Expr, ty: PgType, fails: Option<Expr>| {
        let (operand, case_sensitive, moment) = (&test.operand, test.case_sensitive, relation.moment);
        test.operator.lower(Compare { value, ty, fails, operand, case_sensitive, moment })
    };
    match relation.operand(test.target) {
        Some(SqlValue { cases: Some(cases), ty, .. }) => {
            let Cases { test: is_simple, simple, other, other_fails } = *cases;
            expr::if_else(is_simple, compared(simple, ty, None), compared(other, ty, other_fails))
        }
        Some(SqlValue { value, ty, fails, cases: None }) => compared(value, ty, fails),
        None => expr::boolean(false),
    }
}
