//! Aggregates of every kind of value.

use crate::sql::PgType;
use crate::sql::expr::{self, Expr, ExprTrait as _};

use super::{Aggregate, Gives, Over, all, filled, percent, those};

pub(super) static AGGREGATES: &[Aggregate] = &[
    Aggregate { code: "count", summary: "all records", gives: Gives::Count, lower: |_| all() },
    Aggregate { code: "empty", summary: "records without a value", gives: Gives::Count, lower: empty },
    Aggregate {
        code: "filled",
        summary: "records with a value",
        gives: Gives::Count,
        lower: |over| filled(over.known),
    },
    Aggregate {
        code: "unique",
        summary: "different values",
        gives: Gives::Count,
        lower: |over| expr::count_distinct(over.known),
    },
    Aggregate {
        code: "errors",
        summary: "records whose value could not be computed",
        gives: Gives::Count,
        lower: errors,
    },
    Aggregate {
        code: "percent_empty",
        summary: "the share of records without a value",
        gives: Gives::Percent,
        lower: |over| percent(empty(over)),
    },
    Aggregate {
        code: "percent_filled",
        summary: "the share of records with a value",
        gives: Gives::Percent,
        lower: |over| percent(filled(over.known)),
    },
    Aggregate {
        code: "percent_unique",
        summary: "different values in percent of the records",
        gives: Gives::Percent,
        lower: |over| percent(expr::count_distinct(over.known)),
    },
];

fn empty(over: Over) -> Expr {
    let with = all().sub(filled(over.known.clone()));
    if over.fails.is_some() { with.sub(errors(over)) } else { with }
}

fn errors(over: Over) -> Expr {
    over.fails.map_or_else(|| expr::cast(expr::integer(0), PgType::Bigint), those)
}
