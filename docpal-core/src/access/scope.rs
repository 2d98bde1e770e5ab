//! What one actor may do to one table: the rules that apply to them, sorted by action and field. Every
//! statement needs a scope; there is no default one.

use std::sync::Arc;

use super::actor::{Actor, SystemReason};
use super::authority;
use super::rule::{Action, Effect, Rule};
use crate::filter::Filter;
use crate::id::{FieldId, TableId, UserId};
use crate::model::TableSnapshot;

/// What an actor may do to one table. Made by [`scope`] or, greppable, by [`Scope::system`]; there is no
/// `Default`, and no query is compiled without one.
///
/// ```compile_fail,E0599
/// let scope = docpal_core::Scope::default();
/// ```
#[derive(Clone, Debug)]
pub struct Scope {
    table: TableId,
    user: Option<UserId>,
    rules: Rules,
    manages: bool,
    knows: bool,
}

#[derive(Clone, Debug)]
enum Rules {
    Everything,
    /// The rules of the table, and the positions of those that cover the actor.
    Of {
        all: Arc<[Rule]>,
        covering: Arc<[usize]>,
    },
}

/// When something is allowed: any of `allow` holds and none of `deny` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Always.
    Always,
    /// Depending on the record. An empty condition list in `allow` never holds.
    When {
        /// One of these must hold; `None` is a rule without a condition.
        allow: Vec<Option<Filter>>,
        /// None of these may hold; `None` is a rule without a condition.
        deny: Vec<Option<Filter>>,
    },
}

impl Guard {
    /// Does no record ever pass?
    fn is_never(&self) -> bool {
        matches!(self, Self::When { allow, deny } if allow.is_empty() || deny.contains(&None))
    }
}

/// How much somebody sees of the values of a field.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sees {
    /// The field does not exist for them.
    Nothing,
    /// Those of some of the records that they may read.
    Part,
    /// Those of every record that they may read.
    All,
}

/// The scope of `actor` on the table of `snapshot`: everything for the system, for a user what the rules say. A
/// table of another company gives a scope in which nothing is allowed; callers look tables up inside the actor's
/// company first.
#[must_use]
pub fn scope(actor: &Actor, snapshot: &TableSnapshot) -> Scope {
    let same_company = actor.company() == snapshot.company();
    if let Some(reason) = actor.system_reason().filter(|_| same_company) {
        return Scope::system(snapshot, reason);
    }
    let rules = snapshot.rules().iter().enumerate();
    let covering = rules.filter(|(_, rule)| same_company && authority::reaches(rule, actor));
    let covering = covering.map(|(position, _)| position).collect();
    Scope {
        table: snapshot.id(),
        user: actor.user(),
        rules: Rules::Of { all: Arc::clone(snapshot.rules()), covering },
        manages: same_company && authority::may_manage(actor, snapshot.rules().iter()),
        knows: same_company && authority::knows(actor, snapshot.rules().iter()),
    }
}

impl Scope {
    /// Everything on the table of `snapshot`, for code that has its own reason to be trusted.
    #[must_use]
    pub fn system(snapshot: &TableSnapshot, reason: SystemReason) -> Self {
        let _ = reason;
        Self { table: snapshot.id(), user: None, rules: Rules::Everything, manages: true, knows: true }
    }

    /// The table this scope is for.
    #[must_use]
    pub fn table(&self) -> TableId {
        self.table
    }

    /// The user that `me` means in conditions.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.user
    }

    /// The positions, in the snapshot's rules, of those that apply; `None` when everything is allowed. Equal for two
    /// actors, what they may do differs by who `me` is only.
    #[must_use]
    pub fn covering(&self) -> Option<&Arc<[usize]>> {
        match &self.rules {
            Rules::Everything => None,
            Rules::Of { covering, .. } => Some(covering),
        }
    }

    /// Was it made for this very snapshot? The positions of rules mean nothing in another.
    #[must_use]
    pub fn is_for(&self, snapshot: &TableSnapshot) -> bool {
        let same_rules = match &self.rules {
            Rules::Everything => true,
            Rules::Of { all, .. } => Arc::ptr_eq(all, snapshot.rules()),
        };
        self.table == snapshot.id() && same_rules
    }

    /// The rules that apply; none when everything is allowed.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let (all, covering): (&[Rule], &[usize]) = match &self.rules {
            Rules::Everything => (&[], &[]),
            Rules::Of { all, covering } => (all, covering),
        };
        covering.iter().filter_map(|position| all.get(*position))
    }

    /// When may `action` be done to a record?
    ///
    /// A rule that names fields gives (or takes) those fields of the record. So an allowing one lets the
    /// record be touched; a denying one does not hide the record.
    #[must_use]
    pub fn row(&self, action: Action) -> Guard {
        self.guard(action, |rule| rule.effect == Effect::Allow || rule.fields.is_none())
    }

    /// When may `action` be done to `field` of a record that [`Scope::row`] lets through?
    #[must_use]
    pub fn field(&self, action: Action, field: FieldId) -> Guard {
        self.guard(action, |rule| rule.fields.as_ref().is_none_or(|fields| fields.contains(&field)))
    }

    /// How much the actor sees of the values at `position`, in the records that they may read: of a computed field as much
    /// as of whatever it is computed from. Never more than pages show; less where rules say the same in different words.
    #[doc(hidden)]
    #[must_use]
    pub fn sees(&self, snapshot: &TableSnapshot, position: usize) -> Sees {
        let row = self.row(Action::Read);
        let seen = |position: usize| match snapshot.fields().get(position) {
            None => Sees::Nothing,
            Some(field) => match self.field(Action::Read, field.id()) {
                guard if guard.is_never() || row.is_never() => Sees::Nothing,
                guard if guard == Guard::Always || guard == row => Sees::All,
                Guard::Always | Guard::When { .. } => Sees::Part,
            },
        };
        let inputs = snapshot.names(position).into_iter().flat_map(|names| names.iter());
        inputs.map(seen).chain([seen(position)]).min().unwrap_or(Sees::Nothing)
    }

    /// May the actor change the table itself, its fields and its rules?
    #[must_use]
    pub fn may_manage(&self) -> bool {
        self.manages
    }

    /// Does the table exist for the actor? It does for who may manage it, and for whom rules let read or create any
    /// record. Who may create and not read knows the table, and is refused when they read.
    #[must_use]
    pub fn knows_table(&self) -> bool {
        self.knows
    }

    fn guard(&self, action: Action, applies: impl Fn(&Rule) -> bool) -> Guard {
        if matches!(self.rules, Rules::Everything) {
            return Guard::Always;
        }
        let conditions = |effect: Effect| {
            let matching =
                self.rules().filter(|rule| rule.action == action && rule.effect == effect && applies(rule));
            matching.map(|rule| rule.condition.clone()).collect::<Vec<_>>()
        };
        let (allow, deny) = (conditions(Effect::Allow), conditions(Effect::Deny));
        if allow.contains(&None) && deny.is_empty() { Guard::Always } else { Guard::When { allow, deny } }
    }
}
