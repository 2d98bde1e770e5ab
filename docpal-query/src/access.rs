//! A scope against its table: which records, which fields, which cells. Made once per operation; every
//! later stage asks it and nothing else.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use docpal_core::access::Guard;
use docpal_core::model::{Field, Input};
use docpal_core::{Action, Filter, Scope, TableSnapshot, UserId};

use crate::operators::clock_at;
use crate::predicate::Predicate;
use crate::resolve::{Lookup, resolve_filter};

/// What an actor may see and do in one table, with every condition typed.
#[derive(Clone, Debug)]
pub struct Access {
    snapshot: Arc<TableSnapshot>,
    user: Option<UserId>,
    now: DateTime<Utc>,
    read: Predicate,
    fields: Vec<Visibility>,
    scope: Scope,
}

/// How much of a field an actor sees.
#[derive(Clone, Debug, PartialEq)]
pub enum Visibility {
    /// The field does not exist for this actor.
    Hidden,
    /// Every cell of a readable record.
    Shown,
    /// The cells of the records that meet the condition; the others look empty.
    Masked(Predicate),
}

impl Access {
    /// Works out what `scope` means on `snapshot` at `now`.
    #[must_use]
    pub fn new(scope: &Scope, snapshot: &Arc<TableSnapshot>, now: DateTime<Utc>) -> Self {
        let mut access = Self {
            snapshot: Arc::clone(snapshot),
            user: scope.user(),
            now,
            read: Predicate::Never,
            fields: Vec::new(),
            scope: scope.clone(),
        };
        access.read = access.guard(&scope.row(Action::Read));
        access.fields =
            (0..snapshot.fields().len()).map(|position| access.own_visibility(position)).collect();
        let inherited = (0..snapshot.fields().len()).map(|position| access.with_inputs(position)).collect();
        access.fields = inherited;
        access
    }

    /// The table.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<TableSnapshot> {
        &self.snapshot
    }

    /// Who `me` is.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.user
    }

    /// The moment of the operation.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Which records may be read.
    #[must_use]
    pub fn read(&self) -> &Predicate {
        &self.read
    }

    /// Does the actor know of this table at all?
    #[must_use]
    pub fn sees_table(&self) -> bool {
        self.read != Predicate::Never
    }

    /// How much is seen of the field at `position`.
    #[must_use]
    pub fn visibility(&self, position: usize) -> &Visibility {
        self.fields.get(position).unwrap_or(&Visibility::Hidden)
    }

    /// Does the actor know of `field`?
    #[must_use]
    pub fn sees(&self, field: &Field) -> bool {
        let position = self.snapshot.position(field.id());
        position.is_some_and(|position| *self.visibility(position) != Visibility::Hidden)
    }

    /// Which records `action` may be done to.
    #[must_use]
    pub fn row(&self, action: Action) -> Predicate {
        self.guard(&self.scope.row(action))
    }

    /// Which records may have the field at `position` written by `action`.
    #[must_use]
    pub fn write_field(&self, action: Action, position: usize) -> Predicate {
        match self.snapshot.fields().get(position) {
            Some(field) => self.guard(&self.scope.field(action, field.id())),
            None => Predicate::Never,
        }
    }

    /// Any condition that cannot be understood, because its field or operator is gone, gives nothing and
    /// takes everything.
    fn guard(&self, guard: &Guard) -> Predicate {
        let Guard::When { allow, deny } = guard else { return Predicate::Always };
        let condition = |filter: &Option<Filter>, broken: Predicate| match filter {
            None => Predicate::Always,
            Some(filter) => {
                let lookup = Lookup::rules(&self.snapshot, self.user, clock_at(self.now));
                resolve_filter(filter, &lookup, "condition").unwrap_or(broken)
            }
        };
        let allowed = Predicate::any(allow.iter().map(|filter| condition(filter, Predicate::Never)));
        let denied = Predicate::any(deny.iter().map(|filter| condition(filter, Predicate::Always)));
        Predicate::all([allowed, Predicate::none_of(denied)])
    }

    fn own_visibility(&self, position: usize) -> Visibility {
        let Some(field) = self.snapshot.fields().get(position) else { return Visibility::Hidden };
        match self.guard(&self.scope.field(Action::Read, field.id())) {
            Predicate::Never => Visibility::Hidden,
            Predicate::Always => Visibility::Shown,
            // What holds for every readable record needs no mask.
            predicate if predicate == self.read => Visibility::Shown,
            predicate => Visibility::Masked(predicate),
        }
    }

    /// A computed field exists only for who sees all it is computed from; masked inputs mask themselves.
    fn with_inputs(&self, position: usize) -> Visibility {
        let own = self.visibility(position).clone();
        let inputs_seen = self.inputs_seen(position, self.snapshot.fields().len());
        if inputs_seen { own } else { Visibility::Hidden }
    }

    fn inputs_seen(&self, position: usize, depth: usize) -> bool {
        let Some(field) = self.snapshot.fields().get(position) else { return false };
        let Some(computed) = field.computed() else { return true };
        computed.inputs().iter().all(|input| match input {
            Input::Field(id) => self.snapshot.position(*id).is_some_and(|input| {
                depth > 0
                    && *self.visibility(input) != Visibility::Hidden
                    && self.inputs_seen(input, depth - 1)
            }),
            Input::Record(_) | Input::Unknown => true,
        })
    }

    /// A digest of everything that decides what is seen: binds cursors (and caches) to it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let version = self.snapshot.version();
        format!("{:?} {:?} {} {} {:?}", self.read, self.fields, version.table, version.policy, self.user)
    }
}

/// The fields of the table that the actor knows of, in order.
#[must_use]
pub fn visible_fields<'s>(scope: &Scope, snapshot: &'s Arc<TableSnapshot>) -> Vec<&'s Field> {
    let access = Access::new(scope, snapshot, Utc::now());
    snapshot.fields().iter().filter(|field| access.sees(field)).collect()
}
