//! From the names, operators and values of a filter to a typed condition.

use chrono::{DateTime, Utc};
use docpal_core::filter::Test;
use docpal_core::model::Field;
use docpal_core::{Error, Filter, Result, TableSnapshot};

use crate::predicate::{Comparison, Predicate};
use docpal_core::formula_sql;
use docpal_core::operators::{self, Reading};
use docpal_core::target::{Compared, System, Target};

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
            formula_sql::require(self.snapshot, position, path)?;
        }
        Ok(target)
    }

    pub(crate) fn compared(&self, target: Target) -> Compared {
        match target {
            Target::System(system) => Compared::of_system(system),
            Target::Field(position) => match self.snapshot.fields().get(position) {
                Some(field) => Compared::of_field(field),
                None => Compared::of_system(System::Id),
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
/// `filter_too_deep`, `filter_too_large`, `unknown_field`, `not_in_sql`, and those of [`operators::find`], each with
/// its path.
pub(crate) fn resolve_filter(filter: &Filter, lookup: &Lookup<'_>, path: &str) -> Result<Predicate> {
    filter.require_size(path)?;
    resolve_part(filter, lookup, path)
}

fn resolve_part(filter: &Filter, lookup: &Lookup<'_>, path: &str) -> Result<Predicate> {
    let list = |key: &str, items: &[Filter]| {
        let item =
            |(index, item): (usize, &Filter)| resolve_part(item, lookup, &format!("{path}.{key}[{index}]"));
        items.iter().enumerate().map(item).collect::<Result<Vec<_>>>()
    };
    match filter {
        Filter::And(items) => Ok(Predicate::all(list("and", items)?)),
        Filter::Or(items) => Ok(Predicate::any(list("or", items)?)),
        Filter::Not(inner) => {
            let inner = resolve_part(inner, lookup, &format!("{path}.not"))?;
            Ok(Predicate::none_of(inner))
        }
        Filter::Test(test) => resolve_test(test, lookup, path).map(Predicate::Test),
    }
}

fn resolve_test(test: &Test, lookup: &Lookup<'_>, path: &str) -> Result<Comparison> {
    let target = lookup.target(&test.field, &format!("{path}.field"))?;
    let compared = lookup.compared(target);
    let computed = match target {
        Target::Field(position) => formula_sql::require(lookup.snapshot, position, &format!("{path}.field"))?,
        Target::System(_) => false,
    };
    let reading = Reading { compared: &compared, has_user: lookup.has_user, now: lookup.now };
    let (operator, operand) = operators::find(test, computed, &reading, path)?;
    Ok(Comparison { target, computed, operator, operand, case_sensitive: test.case_sensitive })
}
