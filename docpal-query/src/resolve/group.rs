//! The groups and aggregates of a view, looked up.

use chrono_tz::Tz;
use docpal_core::{Error, Result};

use super::{ResolvedSort, default_place};
use crate::filter::Lookup;
use crate::spec::{AggregateSpec, Bucket, GroupBy, MAX_AGGREGATES, MAX_GROUPS};
use docpal_core::aggregates::{Aggregate, aggregates_of, every_aggregate};
use docpal_core::target::{Compared, Target};
use docpal_core::values::Ranges;

/// What makes two values fall into one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Buckets {
    pub(crate) bucket: Bucket,
    /// Where the days of instants begin.
    pub(crate) zone: Tz,
}

/// An aggregate, looked up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ResolvedAggregate {
    pub(crate) target: Target,
    pub(crate) aggregate: &'static Aggregate,
}

/// Looks up the groups of a view.
///
/// # Errors
/// `unknown_field`, `not_in_sql`, `invalid_view`, each with its path.
pub(super) fn resolve_groups(groups: &[GroupBy], lookup: &Lookup<'_>) -> Result<Vec<ResolvedSort>> {
    if groups.len() > MAX_GROUPS {
        let message = format!("a view groups by at most {MAX_GROUPS} fields");
        return Err(Error::invalid("invalid_view", "group", message));
    }
    let mut resolved: Vec<ResolvedSort> = Vec::with_capacity(groups.len());
    for (index, group) in groups.iter().enumerate() {
        let path = format!("group[{index}]");
        let target = lookup.sql_target(&group.field, &format!("{path}.field"))?;
        let compared = lookup.compared(target);
        let buckets = group.bucket.map(|bucket| Buckets { bucket, zone: group.zone.unwrap_or(Tz::UTC) });
        if let Some(Buckets { bucket, .. }) = buckets
            && !fits(bucket, &compared)
        {
            let message = match bucket {
                Bucket::Size(_) => format!("a {} has no ranges of numbers", compared.word()),
                _ => format!("a {} has no days, weeks or months", compared.word()),
            };
            return Err(Error::invalid("invalid_view", format!("{path}.bucket"), message));
        }
        let sort = ResolvedSort {
            target,
            direction: group.direction,
            empty: group.empty.unwrap_or(default_place(group.direction)),
            buckets,
        };
        if resolved.iter().any(|known| (known.target, known.buckets) == (target, buckets)) {
            let message = format!("the view groups by `{}` already", group.field);
            return Err(Error::invalid("invalid_view", format!("{path}.field"), message));
        }
        resolved.push(sort);
    }
    Ok(resolved)
}

fn fits(bucket: Bucket, compared: &Compared) -> bool {
    let ranges = compared.family().ranges;
    match bucket {
        Bucket::Size(_) => ranges == Ranges::Sizes,
        _ => matches!(ranges, Ranges::Days | Ranges::Instants),
    }
}

/// Looks up the aggregates of a view.
///
/// # Errors
/// `unknown_field`, `not_in_sql`, `unknown_aggregate`, each with its path.
pub(super) fn resolve_aggregates(
    specs: &[AggregateSpec],
    lookup: &Lookup<'_>,
) -> Result<Vec<ResolvedAggregate>> {
    if specs.len() > MAX_AGGREGATES {
        let message = format!("a view computes at most {MAX_AGGREGATES} aggregates");
        return Err(Error::invalid("invalid_view", "aggregates", message));
    }
    let resolve = |(index, spec): (usize, &AggregateSpec)| {
        let path = format!("aggregates[{index}]");
        let target = lookup.sql_target(&spec.field, &format!("{path}.field"))?;
        let compared = lookup.compared(target);
        let aggregate = find(&spec.function, &compared, &format!("{path}.function"))?;
        Ok(ResolvedAggregate { target, aggregate })
    };
    specs.iter().enumerate().map(resolve).collect()
}

/// What an aggregate is called elsewhere, with what families call it here.
const ALIASES: &[(&str, &str)] =
    &[("avg", "average"), ("mean", "average"), ("min", "earliest"), ("max", "latest")];

fn find(function: &str, compared: &Compared, path: &str) -> Result<&'static Aggregate> {
    let known = || aggregates_of(compared).iter().chain(every_aggregate());
    let coded = |code: &str| known().find(|aggregate| aggregate.code == code);
    let elsewhere = || ALIASES.iter().find(|(alias, _)| *alias == function).and_then(|(_, code)| coded(code));
    coded(function).or_else(elsewhere).ok_or_else(|| {
        let names: Vec<&str> = known().map(|aggregate| aggregate.code).collect();
        let near =
            docpal_core::names::end_of_sentence(docpal_core::names::nearest(function, names.iter().copied()));
        let (kind, names) = (compared.word(), names.join(", "));
        let message = format!("a {kind} has no aggregate `{function}`{near} The aggregates are: {names}");
        Error::invalid("unknown_aggregate", path, message)
    })
}
