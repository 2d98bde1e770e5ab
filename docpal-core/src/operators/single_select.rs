//! Operators on a single select: by option, given by name or id.

use crate::json::Json;
use crate::names::fold;
use crate::sql::PgType;
use crate::sql::expr::{self, Expr, ExprTrait as _};
use crate::values::Cell;

use super::text::{MAX_PART, at_most};
use super::{Compare, Operand, Operator, Reading, list_value, needed, no_value, option_id, text_value};

pub(crate) static OPERATORS: &[Operator] = &[
    Operator { code: "is", summary: "is this option", example: r#""open""#, read: one, lower: is_any },
    Operator {
        code: "is_not",
        summary: "is another option or empty",
        example: r#""open""#,
        read: one,
        lower: |c| expr::not_true(is_any(c)),
    },
    Operator {
        code: "is_any_of",
        summary: "is one of these options",
        example: r#"["open", "done"]"#,
        read: many,
        lower: is_any,
    },
    Operator {
        code: "is_none_of",
        summary: "is none of these options, or empty",
        example: r#"["open", "done"]"#,
        read: many,
        lower: |c| expr::not_true(is_any(c)),
    },
    Operator {
        code: "contains",
        summary: "is an option with this text in its name",
        example: r#""op""#,
        read: by_text,
        lower: is_any,
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

fn one(value: Option<&Json>, reading: &Reading<'_>) -> Result<Operand, String> {
    option_id(reading.compared.options(), needed(value)?).map(|cell| Operand::Many(vec![cell]))
}

pub(super) fn many(value: Option<&Json>, reading: &Reading<'_>) -> Result<Operand, String> {
    let id = |item| option_id(reading.compared.options(), item);
    Ok(Operand::Many(list_value(value)?.iter().map(id).collect::<Result<_, _>>()?))
}

fn by_text(value: Option<&Json>, reading: &Reading<'_>) -> Result<Operand, String> {
    let wanted = fold(at_most(MAX_PART, text_value(value)?)?);
    let matching = reading.compared.options().iter().filter(|option| fold(&option.name).contains(&wanted));
    Ok(Operand::Many(matching.map(|option| Cell::Text(option.id.clone())).collect()))
}

fn is_any(c: Compare<'_>) -> Expr {
    match c.operand {
        Operand::Many(cells) => match cells.as_slice() {
            [one] => c.value.eq(expr::bind(one, PgType::Text)),
            many => expr::is_any_of(c.value, expr::array(many, PgType::Text)),
        },
        _ => expr::boolean(false),
    }
}
