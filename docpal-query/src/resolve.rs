//! From names to a typed view: every name, operator and value of a spec looked up in one table, seen
//! through one actor's access.

mod group;

use std::sync::Arc;

use docpal_core::{Error, Result, TableSnapshot};

use crate::access::Access;
use crate::filter::{resolve_filter, unknown_field};
use crate::predicate::Predicate;
use crate::spec::{Count, DEFAULT_LIMIT, Direction, EmptyPlace, MAX_LIMIT, MAX_OFFSET, MAX_SORTS, ViewSpec};
use docpal_core::target::Target;

pub(crate) use group::{Buckets, ResolvedAggregate};

/// One level of order, looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResolvedSort {
    pub(crate) target: Target,
    pub(crate) direction: Direction,
    pub(crate) empty: EmptyPlace,
    /// By ranges of values instead of values.
    pub(crate) buckets: Option<Buckets>,
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Offset(u32),
    Cursor(String),
}

/// A view with every name looked up.
#[derive(Clone, Debug)]
pub struct ResolvedView {
    pub(crate) snapshot: Arc<TableSnapshot>,
    /// Positions of the fields to show.
    pub(crate) columns: Vec<usize>,
    pub(crate) filter: Predicate,
    /// The order of the records: the groups first.
    pub(crate) sorts: Vec<ResolvedSort>,
    /// How many of `sorts` are groups.
    pub(crate) groups: usize,
    pub(crate) aggregates: Vec<ResolvedAggregate>,
    pub(crate) limit: u32,
    pub(crate) start: Start,
    pub(crate) count: Count,
}

/// Looks up everything in `spec`.
///
/// # Errors
/// Those of filters, `unknown_aggregate`, and `invalid_view` for groups that do not fit their field or a page that is
/// too large or too far in.
pub fn resolve(spec: &ViewSpec, access: &Access) -> Result<ResolvedView> {
    let snapshot = access.snapshot();
    let lookup = access.lookup();
    let columns = match &spec.columns {
        Some(keys) => columns(keys, access)?,
        None => {
            let seen = snapshot.fields().iter().enumerate().filter(|(_, field)| access.sees(field));
            seen.map(|(position, _)| position).collect()
        }
    };
    let filter = match &spec.filter {
        Some(filter) => resolve_filter(filter, &lookup, "filter")?,
        None => Predicate::Always,
    };
    if spec.sort.len() > MAX_SORTS {
        let message = format!("a view sorts by at most {MAX_SORTS} fields");
        return Err(Error::invalid("invalid_view", "sort", message));
    }
    let mut sorts = group::resolve_groups(&spec.group, &lookup)?;
    let groups = sorts.len();
    for (index, sort) in spec.sort.iter().enumerate() {
        let path = format!("sort[{index}].field");
        let target = lookup.sql_target(&sort.field, &path)?;
        // A second level by the same field never decides.
        if !sorts.iter().any(|known| known.target == target && known.buckets.is_none()) {
            sorts.push(ResolvedSort {
                target,
                direction: sort.direction,
                empty: sort.empty.unwrap_or(default_place(sort.direction)),
                buckets: None,
            });
        }
    }
    let aggregates = group::resolve_aggregates(&spec.aggregates, &lookup)?;
    let limit = spec.page.limit.unwrap_or(DEFAULT_LIMIT);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Error::invalid(
            "invalid_view",
            "page.limit",
            format!("a page has 1 to {MAX_LIMIT} records"),
        ));
    }
    let start = start(spec)?;
    Ok(ResolvedView {
        snapshot: Arc::clone(snapshot),
        columns,
        filter,
        sorts,
        groups,
        aggregates,
        limit,
        start,
        count: spec.count,
    })
}

fn default_place(direction: Direction) -> EmptyPlace {
    match direction {
        Direction::Ascending => EmptyPlace::First,
        Direction::Descending => EmptyPlace::Last,
    }
}

fn columns(keys: &[String], access: &Access) -> Result<Vec<usize>> {
    let snapshot = access.snapshot();
    let mut positions = Vec::with_capacity(keys.len());
    for (index, key) in keys.iter().enumerate() {
        let found = snapshot.find(key).filter(|field| access.sees(field));
        let position = found.and_then(|field| snapshot.position(field.id()));
        let path = format!("columns[{index}]");
        let position =
            position.ok_or_else(|| unknown_field(snapshot, key, &path, &|field| access.sees(field)))?;
        if !positions.contains(&position) {
            positions.push(position);
        }
    }
    Ok(positions)
}

fn start(spec: &ViewSpec) -> Result<Start> {
    match (&spec.page.cursor, spec.page.offset) {
        (Some(_), Some(_)) => Err(Error::invalid(
            "invalid_view",
            "page.offset",
            "a page starts at a cursor or at an offset, not at both",
        )),
        (Some(cursor), None) => Ok(Start::Cursor(cursor.clone())),
        (None, Some(offset)) if offset > MAX_OFFSET => {
            let message = format!("an offset is at most {MAX_OFFSET}; use cursors to go further");
            Err(Error::invalid("invalid_view", "page.offset", message))
        }
        (None, offset) => Ok(Start::Offset(offset.unwrap_or(0))),
    }
}
