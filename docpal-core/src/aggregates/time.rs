//! Aggregates of dates and instants.

use crate::sql::PgType;
use crate::sql::expr::{self, Expr, PgFn};

use super::{Aggregate, Gives};

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

pub(crate) static AGGREGATES: &[Aggregate] = &[
    Aggregate {
        code: "earliest",
        summary: "the first date",
        gives: Gives::Value,
        lower: |over| expr::call(PgFn::Min, [over.value]),
    },
    Aggregate {
        code: "latest",
        summary: "the last date",
        gives: Gives::Value,
        lower: |over| expr::call(PgFn::Max, [over.value]),
    },
    Aggregate {
        code: "range_days",
        summary: "whole days from the first date to the last",
        gives: Gives::Number,
        lower: |over| {
            let ends = [PgFn::Max, PgFn::Min];
            let [last, first] = ends.map(|end| local(expr::call(end, [over.value.clone()]), over.ty));
            expr::call(PgFn::Distance, [last, first, expr::integer(DAY), expr::literal("ms")])
        },
    },
];

fn local(moment: Expr, ty: PgType) -> Expr {
    ty.local(moment, "UTC").unwrap_or_else(|| expr::null(PgType::Timestamptz))
}
