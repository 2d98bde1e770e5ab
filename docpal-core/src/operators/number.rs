//! Operators on numbers: exact, whatever the number of digits.

use crate::field_types;
use crate::json::Json;
use crate::sql::PgType;
use crate::sql::expr::{self, BinOper, Expr, ExprTrait as _, PgFn};
use crate::values::Cell;

use super::{Compare, Operand, Operator, Reading, list_value, needed, no_value};

pub(crate) static OPERATORS: &[Operator] = &[
    Operator { code: "eq", summary: "equals", example: "5", read: one, lower: |c| than(c, BinOper::Equal) },
    Operator { code: "ne", summary: "differs or is empty", example: "5", read: one, lower: ne },
    Operator {
        code: "gt",
        summary: "is greater",
        example: "5",
        read: one,
        lower: |c| than(c, BinOper::GreaterThan),
    },
    Operator {
        code: "gte",
        summary: "is greater or equal",
        example: "5",
        read: one,
        lower: |c| than(c, BinOper::GreaterThanOrEqual),
    },
    Operator {
        code: "lt",
        summary: "is less",
        example: "5",
        read: one,
        lower: |c| than(c, BinOper::SmallerThan),
    },
    Operator {
        code: "lte",
        summary: "is less or equal",
        example: "5",
        read: one,
        lower: |c| than(c, BinOper::SmallerThanOrEqual),
    },
    Operator {
        code: "between",
        summary: "lies between, ends included",
        example: "[1, 5]",
        read: two,
        lower: between,
    },
    Operator {
        code: "not_between",
        summary: "lies outside, or is empty",
        example: "[1, 5]",
        read: two,
        lower: |c| expr::not_true(between(c)),
    },
    Operator { code: "in", summary: "is one of these", example: "[1, 2.5]", read: many, lower: is_in },
    Operator {
        code: "not_in",
        summary: "is none of these, or empty",
        example: "[1, 2.5]",
        read: many,
        lower: |c| expr::not_true(is_in(c)),
    },
    Operator {
        code: "is_integer",
        summary: "has no fraction",
        example: "",
        read: no_value,
        lower: is_integer,
    },
    Operator {
        code: "is_empty",
        summary: "has no number",
        example: "",
        read: no_value,
        lower: |c| c.value.is_null(),
    },
    Operator {
        code: "is_not_empty",
        summary: "has a number",
        example: "",
        read: no_value,
        lower: |c| c.value.is_not_null(),
    },
];

fn number(value: &Json) -> Result<Cell, String> {
    field_types::read_number(value).map(Cell::Number).map_err(|fault| fault.message)
}

fn one(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    number(needed(value)?).map(Operand::One)
}

fn two(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    match list_value(value)? {
        [low, high] => Ok(Operand::Between(number(low)?, number(high)?)),
        _ => Err("expected two numbers, as [1, 5]".to_owned()),
    }
}

fn many(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    Ok(Operand::Many(list_value(value)?.iter().map(number).collect::<Result<_, _>>()?))
}

fn than(c: Compare<'_>, operator: BinOper) -> Expr {
    let Operand::One(cell) = c.operand else { return expr::boolean(false) };
    c.value.binary(operator, expr::bind(cell, PgType::Numeric))
}

fn ne(c: Compare<'_>) -> Expr {
    let Operand::One(cell) = c.operand else { return expr::boolean(false) };
    expr::is_distinct_from(c.value, expr::bind(cell, PgType::Numeric))
}

fn between(c: Compare<'_>) -> Expr {
    let Operand::Between(low, high) = c.operand else { return expr::boolean(false) };
    c.value.between(expr::bind(low, PgType::Numeric), expr::bind(high, PgType::Numeric))
}

fn is_in(c: Compare<'_>) -> Expr {
    let Operand::Many(cells) = c.operand else { return expr::boolean(false) };
    expr::is_any_of(c.value, expr::array(cells, PgType::Numeric))
}

fn is_integer(c: Compare<'_>) -> Expr {
    c.value.clone().eq(expr::call(PgFn::Trunc, [c.value]))
}
