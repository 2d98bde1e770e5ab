//! From names to a typed view: every name, operator and value of a spec looked up in one table, seen
//! through one actor's access.

mod group;

use std::sync::Arc;

use docpal_core::filter::Test;
use docpal_core::model::Field;
use docpal_core::{Error, FieldId, Filter, Result, TableSnapshot, UserId};

use crate::access::Access;
use crate::lower::formula;
use crate::operators::{Clock, Reading, clock_at, computed_operators, operators_of};
use crate::predicate::{Comparison, Predicate};
use crate::spec::{Count, DEFAULT_LIMIT, Direction, EmptyPlace, MAX_LIMIT, MAX_OFFSET, ViewSpec};
use crate::target::{Compared, System, Target};

pub(crate) use group::{Buckets, ResolvedAggregate};

/// How names in a filter are looked up.
pub(crate) struct Lookup<'l> {
    snapshot: &'l TableSnapshot,
    user: Option<UserId>,
    clock: Clock,
    names: Names<'l>,
}

enum Names<'l> {
    /// As people write them, among the fields the access shows.
    Seen(&'l Access),
    /// As rules store them: ids, and the values every record has.
    Stored,
}

impl<'l> Lookup<'l> {
    pub(crate) fn request(access: &'l Access) -> Self {
        let clock = clock_at(access.now());
        Self { snapshot: access.snapshot(), user: access.user(), clock, names: Names::Seen(access) }
    }

    pub(crate) fn rules(snapshot: &'l TableSnapshot, user: Option<UserId>, clock: Clock) -> Self {
        Self { snapshot, user, clock, names: Names::Stored }
    }

    fn target(&self, key: &str, path: &str) -> Result<Target> {
        let found = match &self.names {
            Names::Seen(access) => match self.snapshot.find(key).filter(|field| access.sees(field)) {
                Some(field) => self.snapshot.position(field.id()).map(Target::Field),
                None => System::find(key).map(Target::System),
            },
            Names::Stored => System::find(key).map(Target::System).or_else(|| {
                let id: FieldId = key.parse().ok()?;
                self.snapshot.position(id).map(Target::Field)
            }),
        };
        found.ok_or_else(|| unknown_field(self.snapshot, key, path, &|field| self.sees(field)))
    }

    fn sees(&self, field: &Field) -> bool {
        match &self.names {
            Names::Seen(access) => access.sees(field),
            Names::Stored => true,
        }
    }

    fn compared(&self, target: Target) -> Compared {
        match target {
            Target::System(system) => Compared::of_system(system),
            Target::Field(position) => match self.snapshot.fields().get(position) {
                Some(field) => Compared::of_field(field),
                None => Compared::RecordId,
            },
        }
    }
}

fn unknown_field(snapshot: &TableSnapshot, key: &str, path: &str, sees: &dyn Fn(&Field) -> bool) -> Error {
    let entry = docpal_core::records::validate::unknown(snapshot, key, sees);
    Error::invalid("unknown_field", path, entry.message)
}

/// Looks up a filter.
///
/// # Errors
/// `unknown_field`, `unknown_operator`, `invalid_value`, `not_in_sql`, each with its path.
pub(crate) fn resolve_filter(filter: &Filter, lookup: &Lookup<'_>, path: &str) -> Result<Predicate> {
    let list = |key: &str, items: &[Filter]| {
        let item = |(index, item)| resolve_filter(item, lookup, &format!("{path}.{key}[{index}]"));
        items.iter().enumerate().map(item).collect::<Result<Vec<_>>>()
    };
    Ok(match filter {
        Filter::And(items) => Predicate::all(list("and", items)?),
        Filter::Or(items) => Predicate::any(list("or", items)?),
        Filter::Not(inner) => Predicate::none_of(resolve_filter(inner, lookup, &format!("{path}.not"))?),
        Filter::Test(test) => Predicate::Test(resolve_test(test, lookup, path)?),
    })
}

fn resolve_test(test: &Test, lookup: &Lookup<'_>, path: &str) -> Result<Comparison> {
    let target = lookup.target(&test.field, &format!("{path}.field"))?;
    let compared = lookup.compared(target);
    let computed = match target {
        Target::Field(position) => require_sql(lookup.snapshot, position, &format!("{path}.field"))?,
        Target::System(_) => false,
    };
    let extra = if computed { computed_operators() } else { &[] };
    let known = || operators_of(&compared).iter().chain(extra);
    let operator = known().find(|operator| operator.code == test.op).ok_or_else(|| {
        let codes: Vec<&str> = known().map(|operator| operator.code).collect();
        let near =
            docpal_core::names::suggestion(docpal_core::names::nearest(&test.op, codes.iter().copied()));
        let (op, kind) = (&test.op, compared.word());
        let message =
            format!("a {kind} has no operator `{op}`{near} The operators are: {}", codes.join(", "));
        Error::invalid("unknown_operator", format!("{path}.op"), message)
    })?;
    let reading = Reading { compared: &compared, user: lookup.user, clock: lookup.clock };
    let operand = operator
        .read(test.value.as_ref(), &reading)
        .map_err(|message| Error::invalid("invalid_value", format!("{path}.value"), message))?;
    Ok(Comparison { target, operator, operand, case_sensitive: test.case_sensitive })
}

/// A computed field can be filtered, sorted and grouped by only when its formula has an SQL form. Tells whether the
/// field is computed.
fn require_sql(snapshot: &TableSnapshot, position: usize, path: &str) -> Result<bool> {
    let Some(field) = snapshot.fields().get(position) else { return Ok(false) };
    if field.kind().formula().is_none() {
        return Ok(false);
    }
    match formula::check(snapshot, position) {
        Ok(()) => Ok(true),
        Err(why) => {
            let message =
                format!("the formula of `{}` cannot be computed in the database: {why}", field.name());
            Err(Error::invalid("not_in_sql", path, message))
        }
    }
}

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
    let lookup = Lookup::request(access);
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
    let mut sorts = group::resolve_groups(&spec.group, &lookup)?;
    let groups = sorts.len();
    for (index, sort) in spec.sort.iter().enumerate() {
        let path = format!("sort[{index}].field");
        let target = lookup.target(&sort.field, &path)?;
        if let Target::Field(position) = target {
            require_sql(snapshot, position, &path)?;
        }
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
