//! Operators on switches. A switch is on or off; an empty one, and a formula's blank, counts as off.

use crate::json::Json;
use crate::sql::PgType;
use crate::sql::expr::{self, Expr, ExprTrait as _, PgFn};
use crate::values::Cell;

use super::{Compare, Operand, Operator, Reading, needed, no_value};

pub(crate) static OPERATORS: &[Operator] = &[
    Operator {
        code: "is",
        summary: "is on (true) or off (false); an empty one counts as off, and `is_not_empty` beside it leaves those out",
        example: "true",
        read: one,
        lower: is,
    },
    Operator {
        code: "is_empty",
        summary: "is neither on nor off; `is` with false finds these, too",
        example: "",
        read: no_value,
        lower: |c| c.value.is_null(),
    },
    Operator {
        code: "is_not_empty",
        summary: "is on or off",
        example: "",
        read: no_value,
        lower: |c| c.value.is_not_null(),
    },
];

fn one(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    match needed(value)? {
        Json::Bool(value) => Ok(Operand::One(Cell::Bool(*value))),
        other => Err(format!("expected true or false, got {}", other.kind())),
    }
}

fn is(c: Compare<'_>) -> Expr {
    let Operand::One(cell) = c.operand else { return expr::boolean(false) };
    expr::call(PgFn::Coalesce, [c.value, expr::boolean(false)]).eq(expr::bind(cell, PgType::Boolean))
}
