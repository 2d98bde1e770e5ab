//! A part of a formula in SQL: its value, and when it has none.
//!
//! A number that could not be computed is NaN, a date or instant is infinity, a truth is null: such a value goes on
//! through what is computed from it, and nothing has to be written twice. A text or list has no such value, and a truth
//! that may be blank has none either: beside them stands a condition.

use crate::sql::PgType;
use crate::sql::expr;

use super::arithmetic::Exact;
pub(crate) use super::kind::{Item, Kind};
use super::term::Term;

/// When a part cannot be computed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Never.
    Never,
    /// When its value is the poison of its kind. A truth is then never blank.
    Poison,
    /// When this holds; it is never null.
    When(Box<Term>),
}

impl Failure {
    /// When `condition` holds, or never.
    pub(crate) fn when(condition: Option<Term>) -> Self {
        condition.map_or(Self::Never, |condition| Self::When(Box::new(condition)))
    }
}

/// A part of a formula in SQL. Neither expression raises an error, whatever the row holds.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    pub(crate) value: Term,
    pub(crate) kind: Kind,
    pub(crate) failure: Failure,
    /// Whether it may be blank.
    pub(crate) nullable: bool,
    /// A text, or all texts of a list together, have at most this many bytes.
    pub(crate) bytes: u64,
    /// A list has at most this many values.
    pub(crate) items: u64,
    /// The same number without the number rule, where that is known to change nothing.
    pub(crate) exact: Option<Box<Exact>>,
    /// A shorter way than the value itself to tell that this number cannot be computed.
    pub(crate) doubt: Option<Box<Term>>,
}

/// Longest text in bytes that a formula may make.
pub(crate) const TEXT_LIMIT: u64 = 100 * 1024;

impl Sql {
    pub(crate) fn new(kind: Kind, value: Term, failure: Failure) -> Self {
        Self {
            value,
            kind,
            failure,
            nullable: true,
            bytes: u64::MAX,
            items: u64::MAX,
            exact: None,
            doubt: None,
        }
    }

    /// A value that can always be computed.
    pub(crate) fn sure(kind: Kind, value: Term) -> Self {
        Self::new(kind, value, Failure::Never)
    }

    /// A value whose errors are in it.
    pub(crate) fn poisonous(kind: Kind, value: Term) -> Self {
        Self::new(kind, value, Failure::Poison)
    }

    /// A truth that is never blank, and null when it cannot be computed.
    pub(crate) fn truth(value: Term, failure: Failure) -> Self {
        Self::new(Kind::Bool, value, failure).never_null()
    }

    pub(crate) fn never_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    pub(crate) fn nullable(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }

    pub(crate) fn at_most(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// `value`, unless `fails` holds.
    pub(crate) fn unless(kind: Kind, fails: Option<Term>, value: Term) -> Self {
        match fails {
            None => Self::sure(kind, value),
            Some(fails) if kind.has_poison() => Self::poisonous(kind, fails.choose(kind.poison(), value)),
            Some(fails) => Self::new(kind, value, Failure::When(Box::new(fails))),
        }
    }

    /// A truth that is never blank, unless `fails` holds.
    pub(crate) fn truth_unless(fails: Option<Term>, value: Term) -> Self {
        match fails {
            None => Self::truth(value, Failure::Never),
            Some(fails) => Self::truth(fails.choose(Term::null(PgType::Boolean), value), Failure::Poison),
        }
    }

    /// When it cannot be computed, as a condition that is never null; `None` for never.
    pub(crate) fn fails(&self) -> Option<Term> {
        match &self.failure {
            Failure::Never => None,
            Failure::Poison if self.kind == Kind::Bool => Some(self.value.clone().when_null()),
            Failure::Poison if self.doubt.is_some() => self.doubt.as_deref().cloned(),
            Failure::Poison => {
                let is_poison = self.value.clone().equals(self.kind.poison());
                Some(if self.nullable { is_poison.or_false() } else { is_poison })
            }
            Failure::When(condition) => Some((**condition).clone()),
        }
    }

    pub(crate) fn is_sure(&self) -> bool {
        matches!(self.failure, Failure::Never)
    }

    /// The size of what stands for it.
    pub(crate) fn weight(&self) -> usize {
        match &self.failure {
            Failure::When(condition) => self.value.weight() + condition.weight(),
            Failure::Never | Failure::Poison => self.value.weight(),
        }
    }

    pub(crate) fn height(&self) -> usize {
        match &self.failure {
            Failure::When(condition) => self.value.height().max(condition.height()),
            Failure::Never | Failure::Poison => self.value.height(),
        }
    }

    /// The same in the place of a value of `kind`: what is always blank fits everywhere.
    pub(crate) fn into_kind(self, kind: Kind) -> Self {
        if self.kind == kind || !matches!(self.kind, Kind::Null | Kind::List(Item::Null)) {
            return self;
        }
        Self::unless(kind, self.fails(), Term::null(kind.pg())).at_most(0).of_items(0)
    }

    /// A truth that is never blank: blank counts as false.
    pub(crate) fn into_truth(self) -> Self {
        match (self.nullable, self.failure) {
            (false, failure @ (Failure::Never | Failure::Poison)) => Self::truth(self.value, failure),
            (true, Failure::Never) => Self::truth(self.value.or_false(), Failure::Never),
            // A poisonous truth is never blank.
            (true, Failure::Poison) => Self::truth(self.value, Failure::Poison),
            (_, Failure::When(fails)) => Self::truth_unless(Some(*fails), self.value.or_false()),
        }
    }

    /// A text made by a formula: an error when it is longer than allowed.
    pub(crate) fn limited(self) -> Self {
        self.limited_where(None)
    }

    /// The same where `made` holds; elsewhere the text is one of the record's.
    pub(crate) fn limited_where(self, made: Option<Term>) -> Self {
        if self.bytes <= TEXT_LIMIT {
            return self;
        }
        let length = Term::call(expr::PgFn::OctetLength, [self.value.clone()]);
        let limit = Term::integer(i64::try_from(TEXT_LIMIT).unwrap_or(i64::MAX));
        let too_long = length.binary(expr::BinOper::GreaterThan, limit);
        let bytes = if made.is_none() { TEXT_LIMIT } else { self.bytes };
        let too_long = match made {
            Some(made) => made.and(too_long),
            None => too_long,
        };
        let too_long = if self.nullable { too_long.or_false() } else { too_long };
        let fails = either(self.fails(), Some(too_long));
        let failure = Failure::when(fails);
        Self { failure, bytes, ..self }
    }
}

/// One fails, or the other does.
pub(crate) fn either(a: Option<Term>, b: Option<Term>) -> Option<Term> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.or(b)),
        (one, other) => one.or(other),
    }
}

/// When any of `parts` cannot be computed.
pub(crate) fn any_fails<'s>(parts: impl IntoIterator<Item = &'s Sql>) -> Option<Term> {
    parts.into_iter().map(Sql::fails).fold(None, either)
}
