//! The operators of the formula language, one by one, as SQL that never raises.

use docpal_core::Cell;
use docpal_core::sql::PgType;
use docpal_core::sql::expr::{self, BinOper, Collation, Expr, ExprTrait as _, PgFn};
use docpal_formula::{ArithmeticOp, Coercion, CompareOp, Expr as Formula, Node, Type, Value};

use super::{Failure, Sql, Unsupported, call};

/// One node with the expressions of its program's slots.
pub(super) fn lower(node: &Node, slots: &[Sql]) -> Result<Sql, Unsupported> {
    Ok(match node.expr() {
        Formula::Constant(value) => constant(value, node.ty())?,
        Formula::Slot(index) => slots.get(*index).cloned().ok_or("it reads an unknown field")?,
        Formula::Coerce(coercion, inner) => coerce(*coercion, inner.ty(), lower(inner, slots)?)?,
        Formula::Negate(inner) => {
            let inner = lower(inner, slots)?;
            Sql { value: expr::negate(inner.value), failure: inner.failure }
        }
        Formula::Not(inner) => {
            let inner = lower(inner, slots)?;
            Sql { value: expr::not_true(inner.value), failure: inner.failure }
        }
        Formula::Arithmetic(op, a, b) => arithmetic(*op, lower(a, slots)?, lower(b, slots)?),
        Formula::Compare(op, a, b) => compare(*op, a, lower(a, slots)?, b, lower(b, slots)?)?,
        Formula::And(items) => sequence(items, slots, true)?,
        Formula::Or(items) => sequence(items, slots, false)?,
        Formula::Concat(items) => concat(items, slots)?,
        Formula::Call(function) => call::lower(function, node.ty(), slots)?,
        _ => return Err("it uses an operator without an SQL form".to_owned()),
    })
}

fn constant(value: &Value<'static>, ty: &Type) -> Result<Sql, Unsupported> {
    let (cell, pg) = match value {
        Value::Null => (Cell::Null, super::pg_type(ty).ok_or("it uses a list or JSON")?),
        Value::Number(number) => (Cell::Number(*number), PgType::Numeric),
        Value::Text(text) => (Cell::Text(text.clone().into_owned()), PgType::Text),
        Value::Bool(flag) => return Ok(Sql::sure(expr::boolean(*flag))),
        Value::Date(day) => (Cell::Date(*day), PgType::Date),
        Value::DateTime(instant) => (Cell::DateTime(*instant), PgType::Timestamptz),
        Value::List(_) | Value::Json(_) => return Err("it uses a list or JSON".to_owned()),
    };
    if let Cell::Text(text) = &cell
        && text.contains('\0')
    {
        return Err("it has a text with the character NUL".to_owned());
    }
    Ok(Sql::sure(expr::bind(&cell, pg)))
}

/// One fails, or the other does.
pub(super) fn either(a: Option<Expr>, b: Option<Expr>) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.or(b)),
        (one, other) => one.or(other),
    }
}

/// Null counts as 0.
fn or_zero(value: Expr) -> Expr {
    expr::call(PgFn::Coalesce, [value, expr::integer(0)])
}

/// Null counts as no.
fn or_false(value: Expr) -> Expr {
    expr::call(PgFn::Coalesce, [value, expr::boolean(false)])
}

/// Null counts as empty.
pub(super) fn or_empty(value: Expr) -> Expr {
    expr::call(PgFn::Coalesce, [value, expr::literal("")])
}

fn arithmetic(op: ArithmeticOp, a: Sql, b: Sql) -> Sql {
    let exact = |operator| {
        expr::call(PgFn::Num, [or_zero(a.value.clone()).binary(operator, or_zero(b.value.clone()))])
    };
    let value = match op {
        ArithmeticOp::Add => exact(BinOper::Add),
        ArithmeticOp::Subtract => exact(BinOper::Sub),
        ArithmeticOp::Multiply => exact(BinOper::Mul),
        // A null divisor stays null: docpal.div takes it as a division by zero.
        ArithmeticOp::Divide => expr::call(PgFn::Div, [or_zero(a.value), b.value]),
    };
    Sql::number(value)
}

/// Null equals null, and for texts the empty text; it equals nothing else, and no order holds with it.
fn compare(op: CompareOp, a_node: &Node, a: Sql, b_node: &Node, b: Sql) -> Result<Sql, Unsupported> {
    let ty = if *a_node.ty() == Type::Null { b_node.ty() } else { a_node.ty() };
    if matches!(ty, Type::List(_) | Type::Json) {
        return Err("it compares lists or JSON".to_owned());
    }
    let fails = either(a.fails(), b.fails());
    let is_text = *ty == Type::Text;
    let (a, b) = if is_text {
        (expr::collate(a.value, Collation::CodePoint), expr::collate(b.value, Collation::CodePoint))
    } else {
        (a.value, b.value)
    };
    let ordered = |operator| or_false(a.clone().binary(operator, b.clone()));
    let equal = || match is_text {
        true => or_empty(a.clone()).eq(or_empty(b.clone())),
        false => expr::not_true(expr::is_distinct_from(a.clone(), b.clone())),
    };
    let value = match op {
        CompareOp::Equal => equal(),
        CompareOp::NotEqual => expr::not_true(equal()),
        CompareOp::Less => ordered(BinOper::SmallerThan),
        CompareOp::LessOrEqual => ordered(BinOper::SmallerThanOrEqual),
        CompareOp::Greater => ordered(BinOper::GreaterThan),
        CompareOp::GreaterOrEqual => ordered(BinOper::GreaterThanOrEqual),
    };
    Ok(Sql::with(value, fails))
}

/// AND and OR from left to right: an error counts only when it is reached.
pub(super) fn sequence(items: &[Node], slots: &[Sql], all: bool) -> Result<Sql, Unsupported> {
    let mut lowered =
        items.iter().map(|item| lower(item, slots)).collect::<Result<Vec<_>, _>>()?.into_iter().rev();
    let Some(last) = lowered.next() else { return Ok(Sql::sure(expr::boolean(all))) };
    let (mut value, mut fails) = (or_false(last.value.clone()), last.fails());
    for item in lowered {
        let this = or_false(item.value.clone());
        let goes_on = if all { this.clone() } else { expr::not_true(this.clone()) };
        fails = either(item.fails(), fails.map(|rest| goes_on.and(rest)));
        value = if all { this.and(value) } else { this.or(value) };
    }
    Ok(Sql::with(value, fails))
}

pub(super) fn concat(items: &[Node], slots: &[Sql]) -> Result<Sql, Unsupported> {
    let (mut joined, mut fails) = (None, None);
    for item in items {
        let item = lower(item, slots)?;
        fails = either(fails, item.fails());
        let text = or_empty(item.value);
        joined = Some(match joined {
            None => text,
            Some(before) => expr::concat(before, text),
        });
    }
    Ok(Sql::with(joined.unwrap_or_else(|| expr::literal("")), fails))
}

fn coerce(coercion: Coercion, from: &Type, inner: Sql) -> Result<Sql, Unsupported> {
    let fails = inner.fails();
    let value = match (coercion, from) {
        (Coercion::ToText, Type::Number) => expr::call(PgFn::NumText, [inner.value]),
        (Coercion::ToText, Type::Text | Type::Null) => inner.value,
        (Coercion::ToText, Type::Bool) => expr::cast(inner.value, PgType::Text),
        (Coercion::ToText, Type::Date) => {
            expr::call(PgFn::ToChar, [expr::as_local(inner.value), expr::literal("YYYY-MM-DD")])
        }
        (Coercion::ToText, Type::DateTime) => {
            let format = expr::literal("YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"");
            expr::call(PgFn::ToChar, [expr::at_time_zone(inner.value, "UTC"), format])
        }
        (Coercion::Truthy, Type::Bool) => or_false(inner.value),
        (Coercion::Truthy, Type::Number) => or_zero(inner.value).ne(expr::integer(0)),
        (Coercion::Truthy, Type::Text) => or_empty(inner.value).ne(expr::literal("")),
        (Coercion::Truthy, Type::Date | Type::DateTime) => inner.value.is_not_null(),
        (Coercion::Truthy, Type::Null) => expr::boolean(false),
        (Coercion::DateToDateTime, _) => expr::at_time_zone(expr::as_local(inner.value), "UTC"),
        _ => return Err("it makes or reads a list".to_owned()),
    };
    Ok(Sql::with(value, fails))
}

/// `CASE WHEN condition THEN yes ELSE no END`, with the error of the condition and of the branch taken.
pub(super) fn choose(condition: Sql, yes: Sql, no: Sql, ty: &Type) -> Sql {
    let taken = or_false(condition.value.clone());
    let condition_fails = condition.fails();
    let may_fail =
        condition_fails.is_some() || !matches!((&yes.failure, &no.failure), (Failure::Never, Failure::Never));
    if *ty == Type::Number {
        let chosen = expr::if_else(taken, yes.value, no.value);
        return match (condition_fails, may_fail) {
            (Some(fails), _) => Sql::number(expr::if_else(fails, expr::nan(), chosen)),
            (None, true) => Sql::number(chosen),
            (None, false) => Sql::sure(chosen),
        };
    }
    let branch = match (yes.fails(), no.fails()) {
        (None, None) => None,
        (yes, no) => {
            let never = || expr::boolean(false);
            Some(expr::if_else(taken.clone(), yes.unwrap_or_else(never), no.unwrap_or_else(never)))
        }
    };
    Sql::with(expr::if_else(taken, yes.value, no.value), either(condition_fails, branch))
}
