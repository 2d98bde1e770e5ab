//! What a set of rules means on one snapshot: worked out when it is first asked for, kept with the snapshot.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::Utc;
use docpal_core::access::{Effect, Rule, Subject};
use docpal_core::model::FieldSet;
use docpal_core::{Action, FieldId, Scope, TableSnapshot};

use super::{StoredNames, Visibility};
use crate::filter::{Lookup, resolve_filter};
use crate::predicate::Predicate;
use docpal_core::operators::Operand;

/// So many different sets of rules are remembered per snapshot; companies have a handful of roles.
const REMEMBERED: usize = 256;

/// What may be seen and done in one table.
#[derive(Debug)]
pub(super) struct Rights {
    /// Which records each action may be done to, in the order of [`Action::ALL`].
    rows: Vec<Predicate>,
    /// How much is seen of each field.
    pub(super) fields: Vec<Visibility>,
    /// The fields of a new record that may be given without being seen.
    pub(super) fill: FieldSet,
    /// Which records may have each field given when they are made, and changed.
    writes: [Vec<Predicate>; 2],
    /// Does a condition ask who `me` is?
    pub(super) reads_user: bool,
    /// The table and the rules that apply: not its version, which changes with what does not concern the actor.
    pub(super) fingerprint: Vec<u8>,
}

/// The positions of the rules that apply; `None` for everything.
type Key = Option<Arc<[usize]>>;

/// What is remembered with a snapshot.
#[derive(Default)]
struct Remembered {
    conditions: OnceLock<Vec<Option<Predicate>>>,
    rights: Mutex<HashMap<Key, Arc<Rights>>>,
}

/// The rights that `scope` gives on `snapshot`.
pub(super) fn of(scope: &Scope, snapshot: &Arc<TableSnapshot>) -> Arc<Rights> {
    let remembered = snapshot.derived().get::<Remembered>();
    // Positions of rules mean nothing in another snapshot: no rule applies.
    let key: Key = match scope.covering() {
        Some(covering) if scope.is_for(snapshot) => Some(Arc::clone(covering)),
        None if scope.is_for(snapshot) => None,
        _ => Some(Arc::from([])),
    };
    let lock = || remembered.rights.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rights) = lock().get(&key) {
        return Arc::clone(rights);
    }
    let conditions = remembered.conditions.get_or_init(|| conditions(snapshot));
    let rights = Arc::new(match &key {
        None => Rights::everything(snapshot),
        Some(covering) => Builder { snapshot, conditions, covering }.build(),
    });
    let mut known = lock();
    if known.len() >= REMEMBERED {
        known.clear();
    }
    known.insert(key, Arc::clone(&rights));
    rights
}

/// The condition of each rule; `None` for one that cannot be understood, because its field or operator is gone.
fn conditions(snapshot: &TableSnapshot) -> Vec<Option<Predicate>> {
    let names = StoredNames(snapshot);
    let lookup = Lookup { snapshot, names: &names, has_user: true, now: Utc::now() };
    let condition = |rule: &Rule| match (&rule.condition, rule.subject) {
        (None, _) => Some(Predicate::Always),
        // It may reach a key that the user made, which acts for another: `me` is whom the rule is for.
        (Some(filter), Subject::User(user)) => {
            resolve_filter(filter, &lookup, "condition").ok().map(|predicate| predicate.asked_by(user))
        }
        (Some(filter), _) => resolve_filter(filter, &lookup, "condition").ok(),
    };
    snapshot.rules().iter().map(condition).collect()
}

impl Rights {
    pub(super) fn row(&self, action: Action) -> &Predicate {
        let position = Action::ALL.iter().position(|known| *known == action);
        position.and_then(|position| self.rows.get(position)).unwrap_or(&Predicate::Never)
    }

    pub(super) fn write_field(&self, action: Action, position: usize) -> &Predicate {
        let [create, update] = &self.writes;
        let writes = if action == Action::Create { create } else { update };
        writes.get(position).unwrap_or(&Predicate::Never)
    }

    fn everything(snapshot: &TableSnapshot) -> Self {
        let count = snapshot.fields().len();
        let all = vec![Predicate::Always; count];
        Self {
            rows: vec![Predicate::Always; Action::ALL.len()],
            fields: vec![Visibility::Shown; count],
            fill: FieldSet::default(),
            writes: [all.clone(), all],
            reads_user: false,
            fingerprint: fingerprint(snapshot, b"everything"),
        }
    }
}

/// What decides what is seen, as bytes that no other build writes differently. Rules never change, they come and go.
fn fingerprint(snapshot: &TableSnapshot, rules: &[u8]) -> Vec<u8> {
    let mut bytes = snapshot.id().uuid().as_bytes().to_vec();
    bytes.extend_from_slice(&u64::try_from(rules.len()).unwrap_or(u64::MAX).to_be_bytes());
    bytes.extend_from_slice(rules);
    bytes
}

struct Builder<'b> {
    snapshot: &'b TableSnapshot,
    conditions: &'b [Option<Predicate>],
    covering: &'b [usize],
}

impl Builder<'_> {
    fn build(&self) -> Rights {
        let rows: Vec<Predicate> = Action::ALL
            .iter()
            // A rule that names fields gives (or takes) those fields of the record: an allowing one lets the record be
            // touched, a denying one does not hide the record.
            .map(|action| self.guard(*action, |rule| rule.effect == Effect::Allow || rule.fields.is_none()))
            .collect();
        let read = Action::ALL.iter().position(|action| *action == Action::Read);
        let read = read.and_then(|position| rows.get(position)).cloned().unwrap_or(Predicate::Never);
        let ids = || self.snapshot.fields().iter().map(|field| field.id());
        let fields = self.visibilities(&read, ids());
        let writes = [Action::Create, Action::Update]
            .map(|action| ids().map(|id| self.guard(action, |rule| covers(rule, id))).collect::<Vec<_>>());
        let mut fill = FieldSet::default();
        for (position, id) in ids().enumerate() {
            // What nobody fills in is known to its readers only.
            let field = self.snapshot.fields().get(position);
            if field.is_none_or(|field| field.computed().is_some() || field.kind().counts()) {
                continue;
            }
            let [create, _] = &writes;
            if create.get(position).is_some_and(|guard| *guard != Predicate::Never)
                && self.fills(id, read == Predicate::Never)
            {
                fill.insert(position);
            }
        }
        let rules: Vec<u8> = self.rules().flat_map(|(_, rule)| rule.id.uuid().into_bytes()).collect();
        let asks = |condition: &Predicate| condition.any_test(&|test| test.operand == Operand::Me);
        let reads_user = self.rules().any(|(condition, _)| condition.is_some_and(asks));
        Rights { rows, fields, fill, writes, reads_user, fingerprint: fingerprint(self.snapshot, &rules) }
    }

    /// The rules that apply, each with its condition.
    fn rules(&self) -> impl Iterator<Item = (Option<&Predicate>, &Rule)> {
        self.covering.iter().filter_map(|position| {
            Some((self.conditions.get(*position)?.as_ref(), self.snapshot.rules().get(*position)?))
        })
    }

    /// Any allowing rule and no denying one. One that cannot be understood gives nothing and takes everything.
    fn guard(&self, action: Action, applies: impl Fn(&Rule) -> bool) -> Predicate {
        let allowed = self.any_rule(action, Effect::Allow, &applies);
        Predicate::all([allowed, Predicate::none_of(self.any_rule(action, Effect::Deny, &applies))])
    }

    /// When does any rule of this effect hold?
    fn any_rule(&self, action: Action, effect: Effect, applies: impl Fn(&Rule) -> bool) -> Predicate {
        let broken = if effect == Effect::Allow { Predicate::Never } else { Predicate::Always };
        let matching =
            self.rules().filter(|(_, rule)| rule.action == action && rule.effect == effect && applies(rule));
        Predicate::any(matching.map(|(condition, _)| condition.unwrap_or(&broken).clone()))
    }

    /// How much is seen of each field: its own rules, and those of everything that it is computed from.
    fn visibilities(&self, read: &Predicate, ids: impl Iterator<Item = FieldId>) -> Vec<Visibility> {
        let mut seen: Vec<Visibility> = ids
            .map(|id| {
                // What holds for every readable record needs no mask.
                match self.guard(Action::Read, |rule| covers(rule, id)).given(read) {
                    Predicate::Never => Visibility::Hidden,
                    Predicate::Always if *read != Predicate::Never => Visibility::Shown,
                    Predicate::Always => Visibility::Hidden,
                    predicate => Visibility::Masked(predicate),
                }
            })
            .collect();
        for &position in self.snapshot.computed_order() {
            let Some(names) = self.snapshot.fields().get(position).and_then(|field| field.computed()) else {
                continue;
            };
            let inputs = names.names().iter().map(|id| self.snapshot.position(*id));
            let inputs = inputs.map(|input| input.and_then(|input| seen.get(input)));
            let all = inputs.chain([seen.get(position)]).map(|input| input.unwrap_or(&Visibility::Hidden));
            let together = together(all);
            if let Some(slot) = seen.get_mut(position) {
                *slot = together;
            }
        }
        seen
    }

    /// May the field be given in a new record by somebody who does not see it? Where a rule takes it, it may not.
    fn fills(&self, id: FieldId, reads_nothing: bool) -> bool {
        let is_taken = self.rules().any(|(condition, rule)| {
            rule.action == Action::Read
                && rule.effect == Effect::Deny
                && covers(rule, id)
                && condition.is_none_or(|condition| *condition == Predicate::Always)
                && rule.fields.is_some()
        });
        let is_named = self.rules().any(|(_, rule)| {
            rule.action == Action::Create
                && rule.effect == Effect::Allow
                && rule.fields.as_ref().is_some_and(|fields| fields.contains(&id))
        });
        is_named || (reads_nothing && !is_taken)
    }
}

fn covers(rule: &Rule, field: FieldId) -> bool {
    rule.fields.as_ref().is_none_or(|fields| fields.contains(&field))
}

/// What is seen of a cell that is there only where all of these are.
fn together<'v>(all: impl Iterator<Item = &'v Visibility>) -> Visibility {
    let mut masks = Vec::new();
    for visibility in all {
        match visibility {
            Visibility::Hidden => return Visibility::Hidden,
            Visibility::Shown => {}
            Visibility::Masked(predicate) => masks.push(predicate.clone()),
        }
    }
    match Predicate::all(masks) {
        Predicate::Always => Visibility::Shown,
        Predicate::Never => Visibility::Hidden,
        predicate => Visibility::Masked(predicate),
    }
}
