//! Operators on texts. They ignore case unless asked not to; the negative ones find empty cells too.

use docpal_core::Cell;
use docpal_core::sql::PgType;
use docpal_core::sql::expr::{self, BinOper, Expr, ExprTrait as _, PgBinOper, PgFn};

use super::{Compare, Operand, Operator, Reading, count_value, list_value, no_value, text_value};
use docpal_core::Json;

pub(super) static OPERATORS: &[Operator] = &[
    Operator { code: "is", summary: "is this text", example: r#""Ada""#, read: one, lower: is },
    Operator {
        code: "is_not",
        summary: "is another text or empty",
        example: r#""Ada""#,
        read: one,
        lower: |c| expr::not_true(is(c)),
    },
    Operator {
        code: "contains",
        summary: "has this text in it",
        example: r#""da""#,
        read: one,
        lower: |c| like(c, true, true),
    },
    Operator {
        code: "does_not_contain",
        summary: "does not have this text in it, or is empty",
        example: r#""da""#,
        read: one,
        lower: |c| expr::not_true(like(c, true, true)),
    },
    Operator {
        code: "starts_with",
        summary: "begins so",
        example: r#""A""#,
        read: one,
        lower: |c| like(c, false, true),
    },
    Operator {
        code: "ends_with",
        summary: "ends so",
        example: r#""a""#,
        read: one,
        lower: |c| like(c, true, false),
    },
    Operator {
        code: "contains_word",
        summary: "has this word in it",
        example: r#""Lovelace""#,
        read: one,
        lower: word,
    },
    Operator {
        code: "in",
        summary: "is one of these texts",
        example: r#"["Ada", "Bob"]"#,
        read: many,
        lower: is_in,
    },
    Operator {
        code: "not_in",
        summary: "is none of these texts, or empty",
        example: r#"["Ada", "Bob"]"#,
        read: many,
        lower: |c| expr::not_true(is_in(c)),
    },
    Operator {
        code: "domain_is",
        summary: "is an address at this domain",
        example: r#""example.com""#,
        read: one,
        lower: domain,
    },
    Operator {
        code: "length_eq",
        summary: "has so many characters",
        example: "3",
        read: count_value,
        lower: |c| length(c, BinOper::Equal),
    },
    Operator {
        code: "length_gt",
        summary: "has more characters",
        example: "3",
        read: count_value,
        lower: |c| length(c, BinOper::GreaterThan),
    },
    Operator {
        code: "length_lt",
        summary: "has fewer characters",
        example: "3",
        read: count_value,
        lower: |c| length(c, BinOper::SmallerThan),
    },
    Operator { code: "is_empty", summary: "has no text", example: "", read: no_value, lower: is_empty },
    Operator {
        code: "is_not_empty",
        summary: "has a text",
        example: "",
        read: no_value,
        lower: |c| expr::not_true(is_empty(c)),
    },
];

fn one(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    text_value(value).map(|text| Operand::Text(text.to_owned()))
}

fn many(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    let text = |item| text_value(Some(item)).map(|text| Cell::Text(text.to_owned()));
    Ok(Operand::Many(list_value(value)?.iter().map(text).collect::<Result<_, _>>()?))
}

fn text_of(operand: &Operand) -> &str {
    match operand {
        Operand::Text(text) => text,
        _ => "",
    }
}

fn bound(text: &str) -> Expr {
    expr::bind(&Cell::Text(text.to_owned()), PgType::Text)
}

fn is(c: Compare<'_>) -> Expr {
    let wanted = bound(text_of(c.operand));
    if c.case_sensitive {
        c.value.eq(wanted)
    } else {
        expr::call(PgFn::Lower, [c.value]).eq(expr::call(PgFn::Lower, [wanted]))
    }
}

fn like(c: Compare<'_>, before: bool, after: bool) -> Expr {
    let pattern = bound(&expr::like_pattern(before, text_of(c.operand), after));
    if c.case_sensitive {
        c.value.binary(BinOper::Like, pattern)
    } else {
        c.value.binary(PgBinOper::ILike, pattern)
    }
}

/// A word is found between word boundaries; the word itself is taken as it stands.
fn word(c: Compare<'_>) -> Expr {
    let mut pattern = String::from(r"\m");
    for letter in text_of(c.operand).chars() {
        if !letter.is_alphanumeric() && !letter.is_whitespace() {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push_str(r"\M");
    let operator = if c.case_sensitive { PgBinOper::Regex } else { PgBinOper::RegexCaseInsensitive };
    c.value.binary(operator, bound(&pattern))
}

fn is_in(c: Compare<'_>) -> Expr {
    let Operand::Many(cells) = c.operand else { return expr::boolean(false) };
    if c.case_sensitive {
        return expr::is_any_of(c.value, expr::array(cells, PgType::Text));
    }
    let folded: Vec<Cell> = cells
        .iter()
        .map(|cell| match cell {
            Cell::Text(text) => Cell::Text(text.to_lowercase()),
            other => other.clone(),
        })
        .collect();
    expr::is_any_of(expr::call(PgFn::Lower, [c.value]), expr::array(&folded, PgType::Text))
}

fn domain(c: Compare<'_>) -> Expr {
    expr::call(PgFn::Domain, [c.value]).eq(bound(&text_of(c.operand).to_lowercase()))
}

fn length(c: Compare<'_>, operator: BinOper) -> Expr {
    let Operand::Count(count) = c.operand else { return expr::boolean(false) };
    let length = expr::call(PgFn::CharLength, [expr::call(PgFn::Coalesce, [c.value, bound("")])]);
    length.binary(operator, expr::integer(*count))
}

fn is_empty(c: Compare<'_>) -> Expr {
    expr::call(PgFn::Coalesce, [c.value, bound("")]).eq(bound(""))
}
