//! Formulas as SQL: total expressions that give what the evaluator gives, error by error.
//!
//! No expression made here raises an error in PostgreSQL, whatever the row holds: an error would tell about rows
//! one may not see. What the evaluator ends in an error is a value here too (see `sql`). The functions in the schema
//! `docpal` compute what PostgreSQL computes otherwise.

mod arithmetic;
mod call;
mod compare;
mod kind;
mod list;
mod node;
mod sql;
mod term;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::TableSnapshot;
use crate::error::{Error, Result};
use crate::model::{Computed, Field, Input};
use crate::sql::PgType;
use crate::sql::expr::{self, Expr};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use docpal_formula::{RecordProperty, Type};

use self::arithmetic::Exact;
use self::node::Lowering;
use self::sql::{Kind, Sql};
use self::term::Term;
use crate::target::Compared;
use crate::values;

pub use call::{MEMORY_ONLY, has_sql};

/// A chain of formulas longer than this has no SQL form.
const MAX_CHAIN: usize = 8;

/// Why a formula has no SQL form.
pub type Unsupported = String;

/// What time it is for formulas, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What `NOW()` is.
    pub now: DateTime<Utc>,
    /// The zone in which the parts of instants are read.
    pub zone: Tz,
}

impl Clock {
    /// A clock in UTC.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self { now, zone: Tz::UTC }
    }
}

/// A computed value in SQL.
#[derive(Clone, Debug)]
pub struct ComputedValue {
    /// The value; null for a blank.
    pub value: Expr,
    /// Its type.
    pub ty: PgType,
    /// When it could not be computed; the value is then anything.
    pub fails: Option<Expr>,
    /// The value in two cases, when one of them is simpler.
    pub cases: Option<Box<Cases>>,
}

/// A value that is simple for most records.
#[derive(Clone, Debug)]
pub struct Cases {
    /// Which they are.
    pub test: Expr,
    /// The value of those; it can always be computed.
    pub simple: Expr,
    /// The value of the others.
    pub other: Expr,
    /// When the value of the others could not be computed.
    pub other_fails: Option<Expr>,
}

/// What values of `ty` are in SQL; `None` of what has no form there.
#[cfg(test)]
pub(crate) fn stored_as(ty: &Type) -> Option<PgType> {
    Kind::of(ty).ok().map(Kind::pg)
}

/// Has the formula of the field at `position` an SQL form?
fn check(snapshot: &TableSnapshot, position: usize) -> Result<(), Unsupported> {
    let sql = compile(snapshot, Clock::at(DateTime::UNIX_EPOCH), position, 0)?;
    if is_list(&sql) {
        Err("its result is a list; compare with INCLUDES, FIRST or ARRAYJOIN".to_owned())
    } else {
        Ok(())
    }
}

/// A computed field can be filtered, sorted and grouped by, and asked by the condition of a rule, only when its formula
/// has an SQL form. Tells whether the field at `position` is computed.
///
/// # Errors
/// `not_in_sql`, with why.
pub fn require(snapshot: &TableSnapshot, position: usize, path: &str) -> Result<bool> {
    let Some(field) = snapshot.fields().get(position) else { return Ok(false) };
    if field.kind().formula().is_none() {
        return Ok(false);
    }
    check(snapshot, position).map(|()| true).map_err(|why| {
        Error::invalid("not_in_sql", path, format!("the formula cannot be computed in the database: {why}"))
    })
}

/// A list is a part of a formula; no operator takes one.
fn is_list(sql: &Sql) -> bool {
    matches!(sql.kind, Kind::List(_))
}

/// The value of the computed field at `position`, over the columns of its table; `None` when its formula has no SQL
/// form.
pub fn value(snapshot: &TableSnapshot, clock: Clock, position: usize) -> Option<ComputedValue> {
    let sql = compile(snapshot, clock, position, 0).ok().filter(|sql| !is_list(sql))?;
    let cases = sql.plain().map(|(test, plain)| {
        let ruled = Sql { exact: None, ..sql.as_ref().clone() };
        let other_fails = ruled.fails().map(Term::into_expr);
        let (test, simple, other) = (test.into_expr(), plain.into_expr(), ruled.value.into_expr());
        Box::new(Cases { test, simple, other, other_fails })
    });
    let sql = Arc::unwrap_or_clone(sql).settled();
    let fails = sql.fails().map(Term::into_expr);
    Some(ComputedValue { value: sql.value.into_expr(), ty: sql.kind.pg(), fails, cases })
}

/// A formula over the table of `snapshot`: its value, and when it could not be computed.
pub fn value_of(
    snapshot: &TableSnapshot,
    clock: Clock,
    formula: &Computed,
) -> Result<(Expr, PgType, Expr), Unsupported> {
    let sql = lower(snapshot, clock, formula, 0)?.settled();
    if is_list(&sql) {
        return Err("its result is a list".to_owned());
    }
    let fails = sql.fails().unwrap_or_else(|| Term::boolean(false));
    Ok((sql.value.into_expr(), sql.kind.pg(), fails.into_expr()))
}

/// The SQL forms of the formulas of one snapshot, by position and depth in a chain. Those that read the clock are
/// made anew each time.
#[derive(Default)]
struct Compiled(Mutex<HashMap<(usize, usize), Shared>>);

/// An SQL form that several places read.
type Shared = Result<Arc<Sql>, Unsupported>;

/// The formula of the field at `position`, as part `depth` of a chain.
fn compile(snapshot: &TableSnapshot, clock: Clock, position: usize, depth: usize) -> Shared {
    let fields = snapshot.fields();
    let field = fields.get(position).ok_or("its field is gone")?;
    let computed = field.computed().ok_or("it refers to something that is gone")?;
    let is_volatile = |position: usize| {
        fields.get(position).and_then(Field::computed).is_some_and(|formula| formula.program().is_volatile())
    };
    let inputs = snapshot.inputs(position);
    if clock.zone != Tz::UTC
        || is_volatile(position)
        || inputs.is_some_and(|inputs| inputs.iter().any(is_volatile))
    {
        return lower(snapshot, clock, computed, depth).map(Arc::new);
    }
    let compiled = snapshot.derived().get::<Compiled>();
    let lock = || compiled.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lock().get(&(position, depth)) {
        return known.clone();
    }
    let sql = lower(snapshot, clock, computed, depth).map(Arc::new);
    lock().insert((position, depth), sql.clone());
    sql
}

fn lower(
    snapshot: &TableSnapshot,
    clock: Clock,
    computed: &Computed,
    depth: usize,
) -> Result<Sql, Unsupported> {
    if depth > MAX_CHAIN {
        return Err(format!("it needs a chain of more than {MAX_CHAIN} formulas"));
    }
    if *computed.program().ty() == Type::Json {
        return Err("its result is JSON".to_owned());
    }
    let inputs = computed.inputs().iter().enumerate();
    let slots = inputs
        .map(|(index, input)| slot(snapshot, clock, index, *input, depth))
        .collect::<Result<Vec<Sql>, Unsupported>>()?;
    Lowering { slots: &slots, clock, depth: 0 }.lower(computed.program().root())
}

/// The most bytes a text of the field has.
fn text_bytes(field: &Field) -> u64 {
    field.kind().most_characters().map_or(u64::MAX, |characters| characters.saturating_mul(4) as u64)
}

/// An input of a formula.
fn slot(
    snapshot: &TableSnapshot,
    clock: Clock,
    index: usize,
    input: Input,
    depth: usize,
) -> Result<Sql, Unsupported> {
    let id = match input {
        Input::Field(id) => id,
        Input::Record(property) => return record_property(property),
        Input::Unknown => return Err("it reads when fields were last changed".to_owned()),
    };
    let position = snapshot.position(id).ok_or("its field is gone")?;
    let field = snapshot.fields().get(position).ok_or("its field is gone")?;
    let Some((name, ty)) = field.column() else {
        // Another formula: a value like any other, but its slots are not those of this one.
        return compile(snapshot, clock, position, depth + 1).map(|sql| Arc::unwrap_or_clone(sql).settled());
    };
    let column = expr::column(&name);
    let kind = Kind::of(&field.formula_type())?;
    let values::Input { value, weight, height, bytes, items } = Compared::of_field(field).input(column, ty);
    let value = Term::of_size(value, weight, height);
    // A number as it is stored can be part of a plain sum of products.
    let is_plain = kind == Kind::Number && ty == kind.pg();
    let exact = is_plain.then(|| Box::new(Exact::column(index, value.clone())));
    Ok(Sql { exact, ..Sql::sure(kind, value).at_most(bytes.min(text_bytes(field))).of_items(items) })
}

fn record_property(property: RecordProperty) -> Result<Sql, Unsupported> {
    use crate::target::System;
    let column = |system: System| Term::leaf(expr::column(&system.column().0));
    let text = |system| Ok(Sql::sure(Kind::Text, column(system).cast(PgType::Text)).at_most(36));
    let instant = |system| Ok(Sql::sure(Kind::DateTime, column(system)));
    match property {
        RecordProperty::Id => text(System::Id),
        RecordProperty::CreatedBy => text(System::CreatedBy),
        RecordProperty::LastModifiedBy => text(System::UpdatedBy),
        RecordProperty::CreatedTime => instant(System::CreatedAt),
        RecordProperty::LastModifiedTime => instant(System::UpdatedAt),
        _ => Err("it reads a property of the record that has no column".to_owned()),
    }
}
