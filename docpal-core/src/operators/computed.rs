//! Operators on computed fields, besides those of their result. An error meets no other condition.

use crate::sql::expr::{self, Expr};

use super::{Compare, Operator, no_value};

pub(super) static OPERATORS: &[Operator] = &[
    Operator {
        code: "is_error",
        summary: "could not be computed",
        example: "",
        read: no_value,
        lower: is_error,
    },
    Operator {
        code: "is_not_error",
        summary: "could be computed",
        example: "",
        read: no_value,
        lower: |c| expr::not_true(is_error(c)),
    },
];

fn is_error(c: Compare<'_>) -> Expr {
    c.fails.unwrap_or_else(|| expr::boolean(false))
}
