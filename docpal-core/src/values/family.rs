//! What a family of values is to whoever filters, sorts, groups, summarises or computes with it.

use docpal_formula::Type;

use super::{FAMILIES, PgType, text};
use crate::aggregates::Aggregate;
use crate::field_types::SelectOption;
use crate::operators::Operator;
use crate::sql::expr::{self, Expr};

/// A family of values: fields of one family are stored, compared and computed with alike.
///
/// # Example
/// ```
/// use docpal_core::values::{FAMILIES, Ranges};
///
/// let dates = FAMILIES.iter().find(|family| family.word == "date").ok_or("no dates")?;
/// assert_eq!((dates.stored_as.sql(), dates.ranges), ("date", Ranges::Days));
/// assert!(dates.operators.iter().any(|operator| operator.code == "before"));
/// assert!(dates.aggregates.iter().any(|aggregate| aggregate.code == "latest"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Family {
    /// The word for it in messages.
    pub word: &'static str,
    /// The type of its columns.
    pub stored_as: PgType,
    /// What filters ask of it, in the order a person picks from.
    pub operators: &'static [Operator],
    /// What is computed over it, besides what is over values of every kind.
    pub aggregates: &'static [Aggregate],
    /// The ranges that its values are grouped into.
    pub ranges: Ranges,
    /// What groups there are.
    pub groups: Groups,
    /// The type that formulas see.
    pub(super) formula_type: fn() -> Type,
    /// Are results of formulas, when they are of that type, of this family?
    pub(super) has_results: bool,
    /// The value with null for what counts as empty, if null is not all that does.
    pub(super) without_empty: Option<fn(Expr) -> Expr>,
    /// What values are ordered by, if not by themselves.
    pub(super) rank: Option<Rank>,
    /// The column as formulas read it.
    pub(super) input: fn(&[SelectOption], Expr, PgType) -> Input,
}

/// What a value is ordered by, and its type.
pub(super) type Rank = fn(&[SelectOption], Expr) -> (Expr, PgType);

/// The ranges that the values of a family are grouped into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ranges {
    /// None.
    None,
    /// Ranges of numbers of one size.
    Sizes,
    /// Days, weeks, months; the values are days.
    Days,
    /// Days, weeks, months of a time zone; the values are instants.
    Instants,
}

/// What groups a view by a family has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Groups {
    /// Those that some record is in.
    OfRecords,
    /// These, and one for every option of the field.
    OfOptions,
}

/// A column as formulas read it.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Input {
    /// The value, of the type that formulas see.
    pub value: Expr,
    /// How many columns, constants and calls it has.
    pub weight: usize,
    /// How many calls are inside each other, and one.
    pub height: usize,
    /// Its texts have at most this many bytes.
    pub bytes: u64,
    /// It has at most this many values.
    pub items: u64,
}

impl Input {
    /// A column, or a constant's worth of SQL over it.
    pub(super) fn leaf(value: Expr) -> Self {
        Self { value, weight: 1, height: 1, bytes: u64::MAX, items: u64::MAX }
    }

    /// The column in the type that its values are computed with as.
    fn of_column(_: &[SelectOption], column: Expr, ty: PgType) -> Self {
        let computed = ty.computed();
        Self::leaf(if ty == computed { column } else { expr::cast(column, computed) })
    }
}

impl Family {
    /// A family of which nothing is known but its word, its column and what filters ask.
    pub(super) const fn new(
        word: &'static str,
        stored_as: PgType,
        formula_type: fn() -> Type,
        operators: &'static [Operator],
    ) -> Self {
        Self {
            word,
            stored_as,
            operators,
            aggregates: &[],
            ranges: Ranges::None,
            groups: Groups::OfRecords,
            formula_type,
            has_results: false,
            without_empty: None,
            rank: None,
            input: Input::of_column,
        }
    }

    /// The family of a formula's results.
    #[must_use]
    pub fn of_results(ty: &Type) -> &'static Self {
        let has = |family: &&&'static Self| family.has_results && (family.formula_type)() == *ty;
        FAMILIES.iter().find(has).copied().unwrap_or(&text::FAMILY)
    }

    /// The type that formulas see.
    #[must_use]
    pub fn formula_type(&self) -> Type {
        (self.formula_type)()
    }

    /// What values are ordered by; `None` for what is ordered by itself.
    pub(crate) fn rank(&self, options: &[SelectOption], value: Expr) -> Option<(Expr, PgType)> {
        self.rank.map(|rank| rank(options, value))
    }

    /// The column, of type `ty`, as formulas read it.
    pub(crate) fn input(&self, options: &[SelectOption], column: Expr, ty: PgType) -> Input {
        (self.input)(options, column, ty)
    }

    /// `value` with null for what counts as empty; `None` when null is all that does.
    #[doc(hidden)]
    #[must_use]
    pub fn without_empty(&self, value: Expr) -> Option<Expr> {
        self.without_empty.map(|make| make(value))
    }
}

impl PartialEq for Family {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}
