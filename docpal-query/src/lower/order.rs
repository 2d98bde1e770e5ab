//! The order of a view: what its records are sorted by, and where a page begins.

use docpal_core::Cell;
use docpal_core::sql::expr::{
    self, Collation, Expr, ExprTrait as _, NullOrdering, Order, PgFn, SelectStatement,
};
use docpal_core::sql::{ColumnName, PgType};

use super::cursor::Position;
use super::field::{Relation, SqlValue};
use crate::secure::SecuredPlan;
use crate::spec::{Direction, EmptyPlace};
use docpal_core::target::Target;
use docpal_core::values::OrderedBy;

/// Texts are ordered by so many characters, and those that begin alike by their ids: a cursor holds what the order
/// reads, and must fit into an address.
const TEXT_KEY: i64 = 256;

/// One part of the order.
pub(super) struct Key {
    pub(super) value: Expr,
    pub(super) ty: PgType,
    direction: Direction,
    empty: EmptyPlace,
    for_people: bool,
    /// Is it computed by a formula?
    computed: bool,
}

impl Key {
    /// The key as it is compared: texts in the order that people expect.
    fn compared(&self) -> Expr {
        match self.for_people {
            true => expr::collate(self.value.clone(), Collation::Natural),
            false => self.value.clone(),
        }
    }
}

/// What the records of a view are sorted by.
pub(super) fn keys(secured: &SecuredPlan, relation: &Relation<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    let view = &secured.plan.view;
    for (level, sort) in view.sorts.iter().enumerate() {
        let Some(mut operand) = relation.order_key(sort) else { continue };
        let is_group = level < view.groups;
        if is_group {
            // The empty text is in the group of the records without one.
            operand = relation.without_empty(sort.target, operand);
        }
        let computed = relation.is_computed(sort.target);
        let SqlValue { mut value, ty, fails, .. } = operand;
        let (direction, empty) = (sort.direction, sort.empty);
        if let Some(fails) = fails {
            // Beside an error the value is anything; as null it can be in a cursor.
            value = expr::if_else(fails.clone(), expr::null(ty), value);
            // What could not be computed comes last, whichever way the rest goes.
            let (direction, empty) = (Direction::Ascending, EmptyPlace::Last);
            keys.push(Key {
                value: fails,
                ty: PgType::Boolean,
                direction,
                empty,
                for_people: false,
                computed,
            });
        }
        if ty.ordered_by() == OrderedBy::Value {
            keys.push(Key { value, ty, direction, empty, for_people: false, computed });
            continue;
        }
        for (value, for_people) in text_keys(value, is_group) {
            let for_people = for_people && matches!(sort.target, Target::Field(_));
            keys.push(Key { value, ty, direction, empty, for_people, computed });
        }
    }
    keys
}

/// What texts are ordered by, each part with whether people read it. Groups of texts that begin alike do not mix.
pub(super) fn text_keys(text: Expr, is_group: bool) -> Vec<(Expr, bool)> {
    let start = expr::call(PgFn::Left, [text.clone(), expr::as_int(expr::integer(TEXT_KEY))]);
    let mut keys = vec![(start, true)];
    if is_group {
        keys.push((expr::call(PgFn::Md5, [text]), false));
    }
    keys
}

/// Must the keys be computed once, below what compares them? A column may be named wherever it is read: an index
/// can serve it there.
pub(super) fn are_computed(keys: &[Key]) -> bool {
    keys.iter().any(|key| key.computed)
}

/// The same keys, read from the columns that [`name`] says.
pub(super) fn as_columns(keys: Vec<Key>) -> Vec<Key> {
    let column = |(index, key): (usize, Key)| Key { value: expr::column(&name(index)), ..key };
    keys.into_iter().enumerate().map(column).collect()
}

/// What the key at `index` is called as a column.
pub(super) fn name(index: usize) -> ColumnName {
    ColumnName::alias("k", index)
}

/// A key in the order that people expect of texts.
pub(super) fn for_people(key: Expr, ty: PgType, target: Target) -> Expr {
    match (ty.ordered_by(), target) {
        (OrderedBy::Beginning, Target::Field(_)) => expr::collate(key, Collation::Natural),
        _ => key,
    }
}

/// ORDER BY the keys, then the id: a total order, so that hidden or changing records cannot move others between
/// pages.
pub(super) fn order(select: &mut SelectStatement, keys: &[Key]) {
    for key in keys {
        order_by(select, key.compared(), key.direction, key.empty);
    }
    select.order_by(ColumnName::ID, Order::Asc);
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

/// The records after `position`: later by the first key, or equal in it and later by the rest. Each key stands in it a
/// fixed number of times. The bound on the first key alone repeats part of that, for the index's sake.
pub(super) fn after(keys: &[Key], position: &Position) -> Expr {
    let by_id = expr::column(&ColumnName::ID).gt(expr::uuid(position.id.uuid()));
    let pairs = || keys.iter().zip(&position.keys);
    let after = pairs()
        .rev()
        .fold(by_id, |rest, (key, value)| expr::any_of([later(key, value), equal(key, value).and(rest)]));
    match pairs().next() {
        Some((key, value)) => not_earlier(key, value).and(after),
        None => after,
    }
}

fn equal(key: &Key, value: &Cell) -> Expr {
    if value.is_null() { key.value.clone().is_null() } else { key.compared().eq(expr::bind(value, key.ty)) }
}

fn later(key: &Key, value: &Cell) -> Expr {
    beyond(key, value, false)
}

fn not_earlier(key: &Key, value: &Cell) -> Expr {
    beyond(key, value, true)
}

/// Is the key behind `value`, or there too when `at_it` counts?
fn beyond(key: &Key, value: &Cell, at_it: bool) -> Expr {
    let is_null = || key.value.clone().is_null();
    match (value.is_null(), key.empty) {
        (true, EmptyPlace::First) if at_it => expr::boolean(true),
        (true, EmptyPlace::First) => key.value.clone().is_not_null(),
        (true, EmptyPlace::Last) if at_it => is_null(),
        (true, EmptyPlace::Last) => expr::boolean(false),
        (false, empty) => {
            let (compared, bound) = (key.compared(), expr::bind(value, key.ty));
            let beyond = match (key.direction, at_it) {
                (Direction::Ascending, true) => compared.gte(bound),
                (Direction::Ascending, false) => compared.gt(bound),
                (Direction::Descending, true) => compared.lte(bound),
                (Direction::Descending, false) => compared.lt(bound),
            };
            if empty == EmptyPlace::Last { expr::any_of([beyond, is_null()]) } else { beyond }
        }
    }
}
