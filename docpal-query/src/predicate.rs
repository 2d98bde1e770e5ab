//! Typed conditions: every name looked up, every value read, constants folded away.

use crate::operators::{Operand, Operator};
use crate::target::Target;

/// A condition on a record, ready to become SQL.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// Holds for every record.
    Always,
    /// Holds for none.
    Never,
    /// All of these hold.
    And(Vec<Predicate>),
    /// At least one of these holds.
    Or(Vec<Predicate>),
    /// This does not hold.
    Not(Box<Predicate>),
    /// One comparison.
    Test(Comparison),
}

/// One value of a record compared with an operand.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub(crate) target: Target,
    pub(crate) operator: &'static Operator,
    pub(crate) operand: Operand,
    pub(crate) case_sensitive: bool,
}

impl Predicate {
    /// All of `items`, folded.
    #[must_use]
    pub fn all(items: impl IntoIterator<Item = Predicate>) -> Self {
        let mut kept = Vec::new();
        for item in items {
            match item {
                Self::Always => {}
                Self::Never => return Self::Never,
                Self::And(inner) => kept.extend(inner),
                other if kept.contains(&other) => {}
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Always,
            1 => kept.remove(0),
            _ => Self::And(kept),
        }
    }

    /// Any of `items`, folded.
    #[must_use]
    pub fn any(items: impl IntoIterator<Item = Predicate>) -> Self {
        let mut kept = Vec::new();
        for item in items {
            match item {
                Self::Never => {}
                Self::Always => return Self::Always,
                Self::Or(inner) => kept.extend(inner),
                other if kept.contains(&other) => {}
                other => kept.push(other),
            }
        }
        match kept.len() {
            0 => Self::Never,
            1 => kept.remove(0),
            _ => Self::Or(kept),
        }
    }

    /// The opposite of `item`, folded.
    #[must_use]
    pub fn none_of(item: Predicate) -> Self {
        match item {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}
