//! Aggregates of switches. A switch without a value is off.

use crate::sql::expr::{self, Expr};

use super::{Aggregate, Gives, Over, percent, those};

pub(crate) static AGGREGATES: &[Aggregate] = &[
    Aggregate { code: "checked", summary: "records that are on", gives: Gives::Count, lower: checked },
    Aggregate {
        code: "unchecked",
        summary: "records that are off or empty; a filter with `is_not_empty` leaves empty ones out",
        gives: Gives::Count,
        lower: unchecked,
    },
    Aggregate {
        code: "percent_checked",
        summary: "the share of all records that are on; empty ones count as off",
        gives: Gives::Percent,
        lower: |over| percent(checked(over)),
    },
    Aggregate {
        code: "percent_unchecked",
        summary: "the share of all records that are off or empty",
        gives: Gives::Percent,
        lower: |over| percent(unchecked(over)),
    },
];

fn checked(over: Over) -> Expr {
    those(over.known)
}

fn unchecked(over: Over) -> Expr {
    let off = expr::not_true(over.known);
    those(match over.fails {
        None => off,
        // Neither on nor off.
        Some(fails) => expr::if_else(fails, expr::boolean(false), off),
    })
}
