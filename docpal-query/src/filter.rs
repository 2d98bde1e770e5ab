//! From the names, operators and values of a filter to a typed condition.

use chrono::{DateTime, Utc};
use docpal_core::filter::{Size, Test};
use docpal_core::model::Field;
use docpal_core::{Error, Filter, Result, TableSnapshot};

use crate::formula;
use crate::operators::{Reading, computed_operators, operators_of};
use crate::predicate::{Comparison, Predicate};
use crate::target::{Compared, Target};

/// Who looks names up, and what they may know.
pub(crate) trait Names {
    /// What `key` means here.
    fn target(&self, key: &str) -> Option<Target>;

    /// May an error name this field?
    fn knows(&self, field: &Field) -> bool;
}

/// How a filter is looked up.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'l> {
    pub(crate) snapshot: &'l TableSnapshot,
    pub(crate) names: &'l dyn Names,
    /// Is there somebody that `me` can mean?
    pub(crate) has_user: bool,
    pub(crate) now: DateTime<Utc>,
}

impl Lookup<'_> {
    pub(crate) fn target(&self, key: &str, path: &str) -> Result<Target> {
        let unknown = || unknown_field(self.snapshot, key, path, &|field| self.names.knows(field));
        self.names.target(key).ok_or_else(unknown)
    }

    /// As [`Lookup::target`], of a value that the database can compute.
    pub(crate) fn sql_target(&self, key: &str, path: &str) -> Result<Target> {
        let target = self.target(key, path)?;
        if let Target::Field(position) = target {
            require_sql(self.snapshot, position, path)?;
        }
        Ok(target)
    }

    pub(crate) fn compared(&self, target: Target) -> Compared {
        match target {
            Target::System(system) => Compared::of_system(system),
            Target::Field(position) => match self.snapshot.fields().get(position) {
                Some(field) => Compared::of_field(field),
                None => Compared::RecordId,
            },
        }
    }
}

pub(crate) fn unknown_field(
    snapshot: &TableSnapshot,
    key: &str,
    path: &str,
    knows: &dyn Fn(&Field) -> bool,
) -> Error {
    let entry = docpal_core::records::validate::unknown(snapshot, key, knows);
    Error::invalid("unknown_field", path, entry.message)
}

/// Looks up a filter. The limits of filters hold here, wherever the filter comes from.
///
/// # Errors
/// `filter_too_deep`, `filter_too_large`, `unknown_field`, `unknown_operator`, `invalid_value`, `not_in_sql`, each
/// with its path.
pub(crate) fn resolve_filter(filter: &Filter, lookup: &Lookup<'_>, path: &str) -> Result<Predicate> {
    resolve_part(filter, lookup, path, 1, &mut Size::default())
}

fn resolve_part(
    filter: &Filter,
    lookup: &Lookup<'_>,
    path: &str,
    depth: usize,
    size: &mut Size,
) -> Result<Predicate> {
    size.count(depth, matches!(filter, Filter::Test(_)), path)?;
    let mut list = |key: &str, items: &[Filter]| {
        let item = |(index, item): (usize, &Filter)| {
            resolve_part(item, lookup, &format!("{path}.{key}[{index}]"), depth + 1, size)
        };
        items.iter().enumerate().map(item).collect::<Result<Vec<_>>>()
    };
    match filter {
        Filter::And(items) => Ok(Predicate::all(list("and", items)?)),
        Filter::Or(items) => Ok(Predicate::any(list("or", items)?)),
        Filter::Not(inner) => {
            let inner = resolve_part(inner, lookup, &format!("{path}.not"), depth + 1, size)?;
            Ok(Predicate::none_of(inner))
        }
        Filter::Test(test) => resolve_test(test, lookup, path).map(Predicate::Test),
    }
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
        let (op, kind) = (docpal_core::names::shown(&test.op), compared.word());
        let message =
            format!("a {kind} has no operator `{op}`{near} The operators are: {}", codes.join(", "));
        Error::invalid("unknown_operator", format!("{path}.op"), message)
    })?;
    let reading = Reading { compared: &compared, has_user: lookup.has_user, now: lookup.now };
    let operand = operator
        .read(test.value.as_ref(), &reading)
        .map_err(|message| Error::invalid("invalid_value", format!("{path}.value"), message))?;
    Ok(Comparison { target, computed, operator, operand, case_sensitive: test.case_sensitive })
}

/// A computed field can be filtered, sorted and grouped by only when its formula has an SQL form. Tells whether the
/// field is computed.
pub(crate) fn require_sql(snapshot: &TableSnapshot, position: usize, path: &str) -> Result<bool> {
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
