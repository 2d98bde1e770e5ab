//! Conditions as SQL. Null counts as no; a negation therefore asks for "not true".

use docpal_core::sql::expr::{self, Expr, ExprTrait as _};

use super::field::Relation;
use crate::operators::Compare;
use crate::predicate::{Comparison, Predicate};

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
    match relation.operand(test.target) {
        Some(operand) => test.operator.lower(Compare {
            value: operand.value,
            ty: operand.ty,
            fails: operand.fails,
            operand: &test.operand,
            case_sensitive: test.case_sensitive,
        }),
        None => expr::boolean(false),
    }
}
