//! The parts of a program, one by one, as SQL that never raises.

use crate::Cell;
use crate::sql::PgType;
use crate::sql::expr::{self, PgFn};
use docpal_formula::{ArithmeticOp, Coercion, Expr as Formula, Node, Type, Value};

use super::arithmetic::{Exact, arithmetic};
use super::compare::compare;
use super::list::{self, to_list};
use super::sql::{Failure, Kind, Sql, any_fails, either};
use super::term::{self, Term};
use super::{Clock, Unsupported, call};

/// No SQL with more columns, constants, calls and operators than this: about 64 kB.
const MAX_WEIGHT: usize = 3_000;
/// No SQL taller than this, which every stack bears.
const MAX_HEIGHT: usize = 250;
/// No program taller than this.
const MAX_DEPTH: usize = 48;

/// What the parts of a program are lowered with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lowering<'s> {
    pub(crate) slots: &'s [Sql],
    pub(crate) clock: Clock,
    /// How many parts of the program are around this one.
    pub(crate) depth: usize,
}

impl Lowering<'_> {
    /// One part, with its kind; what is always blank takes the kind its place asks for.
    pub(super) fn lower_as(self, node: &Node, kind: Kind) -> Result<Sql, Unsupported> {
        Ok(self.lower(node)?.into_kind(kind).settled())
    }

    /// One part.
    pub(super) fn lower(mut self, node: &Node) -> Result<Sql, Unsupported> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("its SQL would be too tall".to_owned());
        }
        let sql = match node.expr() {
            Formula::Constant(value) => constant(value, node.ty())?,
            Formula::Slot(index) => self.slots.get(*index).cloned().ok_or("it reads an unknown field")?,
            Formula::Coerce(coercion, inner) => self.coerce(*coercion, inner)?,
            Formula::Negate(inner) => negate(self.lower(inner)?.into_kind(Kind::Number)),
            Formula::Not(inner) => not(self.lower_as(inner, Kind::Bool)?.into_truth()),
            Formula::Arithmetic(op, a, b) => {
                let (a, b) = (self.lower(a)?, self.lower(b)?);
                arithmetic(*op, a.into_kind(Kind::Number), b.into_kind(Kind::Number))
            }
            Formula::Compare(op, a, b) => compare(*op, self.lower(a)?, self.lower(b)?),
            Formula::And(items) => self.sequence(items, true)?,
            Formula::Or(items) => self.sequence(items, false)?,
            Formula::Concat(items) => self.concat(items)?,
            Formula::Call(function) => call::lower(function, node.ty(), self)?,
            _ => return Err("it uses an operator without an SQL form".to_owned()),
        };
        if sql.weight() > MAX_WEIGHT || sql.height() > MAX_HEIGHT {
            return Err("its SQL would be too long".to_owned());
        }
        Ok(sql.into_kind(Kind::of(node.ty())?))
    }

    /// AND and OR from left to right: an error counts only when it is reached.
    pub(super) fn sequence(self, items: &[Node], all: bool) -> Result<Sql, Unsupported> {
        let mut whole: Option<Sql> = None;
        for item in items.iter().rev() {
            let item = self.lower_as(item, Kind::Bool)?.into_truth();
            whole = Some(match whole {
                None => item,
                Some(rest) => joined(item, rest, all),
            });
        }
        Ok(whole.unwrap_or_else(|| Sql::truth(Term::boolean(all), Failure::Never)))
    }

    /// Texts joined; null counts as empty.
    pub(super) fn concat(self, items: &[Node]) -> Result<Sql, Unsupported> {
        let mut parts = Vec::with_capacity(items.len());
        for item in items {
            parts.push(self.lower_as(item, Kind::Text)?);
        }
        let fails = any_fails(&parts);
        let bytes = parts.iter().fold(0u64, |sum, part| sum.saturating_add(part.bytes));
        let or_empty = |part: Sql| if part.nullable { part.value.or_empty() } else { part.value };
        let joined = parts.into_iter().map(or_empty).reduce(Term::concat);
        let value = joined.unwrap_or_else(|| Term::literal(""));
        Ok(Sql::unless(Kind::Text, fails, value).never_null().at_most(bytes).limited())
    }

    fn coerce(self, coercion: Coercion, inner: &Node) -> Result<Sql, Unsupported> {
        let inner = self.lower(inner)?.settled();
        match coercion {
            Coercion::ToText => Ok(to_text(inner)),
            Coercion::Truthy => Ok(truthy(inner)),
            Coercion::DateToDateTime => Ok(midnight(inner.into_kind(Kind::Date), self.clock.zone.name())),
            Coercion::ToList => to_list(inner),
            _ => Err("it uses a conversion without an SQL form".to_owned()),
        }
    }
}

fn constant(value: &Value<'static>, ty: &Type) -> Result<Sql, Unsupported> {
    let kind = Kind::of(ty)?;
    let bound = |cell: Cell, pg: PgType| Term::leaf(expr::bind(&cell, pg));
    let (value, bytes, exact) = match value {
        Value::Null => return Ok(Sql::sure(kind, Term::null(kind.pg())).at_most(0).of_items(0)),
        Value::Number(number) => {
            let value = bound(Cell::Number(*number), PgType::Numeric);
            (value.clone(), 0, Some(Box::new(Exact::constant(*number, value))))
        }
        Value::Text(text) => (Term::text(text)?, text.len() as u64, None),
        Value::Bool(flag) => (Term::boolean(*flag), 0, None),
        Value::Date(day) => (bound(Cell::Date(*day), PgType::Date), 0, None),
        Value::DateTime(instant) => (bound(Cell::DateTime(*instant), PgType::Timestamptz), 0, None),
        Value::List(items) => return constant_list(items, kind),
        Value::Json(_) => return Err("it computes with JSON".to_owned()),
    };
    Ok(Sql { exact, ..Sql::sure(kind, value).never_null().at_most(bytes) })
}

fn constant_list(items: &[Value<'static>], kind: Kind) -> Result<Sql, Unsupported> {
    let mut bytes = 0u64;
    let mut cells = Vec::with_capacity(items.len());
    for item in items {
        cells.push(match item {
            Value::Null => Cell::Null,
            Value::Number(number) => Cell::Number(*number),
            Value::Text(text) => {
                bytes = bytes.saturating_add(text.len() as u64);
                Cell::Text(term::without_nul(text)?.to_owned())
            }
            Value::Bool(flag) => Cell::Bool(*flag),
            Value::Date(day) => Cell::Date(*day),
            Value::DateTime(instant) => Cell::DateTime(*instant),
            Value::List(_) | Value::Json(_) => {
                return Err("it computes with a list of lists or JSON".to_owned());
            }
        });
    }
    let value = Term::leaf(expr::array(&cells, kind.pg())).of_weight(1 + items.len() / 16);
    Ok(Sql::sure(kind, value).never_null().at_most(bytes).of_items(items.len() as u64))
}

/// The number with the other sign; null stays null.
fn negate(number: Sql) -> Sql {
    let value = Term::integer(0).binary(expr::BinOper::Sub, number.value.clone());
    let (failure, nullable) = (number.failure.clone(), number.nullable);
    // As a difference it can be part of a plain sum of products.
    let exact = number.exact.is_some().then(|| arithmetic(ArithmeticOp::Subtract, Sql::zero(), number).exact);
    Sql { exact: exact.flatten(), ..Sql::new(Kind::Number, value, failure).nullable(nullable) }
}

/// The other truth.
pub(super) fn not(truth: Sql) -> Sql {
    Sql { value: truth.value.negated(), ..truth }
}

/// Two truths, the first before the second.
fn joined(first: Sql, rest: Sql, all: bool) -> Sql {
    let failure = if first.is_sure() && rest.is_sure() { Failure::Never } else { Failure::Poison };
    let value = match (first.is_sure(), all) {
        (true, true) => first.value.and(rest.value),
        (true, false) => first.value.or(rest.value),
        // Null AND false would be false, and hide the error on the left.
        (false, true) => first.value.by_truth(rest.value, Term::boolean(false), Term::null(PgType::Boolean)),
        (false, false) => first.value.by_truth(Term::boolean(true), rest.value, Term::null(PgType::Boolean)),
    };
    Sql::truth(value, failure)
}

/// The one text form of a value; null stays null.
fn to_text(inner: Sql) -> Sql {
    let (fails, nullable) = (inner.fails(), inner.nullable);
    let (value, bytes) = match inner.kind {
        Kind::Text | Kind::Null => return inner,
        Kind::List(_) => return list::text_of(inner),
        Kind::Number => (Term::call(PgFn::NumText, [inner.value]), 64),
        Kind::Bool => (inner.value.cast(PgType::Text), 5),
        Kind::Date => (Term::call(PgFn::ToChar, [inner.value.into_local(), Term::literal("YYYY-MM-DD")]), 10),
        Kind::DateTime => {
            let format = Term::literal("YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"");
            (Term::call(PgFn::ToChar, [inner.value.at_zone("UTC"), format]), 24)
        }
    };
    Sql::unless(Kind::Text, fails, value).nullable(nullable).at_most(bytes)
}

/// Null and false, 0 and what is empty are not true.
pub(super) fn truthy(inner: Sql) -> Sql {
    let nullable = inner.nullable;
    match inner.kind {
        Kind::Bool => inner.into_truth(),
        Kind::Null => {
            let fails = inner.fails();
            Sql::truth_unless(fails, Term::boolean(false))
        }
        Kind::Text => {
            let fails = inner.fails();
            let text = if nullable { inner.value.or_empty() } else { inner.value };
            Sql::truth_unless(fails, text.binary(expr::BinOper::NotEqual, Term::literal("")))
        }
        Kind::List(_) => {
            let fails = inner.fails();
            Sql::truth_unless(fails, inner.count().binary(expr::BinOper::GreaterThan, Term::integer(0)))
        }
        kind => {
            let blank =
                || if kind == Kind::Number { Term::integer(0) } else { Term::leaf(expr::lowest(kind.pg())) };
            let failure = inner.failure.clone();
            let value = if nullable { inner.value.or_else(blank()) } else { inner.value };
            let value = if matches!(failure, Failure::Never) { value } else { value.null_if(kind.poison()) };
            Sql::truth(value.binary(expr::BinOper::NotEqual, blank()), failure)
        }
    }
}

/// A date as the instant of its midnight in a zone.
pub(super) fn midnight(date: Sql, zone: &str) -> Sql {
    let nullable = date.nullable;
    if zone == "UTC" {
        return Sql::new(Kind::DateTime, date.value.into_local().at_zone(zone), date.failure)
            .nullable(nullable);
    }
    // East of Greenwich the first day of the calendar begins before it.
    let value = Term::call(PgFn::Instant, [date.value.into_local(), Term::zone(zone)]);
    Sql::poisonous(Kind::DateTime, value).nullable(nullable)
}

/// `yes` or `no` by a condition, with the error of the condition and of the branch taken.
pub(super) fn choose(condition: Sql, yes: Sql, no: Sql, kind: Kind) -> Sql {
    let condition = condition.into_truth();
    let (yes, no) = (yes.into_kind(kind).settled(), no.into_kind(kind).settled());
    let nullable = yes.nullable || no.nullable;
    let (bytes, items) = (yes.bytes.max(no.bytes), yes.items.max(no.items));
    let pick = |yes: Term, no: Term, unknown: Term| {
        if condition.is_sure() {
            condition.value.clone().choose(yes, no)
        } else {
            condition.value.clone().by_truth(yes, no, unknown)
        }
    };
    let all_sure = condition.is_sure() && yes.is_sure() && no.is_sure();
    let in_value = kind.has_poison() || (kind == Kind::Bool && !nullable);
    let sql = if all_sure {
        Sql::sure(kind, pick(yes.value, no.value, Term::null(kind.pg())))
    } else if in_value {
        let into = |sql: Sql| if kind == Kind::Bool { sql.into_truth().value } else { sql.value };
        Sql::poisonous(kind, pick(into(yes), into(no), kind.poison()))
    } else {
        let branch = |sql: &Sql| sql.fails().unwrap_or_else(|| Term::boolean(false));
        let fails = pick(branch(&yes), branch(&no), Term::boolean(true));
        Sql::new(kind, pick(yes.value, no.value, Term::null(kind.pg())), Failure::when(Some(fails)))
    };
    sql.nullable(nullable).at_most(bytes).of_items(items)
}

/// The first that is not blank.
pub(super) fn coalesce(parts: Vec<Sql>, kind: Kind) -> Sql {
    let most = |size: fn(&Sql) -> u64| parts.iter().map(size).max().unwrap_or(0);
    let (bytes, items) = (most(|part| part.bytes), most(|part| part.items));
    let unblanked = |part: &Sql| match kind {
        Kind::Text | Kind::Null => part.value.clone().null_if(Term::literal("")),
        _ => part.value.clone(),
    };
    let values: Vec<Term> = parts.iter().map(unblanked).collect();
    let value = Term::call(PgFn::Coalesce, values.clone());
    if kind.has_poison() {
        let failure = if parts.iter().all(Sql::is_sure) { Failure::Never } else { Failure::Poison };
        let nullable = parts.iter().all(|part| part.nullable);
        return Sql::new(kind, value, failure).nullable(nullable);
    }
    let mut fails: Option<Term> = None;
    for (part, value) in parts.iter().zip(values).rev() {
        fails = either(part.fails(), fails.map(|rest| value.when_null().and(rest)));
    }
    Sql::unless(kind, fails, value).at_most(bytes).of_items(items)
}
