//! Operators on who made or changed a record.

use crate::json::Json;
use crate::sql::expr::{self, Expr, ExprTrait as _};

use super::{Compare, Operand, Operator, Reading, ids_value, no_value};

const ID: &str = r#""00000000-0000-0000-0000-000000000000""#;

pub(crate) static OPERATORS: &[Operator] = &[
    Operator { code: "is", summary: "is this user", example: ID, read: ids, lower: is_in },
    Operator {
        code: "is_not",
        summary: "is another user or no one",
        example: ID,
        read: ids,
        lower: |c| expr::not_true(is_in(c)),
    },
    Operator { code: "in", summary: "is one of these users", example: "[]", read: ids, lower: is_in },
    Operator {
        code: "not_in",
        summary: "is none of these users",
        example: "[]",
        read: ids,
        lower: |c| expr::not_true(is_in(c)),
    },
    Operator { code: "is_me", summary: "is who asks", example: "", read: me, lower: is_in },
    Operator {
        code: "is_not_me",
        summary: "is not who asks",
        example: "",
        read: me,
        lower: |c| expr::not_true(is_in(c)),
    },
    Operator {
        code: "is_empty",
        summary: "is no one",
        example: "",
        read: no_value,
        lower: |c| c.value.is_null(),
    },
    Operator {
        code: "is_not_empty",
        summary: "is someone",
        example: "",
        read: no_value,
        lower: |c| c.value.is_not_null(),
    },
];

fn ids(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    ids_value(value)
}

fn me(value: Option<&Json>, reading: &Reading<'_>) -> Result<Operand, String> {
    no_value(value, reading)?;
    if reading.has_user {
        Ok(Operand::Me)
    } else {
        Err("there is no user here that `me` could mean".to_owned())
    }
}

fn is_in(c: Compare<'_>) -> Expr {
    match c.operand {
        Operand::Me => match c.moment.user {
            Some(user) => c.value.eq(expr::uuid(user.uuid())),
            None => expr::boolean(false),
        },
        Operand::Ids(ids) => match ids.as_slice() {
            [one] => c.value.eq(expr::uuid(*one)),
            many => expr::is_any_of(c.value, expr::uuid_array(many.iter().copied())),
        },
        _ => expr::boolean(false),
    }
}
