//! Operators on a record's id.

use crate::json::Json;
use crate::sql::expr::{self, Expr};

use super::{Compare, Operand, Operator, Reading, ids_value};

pub(crate) static OPERATORS: &[Operator] = &[
    Operator {
        code: "is",
        summary: "is this record",
        example: r#""00000000-0000-0000-0000-000000000000""#,
        read: ids,
        lower: is_in,
    },
    Operator { code: "in", summary: "is one of these records", example: "[]", read: ids, lower: is_in },
];

fn ids(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    ids_value(value)
}

fn is_in(c: Compare<'_>) -> Expr {
    let Operand::Ids(ids) = c.operand else { return expr::boolean(false) };
    expr::is_any_of(c.value, expr::uuid_array(ids.iter().copied()))
}
