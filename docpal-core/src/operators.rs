//! The filter operators: one file per family of values, one line per operator. The lists drive
//! resolution, SQL, error messages and the documentation.

mod computed;
pub(crate) mod dates;
pub(crate) mod id;
pub(crate) mod multiple_select;
pub(crate) mod number;
pub(crate) mod single_select;
pub(crate) mod switch;
pub(crate) mod text;
pub(crate) mod user;

use std::fmt;

use crate::field_types::SelectOption;
use crate::id::UserId;
use crate::json::Json;
use crate::sql::PgType;
use crate::sql::expr::{self, Expr, ExprTrait as _};
use crate::values::Cell;
use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use dates::{Span, Stretch};

use crate::error::Error;
use crate::filter::Test;
use crate::names;
use crate::target::Compared;

/// A list of values in a filter has at most this many.
pub const MAX_VALUES: usize = 5_000;

/// A filter operator on one family of values.
pub struct Operator {
    /// The code in requests, as `starts_with`.
    pub code: &'static str,
    /// What it finds, for people.
    pub summary: &'static str,
    /// A value it takes, as JSON; empty when it takes none.
    pub example: &'static str,
    /// Reads the value.
    pub(crate) read: fn(Option<&Json>, &Reading<'_>) -> Result<Operand, String>,
    /// The condition in SQL. It must never raise, whatever the row holds; it may be null, which counts as no.
    pub(crate) lower: fn(Compare<'_>) -> Expr,
}

/// When a condition is asked, and by whom: what "today" and "me" mean in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The moment of the operation.
    pub now: DateTime<Utc>,
    /// Who asks.
    pub user: Option<UserId>,
}

impl Moment {
    /// A moment at which nobody in particular asks.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now, user: None }
    }
}

/// What reading a value may need.
#[derive(Debug)]
pub struct Reading<'r> {
    /// What is compared.
    pub compared: &'r Compared,
    /// Is there somebody that `me` can mean?
    pub has_user: bool,
    /// Relative dates must be in the calendar now.
    pub now: DateTime<Utc>,
}

/// The value of a filter, read.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// None needed.
    None,
    /// One value.
    One(Cell),
    /// Two values, the lower first.
    Between(Cell, Cell),
    /// Any number of values.
    Many(Vec<Cell>),
    /// A text to look for.
    Text(String),
    /// A whole number.
    Count(i64),
    /// Ids.
    Ids(Vec<Uuid>),
    /// Who asks.
    Me,
    /// From the beginning of the first stretch to the end of the second.
    Span(Stretch, Stretch),
}

/// What an operator turns into SQL.
#[doc(hidden)]
#[derive(Debug)]
pub struct Compare<'c> {
    /// The value of the record.
    pub value: Expr,
    /// Its type.
    pub ty: PgType,
    /// When it could not be computed; `None` when it always can.
    pub fails: Option<Expr>,
    /// What it is compared with.
    pub operand: &'c Operand,
    /// Are texts compared exactly?
    pub case_sensitive: bool,
    /// When, and for whom.
    pub moment: Moment,
}

impl Operator {
    /// Reads the value of a filter.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub fn read(&self, value: Option<&Json>, reading: &Reading<'_>) -> Result<Operand, String> {
        (self.read)(value, reading)
    }

    /// The condition in SQL: yes, no, or null for no. A value that could not be computed meets none but those
    /// that ask for it.
    #[doc(hidden)]
    #[must_use]
    pub fn lower(&self, compare: Compare<'_>) -> Expr {
        let asks = computed::OPERATORS.iter().any(|operator| operator == self);
        let fails = compare.fails.clone().filter(|_| !asks);
        let condition = (self.lower)(compare);
        match fails {
            Some(fails) => condition.and(expr::not_true(fails)),
            None => condition,
        }
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The operators on what is compared, in the order a person picks from.
#[must_use]
pub fn operators_of(compared: &Compared) -> &'static [Operator] {
    compared.family().operators
}

/// The operators that computed fields have besides those of their result.
#[must_use]
pub fn computed_operators() -> &'static [Operator] {
    computed::OPERATORS
}

/// What an operator is called elsewhere, with what families call it here.
const ALIASES: &[(&str, &[&str])] = &[
    ("eq", &["is", "is_exactly"]),
    ("is", &["eq", "is_exactly"]),
    ("ne", &["is_not", "is_not_exactly"]),
    ("is_not", &["ne", "is_not_exactly"]),
    ("gt", &["after"]),
    ("gte", &["on_or_after"]),
    ("lt", &["before"]),
    ("lte", &["on_or_before"]),
    ("in", &["is_any_of"]),
    ("not_in", &["is_none_of"]),
];

/// The first of `known` that has a code, or that is called so elsewhere.
fn by_code<'o>(op: &str, known: impl Iterator<Item = &'o Operator> + Clone) -> Option<&'o Operator> {
    let coded = |code: &str| known.clone().find(|operator| operator.code == code);
    let elsewhere = || ALIASES.iter().find(|(alias, _)| *alias == op)?.1.iter().find_map(|code| coded(code));
    coded(op).or_else(elsewhere)
}

/// The operator and the value of a test, looked up among those that what it compares has.
///
/// # Errors
/// `unknown_operator` with the nearest, `invalid_value`, each with its path.
pub fn find(
    test: &Test,
    computed: bool,
    reading: &Reading<'_>,
    path: &str,
) -> Result<(&'static Operator, Operand), Error> {
    let extra = if computed { computed_operators() } else { &[] };
    let known = || operators_of(reading.compared).iter().chain(extra);
    let operator = by_code(&test.op, known()).ok_or_else(|| {
        let codes: Vec<&str> = known().map(|operator| operator.code).collect();
        let near = names::end_of_sentence(names::nearest(&test.op, codes.iter().copied()));
        let (op, kind) = (names::shown(&test.op), reading.compared.word());
        let message =
            format!("a {kind} has no operator `{op}`{near} The operators are: {}", codes.join(", "));
        Error::invalid("unknown_operator", format!("{path}.op"), message)
    })?;
    let operand = operator
        .read(test.value.as_ref(), reading)
        .map_err(|message| Error::invalid("invalid_value", format!("{path}.value"), message))?;
    Ok((operator, operand))
}

// Reading values: shared by the families.

pub(crate) fn no_value(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    match value {
        None | Some(Json::Null) => Ok(Operand::None),
        Some(_) => Err("this operator takes no value".to_owned()),
    }
}

pub(crate) fn needed(value: Option<&Json>) -> Result<&Json, String> {
    match value {
        None | Some(Json::Null) => Err("a value is needed; to find empty ones use `is_empty`".to_owned()),
        Some(value) => Ok(value),
    }
}

pub(crate) fn text_value(value: Option<&Json>) -> Result<&str, String> {
    let value = needed(value)?;
    let text = value.as_text().ok_or_else(|| format!("expected a text, got {}", value.kind()))?;
    if text.contains('\0') {
        return Err("a text cannot hold the character NUL".to_owned());
    }
    Ok(text)
}

pub(crate) fn count_value(value: Option<&Json>, _: &Reading<'_>) -> Result<Operand, String> {
    match needed(value)? {
        Json::Number(text) => {
            let count = text.parse::<u32>().map_err(|_| "expected a whole number from 0".to_owned())?;
            Ok(Operand::Count(i64::from(count)))
        }
        other => Err(format!("expected a whole number, got {}", other.kind())),
    }
}

pub(crate) fn list_value(value: Option<&Json>) -> Result<&[Json], String> {
    match needed(value)? {
        Json::List(items) if items.len() > MAX_VALUES => {
            Err(format!("at most {MAX_VALUES} values are taken"))
        }
        Json::List(items) => Ok(items),
        other => Err(format!("expected a list, got {}", other.kind())),
    }
}

pub(crate) fn option_id(options: &[SelectOption], value: &Json) -> Result<Cell, String> {
    let text =
        value.as_text().ok_or_else(|| format!("expected the name of an option, got {}", value.kind()))?;
    let option = SelectOption::find(options, text);
    option
        .map(|option| Cell::Text(option.id.clone()))
        .ok_or_else(|| format!("`{text}` is not an option of the field"))
}

pub(crate) fn ids_value(value: Option<&Json>) -> Result<Operand, String> {
    let items = match needed(value)? {
        Json::List(_) => list_value(value)?.iter().collect(),
        one => vec![one],
    };
    let id = |item: &Json| item.as_text().and_then(|text| Uuid::parse_str(text).ok()).ok_or("expected an id");
    Ok(Operand::Ids(items.into_iter().map(id).collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests;
