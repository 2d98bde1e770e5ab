//! Who may touch what, in one place: which rules reach an actor, what follows from them for a company, an app or a
//! table as a whole, and which rules an actor may make and delete.
//!
//! | | the system | an owner | another manager | everyone else |
//! |---|---|---|---|---|
//! | manage the company, its apps and tables | yes | yes, whatever rules say | where a rule allows it and none denies | no |
//! | what rules of owners and the system deny | does not reach it | reaches them, manage excepted | reaches them | reaches them |
//! | what rules of other managers deny | does not reach it | does not reach them | reaches them | reaches them |
//! | make and delete rules on what one manages | yes | yes | yes, but for the next two lines | no |
//! | make and delete rules for the role owner | yes | yes | no | no |
//! | delete a rule that binds owners | yes | yes | no | no |
//!
//! A rule reaches whom it is for. A key that somebody made for another user, as for a service user, acts for that user;
//! rules that deny something to its maker as a user reach it, too, and to whoever made the key of its maker; so a key is
//! never a way around a rule on who made it, whenever the rule was made. Its own role says on which side of the table it
//! stands: what owners deny themselves binds the keys that they made. What is allowed to a maker does not reach the key.
//! In a condition of a rule for one user, `me` is that user.
//!
//! An owner is who acts with the role owner; a manager is whom rules let manage. A rule binds owners when it denies and
//! an owner or the system made it, which is stored with the rule: so owners can bind themselves, and nobody below them
//! can lock them out.

use super::actor::{Actor, Role};
use super::rule::{Action, Effect, Rule, Subject};

/// Does `rule` say anything to `actor`?
#[must_use]
pub fn reaches(rule: &Rule, actor: &Actor) -> bool {
    let above = actor.is_owner() && rule.effect == Effect::Deny && !rule.binds_owners;
    let covered =
        rule.subject.covers(actor) || (rule.effect == Effect::Deny && rule.subject.covers_maker(actor));
    actor.system_reason().is_none() && covered && !above
}

/// May `actor` manage the thing that `rules` are all rules on? Conditions on records do not apply.
pub(crate) fn may_manage<'r>(actor: &Actor, rules: impl Iterator<Item = &'r Rule> + Clone) -> bool {
    let mut matching =
        rules.filter(|rule| rule.action == Action::Manage && rule.fields.is_none() && reaches(rule, actor));
    let allows = |rule: &Rule| rule.effect == Effect::Allow;
    actor.is_owner()
        || (matching.clone().any(|rule| allows(rule) && rule.condition.is_none()) && matching.all(allows))
}

/// Does the thing that `rules` are all rules on exist for `actor`? It does for who may manage it, or may read or create
/// any record in it. What else rules give, as to change records, is of no use without reading them. A rule that takes the
/// reading of all records hides the thing from who may only create.
pub(crate) fn knows<'r>(actor: &Actor, rules: impl Iterator<Item = &'r Rule> + Clone) -> bool {
    may_manage(actor, rules.clone())
        || ever(actor, rules.clone(), Action::Read)
        || (ever(actor, rules.clone(), Action::Create) && !takes_all(actor, rules, Action::Read))
}

/// May `actor` read any record of the thing that `rules` are all rules on?
pub(crate) fn reads<'r>(actor: &Actor, rules: impl Iterator<Item = &'r Rule> + Clone) -> bool {
    ever(actor, rules, Action::Read)
}

/// May `actor` do `action` to any record at all?
fn ever<'r>(actor: &Actor, rules: impl Iterator<Item = &'r Rule> + Clone, action: Action) -> bool {
    let mut matching = rules.clone().filter(|rule| rule.action == action && reaches(rule, actor));
    matching.any(|rule| rule.effect == Effect::Allow) && !takes_all(actor, rules, action)
}

/// Is `action` taken for every record?
fn takes_all<'r>(actor: &Actor, rules: impl Iterator<Item = &'r Rule>, action: Action) -> bool {
    let mut matching = rules.filter(|rule| rule.action == action && reaches(rule, actor));
    matching.any(|rule| rule.effect == Effect::Deny && rule.condition.is_none() && rule.fields.is_none())
}

/// Does a rule with this effect that `actor` makes bind owners?
pub(crate) fn binds_owners(actor: &Actor, effect: Effect) -> bool {
    actor.is_owner() && effect == Effect::Deny
}

/// May `actor`, who may manage what a rule for `subject` is on, make or delete it?
pub(crate) fn may_change(actor: &Actor, subject: Subject, binds_owners: bool) -> bool {
    actor.is_owner() || (subject != Subject::Role(Role::Owner) && !binds_owners)
}

#[cfg(test)]
mod tests;
