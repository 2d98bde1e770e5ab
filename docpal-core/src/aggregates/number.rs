//! Aggregates of numbers, by the number rule: sums are exact, and each result is rounded once.

use crate::sql::PgType;
use crate::sql::expr::{self, Expr, ExprTrait as _, PgFn};

use super::{Aggregate, Gives, Over, filled};

pub(crate) static AGGREGATES: &[Aggregate] = &[
    Aggregate {
        code: "sum",
        summary: "the sum of the values",
        gives: Gives::Sum,
        lower: |over| {
            let of_nothing = expr::cast(expr::integer(0), PgType::Numeric);
            ruled(expr::call(PgFn::Coalesce, [sum(over.value), of_nothing]))
        },
    },
    Aggregate {
        code: "average",
        summary: "the sum divided by the number of values",
        gives: Gives::Number,
        lower: |over| {
            let count = count(over.value.clone());
            let average = expr::call(PgFn::Div, [sum(over.value.clone()), count]);
            from(1, over.value, average)
        },
    },
    Aggregate {
        code: "median",
        summary: "the value in the middle, or the average of the two in the middle",
        gives: Gives::Number,
        lower: median,
    },
    Aggregate {
        code: "min",
        summary: "the smallest value",
        gives: Gives::Value,
        lower: |over| expr::call(PgFn::Min, [over.value]),
    },
    Aggregate {
        code: "max",
        summary: "the largest value",
        gives: Gives::Value,
        lower: |over| expr::call(PgFn::Max, [over.value]),
    },
    Aggregate {
        code: "range",
        summary: "the largest value less the smallest",
        gives: Gives::Number,
        lower: |over| {
            let max = expr::call(PgFn::Max, [over.value.clone()]);
            ruled(max.sub(expr::call(PgFn::Min, [over.value])))
        },
    },
    Aggregate {
        code: "variance",
        summary: "the variance of a sample; empty below two values",
        gives: Gives::Number,
        lower: variance,
    },
    Aggregate {
        code: "stddev",
        summary: "the standard deviation of a sample; empty below two values",
        gives: Gives::Number,
        lower: |over| expr::call(PgFn::Sqrt, [variance(over)]),
    },
    percentile("p10", "the value that a tenth of all do not exceed", |over| {
        expr::percentile("0.1", over.value)
    }),
    percentile("p25", "the value that a quarter of all do not exceed", |over| {
        expr::percentile("0.25", over.value)
    }),
    percentile("p75", "the value that three quarters of all do not exceed", |over| {
        expr::percentile("0.75", over.value)
    }),
    percentile("p90", "the value that nine tenths of all do not exceed", |over| {
        expr::percentile("0.9", over.value)
    }),
    percentile("p99", "the value that 99 of 100 do not exceed", |over| expr::percentile("0.99", over.value)),
];

const fn percentile(word: &'static str, summary: &'static str, lower: fn(Over) -> Expr) -> Aggregate {
    Aggregate { code: word, summary, gives: Gives::Value, lower }
}

fn sum(value: Expr) -> Expr {
    expr::call(PgFn::SumAll, [value])
}

fn count(value: Expr) -> Expr {
    expr::cast(filled(value), PgType::Numeric)
}

/// Rounded to 28 digits; NaN when it is too large.
fn ruled(number: Expr) -> Expr {
    expr::call(PgFn::Num, [number])
}

/// `result` when there are at least `least` values.
fn from(least: i64, value: Expr, result: Expr) -> Expr {
    expr::if_else(filled(value).lt(expr::integer(least)), expr::null(PgType::Numeric), result)
}

/// The two in the middle are one when the number of values is odd. The fraction is a float8: just above a half
/// is the first after it for up to some billions of values.
fn median(over: Over) -> Expr {
    let low = expr::percentile("0.5", over.value.clone());
    let high = expr::percentile("0.5000000001", over.value.clone());
    let two = expr::cast(expr::integer(2), PgType::Numeric);
    from(1, over.value, expr::call(PgFn::Div, [low.add(high), two]))
}

/// (n * sum of squares - square of the sum) / (n * (n - 1))
fn variance(over: Over) -> Expr {
    let value = over.value;
    let (n, sum_of_all) = (count(value.clone()), sum(value.clone()));
    let squares = sum(value.clone().mul(value.clone()));
    let above = n.clone().mul(squares).sub(sum_of_all.clone().mul(sum_of_all));
    let below = n.clone().mul(n.sub(expr::integer(1)));
    from(2, value, expr::call(PgFn::Div, [above, below]))
}
