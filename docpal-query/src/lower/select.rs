//! The statement that reads a page, and the one that counts.

use docpal_core::sql::expr::{
    self, Collation, Condition, Expr, ExprTrait as _, NullOrdering, Order, Query, SelectStatement,
};
use docpal_core::sql::{ColumnName, PgType, Statement};
use docpal_core::{Cell, Result};

use super::cursor::{self, Position};
use super::encode::Encoder;
use super::field::Relation;
use super::predicate;
use crate::predicate::Predicate;
use crate::resolve::Start;
use crate::secure::SecuredPlan;
use crate::spec::{Count, Direction, EmptyPlace};
use crate::target::Target;

/// Above this many records a capped count says "more".
pub(crate) const COUNT_CAP: u64 = 10_000;

/// A view as SQL, and where in its rows everything is.
#[derive(Debug)]
pub struct Compiled {
    pub(crate) page: Statement,
    pub(crate) count: Option<Statement>,
    pub(crate) layout: Layout,
    /// The sort keys in the rows, for the next cursor.
    pub(crate) keys: Vec<(usize, PgType)>,
    pub(crate) binding: [u8; 32],
}

/// Where the parts of a record are in a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// The fetched field at each position: position in the snapshot, index in the row.
    pub(crate) fields: Vec<(usize, usize)>,
    /// The flag of each computed field that exists only for some records.
    pub(crate) flags: Vec<(usize, usize)>,
}

/// The columns every row begins with.
pub(crate) static SYSTEM: [(ColumnName, PgType); 6] = [
    (ColumnName::ID, PgType::Uuid),
    (ColumnName::CREATED_AT, PgType::Timestamptz),
    (ColumnName::UPDATED_AT, PgType::Timestamptz),
    (ColumnName::CREATED_BY, PgType::Uuid),
    (ColumnName::UPDATED_BY, PgType::Uuid),
    (ColumnName::VERSION, PgType::Bigint),
];

impl Compiled {
    /// The SQL of the page, for `explain`.
    #[must_use]
    pub fn sql(&self) -> &str {
        self.page.text()
    }
}

/// One part of the order.
struct Key {
    value: Expr,
    ty: PgType,
    direction: Direction,
    empty: EmptyPlace,
}

/// Compiles a secured plan; `cursor_key` signs and checks cursors.
///
/// # Errors
/// `invalid_cursor`.
pub fn lower(secured: &SecuredPlan, cursor_key: &[u8]) -> Result<Compiled> {
    let plan = &secured.plan;
    let flags = flags(secured);
    let relation = Relation { flags: &flags, ..Relation::table(&plan.view.snapshot, secured.moment) };
    let keys = sort_keys(secured, &relation);
    let binding = binding(secured);
    let mut layout = Layout::default();
    let mut select = Query::select();
    let width = select_columns(&mut select, secured, &relation, &mut layout);
    readable_relation(&mut select, secured);
    select.and_where_option(filter(secured, &relation));
    let mut key_indexes = Vec::with_capacity(keys.len());
    for (offset, key) in keys.iter().enumerate() {
        select.expr_as(key.value.clone(), ColumnName::alias("k", offset));
        key_indexes.push((width + offset, key.ty));
    }
    match &plan.view.start {
        Start::Offset(0) => {}
        Start::Offset(offset) => drop(select.offset(u64::from(*offset))),
        Start::Cursor(text) => {
            let types: Vec<PgType> = keys.iter().map(|key| key.ty).collect();
            let position = cursor::decode(text, &types, cursor_key, &binding)?;
            select.and_where(after(&keys, &position));
        }
    }
    for key in &keys {
        order_by(&mut select, key.value.clone(), key.direction, key.empty);
    }
    // The id last: a total order, so that hidden or changing records cannot move others between pages.
    select.order_by(ColumnName::ID, Order::Asc);
    // One more than asked tells whether there is a next page.
    select.limit(u64::from(plan.view.limit) + 1);
    let count = count(secured, &relation);
    Ok(Compiled { page: Statement::from(select), count, layout, keys: key_indexes, binding })
}

/// What the cursors of a view are bound to: its conditions, its order, and what its actor may see.
fn binding(secured: &SecuredPlan) -> [u8; 32] {
    let view = &secured.plan.view;
    let mut encoder = Encoder { snapshot: &view.snapshot, bytes: Vec::new() };
    encoder.predicate(&view.filter);
    for sort in &view.sorts {
        encoder.sort(sort);
    }
    cursor::binding(&[&encoder.bytes, &secured.fingerprint])
}

/// The columns that say where computed fields exist.
pub(super) fn flags(secured: &SecuredPlan) -> Vec<(usize, ColumnName)> {
    secured.flags.iter().map(|(position, name, _)| (*position, name.clone())).collect()
}

/// The system columns, the fetched fields and the flags; gives how many columns that is.
pub(super) fn select_columns(
    select: &mut SelectStatement,
    secured: &SecuredPlan,
    relation: &Relation<'_>,
    layout: &mut Layout,
) -> usize {
    for (name, _) in &SYSTEM {
        select.expr(expr::column(name));
    }
    let mut index = SYSTEM.len();
    let fields = relation.snapshot.fields();
    for position in &secured.plan.fetch {
        if let Some((name, _)) = fields.get(*position).and_then(|field| field.column()) {
            select.expr(expr::column(&name));
            layout.fields.push((*position, index));
            index += 1;
        }
    }
    for (position, name) in relation.flags {
        if secured.plan.compute.contains(position) {
            select.expr(expr::column(name));
            layout.flags.push((*position, index));
            index += 1;
        }
    }
    index
}

/// FROM: the table itself when everything in it is readable; else a relation of its readable records with
/// masked cells. The user's conditions see this relation only.
pub(super) fn readable_relation(select: &mut SelectStatement, secured: &SecuredPlan) {
    let snapshot = &secured.plan.view.snapshot;
    let table = snapshot.physical().table_ref();
    if secured.rows == Predicate::Always && secured.masks.is_empty() && secured.flags.is_empty() {
        select.from(table);
        return;
    }
    let raw = Relation::table(snapshot, secured.moment);
    let mut readable = readable_cells(secured);
    readable.from(table).and_where(predicate::lower(&secured.rows, &raw));
    select.from_subquery(readable, ColumnName::system("r"));
}

/// SELECT: every stored cell, masked where it must be, and the flags of computed fields.
pub(super) fn readable_cells(secured: &SecuredPlan) -> SelectStatement {
    let snapshot = &secured.plan.view.snapshot;
    let raw = Relation::table(snapshot, secured.moment);
    let mut readable = Query::select();
    for (name, _) in &SYSTEM {
        readable.expr(expr::column(name));
    }
    for field in snapshot.fields() {
        let Some((name, ty)) = field.column() else { continue };
        match secured.masks.iter().find(|(masked, _)| *masked == name) {
            Some((_, when)) => {
                let cell = expr::if_else(predicate::lower(when, &raw), expr::column(&name), expr::null(ty));
                readable.expr_as(cell, name);
            }
            None => drop(readable.expr(expr::column(&name))),
        }
    }
    for (_, name, when) in &secured.flags {
        readable.expr_as(expr::is_true(predicate::lower(when, &raw)), name.clone());
    }
    readable
}

pub(super) fn filter(secured: &SecuredPlan, relation: &Relation<'_>) -> Option<Expr> {
    match &secured.plan.view.filter {
        Predicate::Always => None,
        filter => Some(predicate::lower(filter, relation)),
    }
}

fn sort_keys(secured: &SecuredPlan, relation: &Relation<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    let view = &secured.plan.view;
    for (level, sort) in view.sorts.iter().enumerate() {
        let Some(mut operand) = relation.order_key(sort) else { continue };
        if level < view.groups {
            // The empty text is in the group of the records without one.
            operand = relation.without_empty(sort.target, operand);
        }
        if let Some(fails) = operand.fails {
            // Beside an error the value is anything; as null it can be in a cursor.
            operand.value = expr::if_else(fails.clone(), expr::null(operand.ty), operand.value);
            // What could not be computed comes last, whichever way the rest goes.
            let (direction, empty) = (Direction::Ascending, EmptyPlace::Last);
            keys.push(Key { value: fails, ty: PgType::Boolean, direction, empty });
        }
        let value = for_people(operand.value, operand.ty, sort.target);
        keys.push(Key { value, ty: operand.ty, direction: sort.direction, empty: sort.empty });
    }
    keys
}

/// A key in the order that people expect of texts.
pub(super) fn for_people(key: Expr, ty: PgType, target: Target) -> Expr {
    match (ty, target) {
        (PgType::Text, Target::Field(_)) => expr::collate(key, Collation::Natural),
        _ => key,
    }
}

pub(super) fn order_by(select: &mut SelectStatement, key: Expr, direction: Direction, empty: EmptyPlace) {
    let order = match direction {
        Direction::Ascending => Order::Asc,
        Direction::Descending => Order::Desc,
    };
    let nulls = match empty {
        EmptyPlace::First => NullOrdering::First,
        EmptyPlace::Last => NullOrdering::Last,
    };
    select.order_by_expr_with_nulls(key, order, nulls);
}

/// The records after `position`: later by the first key, or equal in it and later by the second, and so on
/// to the id. The bound on the first key alone repeats part of that, for the index's sake.
fn after(keys: &[Key], position: &Position) -> Expr {
    let mut any = Condition::any();
    let mut equal_so_far: Vec<Expr> = Vec::new();
    for (key, value) in keys.iter().zip(&position.keys) {
        any = any.add(all(&equal_so_far).and(later(key, value)));
        equal_so_far.push(equal(key, value));
    }
    let id_later = expr::column(&ColumnName::ID).gt(expr::uuid(position.id.uuid()));
    any = any.add(all(&equal_so_far).and(id_later));
    match keys.first().zip(position.keys.first()) {
        Some((key, value)) => not_earlier(key, value).and(Expr::from(any)),
        None => Expr::from(any),
    }
}

fn all(conditions: &[Expr]) -> Expr {
    conditions.iter().cloned().reduce(|a, b| a.and(b)).unwrap_or_else(|| expr::boolean(true))
}

fn equal(key: &Key, value: &Cell) -> Expr {
    if value.is_null() {
        key.value.clone().is_null()
    } else {
        key.value.clone().eq(expr::bind(value, key.ty))
    }
}

fn later(key: &Key, value: &Cell) -> Expr {
    match (value.is_null(), key.empty) {
        (true, EmptyPlace::First) => key.value.clone().is_not_null(),
        (true, EmptyPlace::Last) => expr::boolean(false),
        (false, empty) => {
            let bound = expr::bind(value, key.ty);
            let later = match key.direction {
                Direction::Ascending => key.value.clone().gt(bound),
                Direction::Descending => key.value.clone().lt(bound),
            };
            if empty == EmptyPlace::Last { later.or(key.value.clone().is_null()) } else { later }
        }
    }
}

fn not_earlier(key: &Key, value: &Cell) -> Expr {
    match (value.is_null(), key.empty) {
        (true, EmptyPlace::First) => expr::boolean(true),
        (true, EmptyPlace::Last) => key.value.clone().is_null(),
        (false, empty) => {
            let bound = expr::bind(value, key.ty);
            let bounded = match key.direction {
                Direction::Ascending => key.value.clone().gte(bound),
                Direction::Descending => key.value.clone().lte(bound),
            };
            if empty == EmptyPlace::Last { bounded.or(key.value.clone().is_null()) } else { bounded }
        }
    }
}

/// How many records the view has in all; never an estimate, which would count hidden ones.
fn count(secured: &SecuredPlan, relation: &Relation<'_>) -> Option<Statement> {
    let capped = match secured.plan.view.count {
        Count::None => return None,
        Count::Capped => true,
        Count::Exact => false,
    };
    let mut inner = Query::select();
    inner.expr_as(expr::integer(1), ColumnName::system("one"));
    readable_relation(&mut inner, secured);
    inner.and_where_option(filter(secured, relation));
    if capped {
        inner.limit(COUNT_CAP + 1);
    }
    let mut outer = Query::select();
    outer.expr(expr::count_all()).from_subquery(inner, ColumnName::system("c"));
    Some(Statement::from(outer))
}
