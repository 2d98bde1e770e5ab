//! Comparisons. Null equals null, and for texts the empty text; it equals nothing else, and no order holds with it.

use crate::sql::expr::{self, BinOper, Collation};
use docpal_formula::CompareOp;

use super::sql::{Failure, Kind, Sql, any_fails};
use super::term::Term;

/// Two values of one kind, or one of them always blank.
pub(super) fn compare(op: CompareOp, a: Sql, b: Sql) -> Sql {
    let kind = if a.kind == Kind::Null { b.kind } else { a.kind };
    let (a, b) = (a.into_kind(kind).settled(), b.into_kind(kind).settled());
    let (a, b) = (a.by_code_point(), b.by_code_point());
    match kind {
        Kind::Text | Kind::Null => texts(op, a, b),
        Kind::Bool | Kind::List(_) => {
            let fails = any_fails([&a, &b]);
            Sql::truth_unless(fails, plain(op, a, b))
        }
        _ if a.is_sure() && b.is_sure() => Sql::truth(plain(op, a, b), Failure::Never),
        Kind::Number | Kind::Date | Kind::DateTime => poisonous(op, kind, a, b),
    }
}

fn texts(op: CompareOp, a: Sql, b: Sql) -> Sql {
    let fails = any_fails([&a, &b]);
    let by_code_point = |sql: Sql| {
        let value = sql.value.collate(Collation::CodePoint);
        Sql { value, ..sql }
    };
    let (mut a, mut b) = (by_code_point(a), by_code_point(b));
    if matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
        let or_empty = |sql: Sql| Sql { value: sql.value.or_empty(), nullable: false, ..sql };
        (a, b) = (or_empty(a), or_empty(b));
    }
    Sql::truth_unless(fails, plain(op, a, b))
}

/// The comparison of values that can be computed; never null.
fn plain(op: CompareOp, a: Sql, b: Sql) -> Term {
    let nullable = a.nullable || b.nullable;
    match (op, operator(op)) {
        (CompareOp::Equal, _) if nullable => a.value.differs(b.value).not_true(),
        (CompareOp::NotEqual, _) if nullable => a.value.differs(b.value),
        (_, operator) if nullable => a.value.binary(operator, b.value).or_false(),
        (_, operator) => a.value.binary(operator, b.value),
    }
}

/// The comparison of values that may be poison, which becomes null and makes the result null. A blank becomes what
/// makes the comparison come out as it has to.
fn poisonous(op: CompareOp, kind: Kind, a: Sql, b: Sql) -> Sql {
    let lowest = || Term::leaf(expr::lowest(kind.pg()));
    let highest = || Term::leaf(expr::highest(kind.pg()));
    let (blank_a, blank_b) = match op {
        CompareOp::Equal | CompareOp::NotEqual => (lowest(), lowest()),
        CompareOp::Less | CompareOp::LessOrEqual => (highest(), lowest()),
        CompareOp::Greater | CompareOp::GreaterOrEqual => (lowest(), highest()),
    };
    let side = |sql: Sql, blank: Term| {
        let value = if sql.nullable { sql.value.or_else(blank) } else { sql.value };
        if matches!(sql.failure, Failure::Never) { value } else { value.null_if(kind.poison()) }
    };
    Sql::truth(side(a, blank_a).binary(operator(op), side(b, blank_b)), Failure::Poison)
}

fn operator(op: CompareOp) -> BinOper {
    match op {
        CompareOp::Equal => BinOper::Equal,
        CompareOp::NotEqual => BinOper::NotEqual,
        CompareOp::Less => BinOper::SmallerThan,
        CompareOp::LessOrEqual => BinOper::SmallerThanOrEqual,
        CompareOp::Greater => BinOper::GreaterThan,
        CompareOp::GreaterOrEqual => BinOper::GreaterThanOrEqual,
    }
}
