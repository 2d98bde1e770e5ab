//! Typed conditions: every name looked up, every value read, constants folded away.

use docpal_core::UserId;
use docpal_core::operators::{Operand, Operator};
use docpal_core::target::Target;

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
    /// Is the value computed by a formula?
    pub(crate) computed: bool,
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

    /// The conditions that must all hold; none when it always does.
    #[must_use]
    pub fn parts(&self) -> &[Predicate] {
        match self {
            Self::Always => &[],
            Self::And(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// What is left to ask of a record that is known to meet `known`.
    #[must_use]
    pub fn given(&self, known: &Predicate) -> Self {
        let left = self.parts().iter().filter(|part| !known.parts().contains(part)).cloned();
        Self::all(left.collect::<Vec<_>>())
    }

    /// Does any comparison meet `wanted`?
    pub(crate) fn any_test(&self, wanted: &dyn Fn(&Comparison) -> bool) -> bool {
        match self {
            Self::Always | Self::Never => false,
            Self::And(items) | Self::Or(items) => items.iter().any(|item| item.any_test(wanted)),
            Self::Not(inner) => inner.any_test(wanted),
            Self::Test(test) => wanted(test),
        }
    }

    /// The same condition, in which `me` is `user`, whoever asks.
    #[must_use]
    pub(crate) fn asked_by(self, user: UserId) -> Self {
        let all = |items: Vec<Self>| items.into_iter().map(|item| item.asked_by(user)).collect();
        match self {
            Self::Always | Self::Never => self,
            Self::And(items) => Self::And(all(items)),
            Self::Or(items) => Self::Or(all(items)),
            Self::Not(inner) => Self::Not(Box::new(inner.asked_by(user))),
            Self::Test(mut test) => {
                if test.operand == Operand::Me {
                    test.operand = Operand::Ids(vec![user.uuid()]);
                }
                Self::Test(test)
            }
        }
    }

    /// The opposite of `item`, folded.
    #[must_use]
    pub fn none_of(item: Predicate) -> Self {
        match item {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(inner) => *inner,
            // Part by part, so that what is known of some of them need not be asked again. Unknown counts as no in
            // each, so this is the same.
            Self::Or(items) => Self::all(items.into_iter().map(Self::none_of)),
            other => Self::Not(Box::new(other)),
        }
    }
}
