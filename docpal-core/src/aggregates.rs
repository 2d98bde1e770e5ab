//! The aggregates: what can be computed over the values of a field, one file per family of values, one line per
//! aggregate. The lists drive resolution, SQL, error messages and the documentation.
//!
//! Sums and averages are exact and follow the number rule of formulas. Empty values are left out, as in formulas. Over a
//! value that could not be computed an aggregate that reads values is an error; one that counts is not.

mod any;
pub(crate) mod number;
pub(crate) mod switch;
pub(crate) mod time;

use std::fmt;

use crate::sql::PgType;
use crate::sql::expr::{self, Expr, ExprTrait as _, PgFn};

use crate::target::Compared;

/// A function of all values of a field.
pub struct Aggregate {
    /// The code in requests, as `sum`.
    pub code: &'static str,
    /// What it computes, for people.
    pub summary: &'static str,
    /// What kind of value that is.
    pub gives: Gives,
    /// The value in SQL, over the rows of a group. It must never raise, whatever the rows hold.
    pub(crate) lower: fn(Over) -> Expr,
}

/// What an aggregate gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// How many; 0 of nothing. Errors are counted like other values, or left out.
    Count,
    /// A part of all records in percent; blank of nothing. Errors are counted like other values, or left out.
    Percent,
    /// A number computed from the values; 0 of nothing.
    Sum,
    /// A number computed from the values; blank of nothing.
    Number,
    /// One of the values; blank of nothing.
    Value,
}

impl Gives {
    /// Whether values are read, so that one that could not be computed leaves no result.
    #[must_use]
    pub fn reads_values(self) -> bool {
        matches!(self, Self::Sum | Self::Number | Self::Value)
    }

    /// The type of the result over values of type `ty`.
    #[must_use]
    pub fn ty(self, ty: PgType) -> PgType {
        match self {
            Self::Count => PgType::Bigint,
            Self::Percent | Self::Sum | Self::Number => PgType::Numeric,
            Self::Value => ty,
        }
    }
}

/// What an aggregate turns into SQL.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Over {
    /// The value of a row; null for an empty one, and anything for one that could not be computed.
    pub value: Expr,
    /// The value of a row; null for an empty one, and for one that could not be computed.
    pub known: Expr,
    /// Its type.
    pub ty: PgType,
    /// When it could not be computed, or null for no; `None` when it always can.
    pub fails: Option<Expr>,
}

impl Aggregate {
    /// The value in SQL, over the rows of a group.
    #[doc(hidden)]
    #[must_use]
    pub fn lower(&self, over: Over) -> Expr {
        (self.lower)(over)
    }
}

impl fmt::Debug for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl PartialEq for Aggregate {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The aggregates of what is compared, besides those of [`every_aggregate`].
#[must_use]
pub fn aggregates_of(compared: &Compared) -> &'static [Aggregate] {
    compared.family().aggregates
}

/// The aggregates of every kind of value.
#[must_use]
pub fn every_aggregate() -> &'static [Aggregate] {
    any::AGGREGATES
}

// SQL that the families share.

/// How many rows there are.
pub(crate) fn all() -> Expr {
    expr::count_all()
}

/// How many rows have this value.
pub(crate) fn filled(value: Expr) -> Expr {
    expr::call(PgFn::Count, [value])
}

/// How many rows meet a condition; null counts as no.
#[doc(hidden)]
#[must_use]
pub fn those(condition: Expr) -> Expr {
    filled(expr::call(PgFn::NullIf, [condition, expr::boolean(false)]))
}

/// `count` in percent of all rows; null when there are none.
pub(crate) fn percent(count: Expr) -> Expr {
    let hundredfold = expr::cast(expr::integer(100), PgType::Numeric).mul(count);
    let share = expr::call(PgFn::Div, [hundredfold, expr::cast(all(), PgType::Numeric)]);
    expr::if_else(all().eq(expr::integer(0)), expr::null(PgType::Numeric), share)
}
