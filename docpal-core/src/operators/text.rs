//! Operators on texts. They ignore case unless asked not to, by one folding on both sides; the negative ones find
//! empty cells too. No pattern is made of what a user looks for but one of LIKE, of bounded length.

use crate::sql::PgType;
use crate::sql::expr::{self, BinOper, Expr, ExprTrait as _, PgFn};
use crate::values::Cell;

use super::{Compare, Operand, Operator, Reading, count_value, list_value, no_value, text_value};
use crate::json::Json;

pub(crate) static OPERATORS: &[Operator] = &[
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
        read: part,
        lower: contains,
    },
    Operator {
        code: "does_not_contain",
        summary: "does not have this text in it, or is empty",
        example: r#""da""#,
        read: part,
        lower: |c| expr::not_true(contains(c)),
    },
    Operator { code: "starts_with", summary: "begins so", example: r#""A""#, read: one, lower: starts_with },
    Operator { code: "ends_with", summary: "ends so", example: r#""a""#, read: one, lower: ends_with },
    Operator {
        code: "contains_word",
        summary: "has this word in it",
        example: r#""Lovelace""#,
        read: part,
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

/// No text of a cell and none made by a formula is longer, so that a longer one would meet none.
const MAX_TEXT: usize = 100 * 1024;

/// Longest text to look for within others. PostgreSQL looks for it at each character of a cell: at the worst, letters
/// that are nearly all alike, 500 of them in a cell of 100,000 take it 0.2 s.
pub(super) const MAX_PART: usize = 500;

fn one(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    at_most(MAX_TEXT, text_value(value)?).map(|text| Operand::Text(text.to_owned()))
}

fn part(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    at_most(MAX_PART, text_value(value)?).map(|text| Operand::Text(text.to_owned()))
}

fn many(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    let text = |item| {
        let text = text_value(Some(item)).and_then(|text| at_most(MAX_TEXT, text));
        text.map(|text| Cell::Text(text.to_owned()))
    };
    Ok(Operand::Many(list_value(value)?.iter().map(text).collect::<Result<_, _>>()?))
}

/// The text, unless it is too long to look for.
pub(super) fn at_most(characters: usize, text: &str) -> Result<&str, String> {
    if text.len() <= characters {
        return Ok(text);
    }
    match text.chars().count() {
        length if length > characters => Err(format!(
            "too long: at most {characters} characters can be looked for here, these are {length}"
        )),
        _ => Ok(text),
    }
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

/// The value and the text it is compared with, both without case unless case counts.
fn sides(value: Expr, text: &str, case_sensitive: bool) -> (Expr, Expr) {
    if case_sensitive { (value, bound(text)) } else { (folded(value), folded(bound(text))) }
}

fn folded(text: Expr) -> Expr {
    expr::call(PgFn::Folded, [text])
}

fn is(c: Compare<'_>) -> Expr {
    let (value, wanted) = sides(c.value, text_of(c.operand), c.case_sensitive);
    value.eq(wanted)
}

fn contains(c: Compare<'_>) -> Expr {
    // Folding leaves the wildcards of LIKE and what escapes them as they are.
    let pattern = expr::like_pattern(true, text_of(c.operand), true);
    let (value, pattern) = sides(c.value, &pattern, c.case_sensitive);
    value.binary(BinOper::Like, pattern)
}

fn starts_with(c: Compare<'_>) -> Expr {
    let (value, start) = sides(c.value, text_of(c.operand), c.case_sensitive);
    expr::call(PgFn::StartsWith, [value, start])
}

/// Compares the end only: LIKE would try each position.
fn ends_with(c: Compare<'_>) -> Expr {
    let end = text_of(c.operand);
    let characters = expr::as_int(expr::integer(i64::try_from(end.chars().count()).unwrap_or(i64::MAX)));
    let (value, end) = sides(c.value, end, c.case_sensitive);
    expr::call(PgFn::Right, [value, characters]).eq(end)
}

/// A word that is not a part of a longer one; it may have spaces and signs in it.
fn word(c: Compare<'_>) -> Expr {
    let (value, word) = sides(c.value, text_of(c.operand), c.case_sensitive);
    expr::call(PgFn::HasWord, [value, word])
}

fn is_in(c: Compare<'_>) -> Expr {
    let Operand::Many(cells) = c.operand else { return expr::boolean(false) };
    let texts = expr::array(cells, PgType::Text);
    if c.case_sensitive {
        return expr::is_any_of(c.value, texts);
    }
    expr::is_any_of(folded(c.value), expr::call(PgFn::FoldedAll, [texts]))
}

fn domain(c: Compare<'_>) -> Expr {
    expr::call(PgFn::Domain, [c.value]).eq(folded(bound(text_of(c.operand))))
}

fn length(c: Compare<'_>, operator: BinOper) -> Expr {
    let Operand::Count(count) = c.operand else { return expr::boolean(false) };
    let length = expr::call(PgFn::CharLength, [expr::call(PgFn::Coalesce, [c.value, bound("")])]);
    length.binary(operator, expr::integer(*count))
}

fn is_empty(c: Compare<'_>) -> Expr {
    expr::call(PgFn::Coalesce, [c.value, bound("")]).eq(bound(""))
}
