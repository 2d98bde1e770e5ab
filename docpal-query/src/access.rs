//! A scope against its table: which records, which fields, which cells. Every later stage asks it and nothing else.
//!
//! What rules mean is worked out once per snapshot and set of rules, and kept with the snapshot; who `me` is and what
//! day it is come in when a condition becomes SQL.

mod rights;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use docpal_core::model::Field;
use docpal_core::{Action, FieldId, Scope, TableSnapshot, UserId};

use self::rights::Rights;
use crate::filter::{Lookup, Names};
use crate::predicate::Predicate;
use docpal_core::operators::Moment;
use docpal_core::target::{System, Target};

/// What an actor may see and do in one table, with every condition typed.
#[derive(Clone, Debug)]
pub struct Access {
    snapshot: Arc<TableSnapshot>,
    rights: Arc<Rights>,
    /// By the rules as they stand, whether their conditions can be understood or not: as in lists of tables.
    knows_table: bool,
    moment: Moment,
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
    /// Works out what `scope` means on `snapshot` at `now`. A scope that was made for another snapshot allows nothing.
    #[must_use]
    pub fn new(scope: &Scope, snapshot: &Arc<TableSnapshot>, now: DateTime<Utc>) -> Self {
        let rights = rights::of(scope, snapshot);
        let knows_table = scope.knows_table() && scope.is_for(snapshot);
        let moment = Moment { now, user: scope.user() };
        Self { snapshot: Arc::clone(snapshot), rights, knows_table, moment }
    }

    /// The table.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<TableSnapshot> {
        &self.snapshot
    }

    /// Who `me` is.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.moment.user
    }

    /// The moment of the operation.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.moment.now
    }

    /// When it is, and for whom.
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// Which records may be read.
    #[must_use]
    pub fn read(&self) -> &Predicate {
        self.row(Action::Read)
    }

    /// May the actor read anything of this table?
    #[must_use]
    pub fn sees_table(&self) -> bool {
        *self.read() != Predicate::Never
    }

    /// Does the table exist for the actor? Some may fill it without reading it.
    #[must_use]
    pub fn knows_table(&self) -> bool {
        self.knows_table
    }

    /// How much is seen of the field at `position`.
    #[must_use]
    pub fn visibility(&self, position: usize) -> &Visibility {
        self.rights.fields.get(position).unwrap_or(&Visibility::Hidden)
    }

    /// Does the actor know of `field`?
    #[must_use]
    pub fn sees(&self, field: &Field) -> bool {
        let position = self.snapshot.position(field.id());
        position.is_some_and(|position| *self.visibility(position) != Visibility::Hidden)
    }

    /// May the actor name `field` in a new record? Those they see, and those that they may fill in without reading them:
    /// where a rule names the field, or where they read nothing of the table at all.
    #[must_use]
    pub fn may_fill(&self, field: &Field) -> bool {
        let position = self.snapshot.position(field.id());
        let is_settable = field.column().is_some() && !field.kind().counts();
        self.sees(field)
            || (is_settable && position.is_some_and(|position| self.rights.fill.contains(position)))
    }

    /// Which records `action` may be done to.
    #[must_use]
    pub fn row(&self, action: Action) -> &Predicate {
        self.rights.row(action)
    }

    /// Which records may have the field at `position` written by `action`.
    #[must_use]
    pub fn write_field(&self, action: Action, position: usize) -> &Predicate {
        self.rights.write_field(action, position)
    }

    /// Everything that decides what is seen, as bytes: binds cursors (and caches) to it. Equal for two actors who see
    /// the same; it holds the user only where a rule asks who that is.
    #[must_use]
    pub fn fingerprint(&self) -> Vec<u8> {
        let mut bytes = self.rights.fingerprint.clone();
        if let Some(user) = self.moment.user.filter(|_| self.rights.reads_user) {
            bytes.extend_from_slice(user.uuid().as_bytes());
        }
        bytes
    }

    /// How this actor's filters are looked up.
    pub(crate) fn lookup(&self) -> Lookup<'_> {
        let has_user = self.moment.user.is_some();
        Lookup { snapshot: &self.snapshot, names: self, has_user, now: self.moment.now }
    }
}

impl Names for Access {
    /// As people write them, among the fields the actor sees.
    fn target(&self, key: &str) -> Option<Target> {
        match self.snapshot.find(key).filter(|field| self.sees(field)) {
            Some(field) => self.snapshot.position(field.id()).map(Target::Field),
            None => System::find(key).map(Target::System),
        }
    }

    fn knows(&self, field: &Field) -> bool {
        self.sees(field)
    }
}

/// As rules store them: ids, and the values every record has.
#[derive(Debug)]
pub(crate) struct StoredNames<'s>(pub(crate) &'s TableSnapshot);

impl Names for StoredNames<'_> {
    fn target(&self, key: &str) -> Option<Target> {
        System::find(key).map(Target::System).or_else(|| {
            let id: FieldId = key.parse().ok()?;
            self.0.position(id).map(Target::Field)
        })
    }

    fn knows(&self, _: &Field) -> bool {
        true
    }
}

/// The fields of the table that exist for the actor, in order: those they see, and those that they may fill in without
/// seeing them.
#[must_use]
pub fn known_fields<'s>(scope: &Scope, snapshot: &'s Arc<TableSnapshot>) -> Vec<&'s Field> {
    let access = Access::new(scope, snapshot, Utc::now());
    snapshot.fields().iter().filter(|field| access.may_fill(field)).collect()
}

/// The fields of the table whose cells the actor sees, in order.
#[must_use]
pub fn visible_fields<'s>(scope: &Scope, snapshot: &'s Arc<TableSnapshot>) -> Vec<&'s Field> {
    let access = Access::new(scope, snapshot, Utc::now());
    snapshot.fields().iter().filter(|field| access.sees(field)).collect()
}
