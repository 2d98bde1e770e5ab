//! Operators on a multiple select: by options, given by name or id.

use crate::sql::PgType;
use crate::sql::expr::{self, BinOper, Expr, ExprTrait as _, PgBinOper, PgFn};

use super::single_select::many;
use super::{Compare, Operand, Operator, count_value, no_value};

pub(crate) static OPERATORS: &[Operator] = &[
    Operator {
        code: "has_any_of",
        summary: "has one of these options",
        example: r#"["red"]"#,
        read: many,
        lower: any,
    },
    Operator {
        code: "has_all_of",
        summary: "has all of these options",
        example: r#"["red"]"#,
        read: many,
        lower: all,
    },
    Operator {
        code: "has_none_of",
        summary: "has none of these options, or is empty",
        example: r#"["red"]"#,
        read: many,
        lower: |c| expr::not_true(any(c)),
    },
    Operator {
        code: "is_exactly",
        summary: "has these options and no other",
        example: r#"["red"]"#,
        read: many,
        lower: exactly,
    },
    Operator {
        code: "is_not_exactly",
        summary: "has other options, or is empty",
        example: r#"["red"]"#,
        read: many,
        lower: |c| expr::not_true(exactly(c)),
    },
    Operator {
        code: "count_eq",
        summary: "has so many options",
        example: "2",
        read: count_value,
        lower: |c| count(c, BinOper::Equal),
    },
    Operator {
        code: "count_gt",
        summary: "has more options",
        example: "2",
        read: count_value,
        lower: |c| count(c, BinOper::GreaterThan),
    },
    Operator {
        code: "is_empty",
        summary: "has no option",
        example: "",
        read: no_value,
        lower: |c| c.value.is_null(),
    },
    Operator {
        code: "is_not_empty",
        summary: "has an option",
        example: "",
        read: no_value,
        lower: |c| c.value.is_not_null(),
    },
];

fn options(operand: &Operand) -> Expr {
    match operand {
        Operand::Many(cells) => expr::array(cells, PgType::TextArray),
        _ => expr::array(&[], PgType::TextArray),
    }
}

fn any(c: Compare<'_>) -> Expr {
    c.value.binary(PgBinOper::Overlap, options(c.operand))
}

fn all(c: Compare<'_>) -> Expr {
    c.value.binary(PgBinOper::Contains, options(c.operand))
}

fn exactly(c: Compare<'_>) -> Expr {
    let wanted = options(c.operand);
    let value = c.value;
    value.clone().binary(PgBinOper::Contains, wanted.clone()).and(value.binary(PgBinOper::Contained, wanted))
}

fn count(c: Compare<'_>, operator: BinOper) -> Expr {
    let Operand::Count(count) = c.operand else { return expr::boolean(false) };
    let cardinality =
        expr::call(PgFn::Coalesce, [expr::call(PgFn::Cardinality, [c.value]), expr::integer(0)]);
    cardinality.binary(operator, expr::integer(*count))
}
