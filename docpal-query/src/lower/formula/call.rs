//! The functions that have an SQL form, one line each.

use docpal_core::sql::PgType;
use docpal_core::sql::expr::{self, Collation, PgFn};
use docpal_formula::{FunctionCall, Node, Type};

use super::node::{choose, concat, lower as lower_node, sequence};
use super::{Sql, Unsupported};

type Lower = fn(&[Node], &Type, &[Sql]) -> Result<Sql, Unsupported>;

/// Function name and its SQL form.
const FUNCTIONS: &[(&str, Lower)] = &[
    ("ABS", |args, _, slots| number(args, slots, |value| expr::call(PgFn::Abs, [value]))),
    ("AND", |args, _, slots| sequence(args, slots, true)),
    ("CONCATENATE", |args, _, slots| concat(args, slots)),
    ("IF", if_),
    ("LOWER", |args, _, slots| {
        text(args, slots, |value| expr::call(PgFn::Lower, [expr::collate(value, Collation::Unicode)]))
    }),
    ("NOT", |args, _, slots| text(args, slots, expr::not_true)),
    ("OR", |args, _, slots| sequence(args, slots, false)),
    ("ROUND", round),
    ("UPPER", |args, _, slots| {
        text(args, slots, |value| expr::call(PgFn::Upper, [expr::collate(value, Collation::Unicode)]))
    }),
];

/// A call of a function of the registry.
pub(super) fn lower(call: &FunctionCall, ty: &Type, slots: &[Sql]) -> Result<Sql, Unsupported> {
    let name = call.function().name();
    let standard = call.function().is_standard();
    match FUNCTIONS.iter().find(|(known, _)| standard && *known == name) {
        Some((_, lower)) => lower(call.args(), ty, slots),
        None => Err(format!("{name} is computed in memory only")),
    }
}

fn argument(args: &[Node], index: usize, slots: &[Sql]) -> Result<Sql, Unsupported> {
    let node = args.get(index).ok_or("it lacks an argument")?;
    lower_node(node, slots)
}

/// A function of one number; NaN stays NaN.
fn number(args: &[Node], slots: &[Sql], apply: fn(expr::Expr) -> expr::Expr) -> Result<Sql, Unsupported> {
    let inner = argument(args, 0, slots)?;
    Ok(Sql { value: apply(inner.value), failure: inner.failure })
}

/// A function of one value whose error is that of the value.
fn text(args: &[Node], slots: &[Sql], apply: fn(expr::Expr) -> expr::Expr) -> Result<Sql, Unsupported> {
    let inner = argument(args, 0, slots)?;
    let fails = inner.fails();
    Ok(Sql::with(apply(inner.value), fails))
}

fn if_(args: &[Node], ty: &Type, slots: &[Sql]) -> Result<Sql, Unsupported> {
    let condition = argument(args, 0, slots)?;
    let yes = argument(args, 1, slots)?;
    let no = match args.get(2) {
        Some(node) => lower_node(node, slots)?,
        None => Sql::sure(expr::null(super::pg_type(ty).ok_or("its result is a list or JSON")?)),
    };
    Ok(choose(condition, yes, no, ty))
}

fn round(args: &[Node], _: &Type, slots: &[Sql]) -> Result<Sql, Unsupported> {
    let value = argument(args, 0, slots)?;
    let digits = match args.get(1) {
        Some(node) => lower_node(node, slots)?,
        None => Sql::sure(expr::cast(expr::integer(0), PgType::Numeric)),
    };
    Ok(Sql::number(expr::call(PgFn::FormulaRound, [value.value, digits.value])))
}
