//! The table of authority, line by line and column by column.

use super::*;
use crate::access::{Resource, SystemReason};
use crate::filter::Filter;
use crate::id::{CompanyId, RuleId, UserId};

/// The columns of the table, in its order; the manager is an admin by the rules that every company starts with.
fn actors() -> [Actor; 4] {
    let company = CompanyId::new();
    let user = |role| Actor::new(company, UserId::new(), [role]);
    [Actor::system(company, SystemReason::Host), user(Role::Owner), user(Role::Admin), user(Role::Member)]
}

fn rule(subject: Subject, action: Action, effect: Effect, binds_owners: bool) -> Rule {
    Rule {
        id: RuleId::new(),
        resource: Resource::Company,
        subject,
        action,
        effect,
        condition: None,
        fields: None,
        binds_owners,
    }
}

fn admins_manage() -> Rule {
    rule(Subject::Role(Role::Admin), Action::Manage, Effect::Allow, false)
}

fn deny(action: Action, binds_owners: bool) -> Rule {
    rule(Subject::Everyone, action, Effect::Deny, binds_owners)
}

// Findings A6, A32
#[test]
fn owners_and_the_system_manage_whatever_rules_say() {
    let manage = |rules: &[Rule]| actors().map(|actor| may_manage(&actor, rules.iter()));
    assert_eq!(manage(&[]), [true, true, false, false]);
    assert_eq!(manage(&[admins_manage()]), [true, true, true, false]);
    for binds_owners in [false, true] {
        let denied = [admins_manage(), deny(Action::Manage, binds_owners)];
        assert_eq!(manage(&denied), [true, true, false, false], "binds owners: {binds_owners}");
    }
}

// Finding A32
#[test]
fn what_is_denied_reaches_owners_only_if_it_binds_them() {
    let reached = |rule: &Rule| actors().map(|actor| reaches(rule, &actor));
    assert_eq!(reached(&deny(Action::Read, true)), [false, true, true, true]);
    assert_eq!(reached(&deny(Action::Read, false)), [false, false, true, true]);
    let allowed = rule(Subject::Everyone, Action::Read, Effect::Allow, false);
    assert_eq!(reached(&allowed), [false, true, true, true]);
    let of_admins = rule(Subject::Role(Role::Admin), Action::Read, Effect::Deny, true);
    assert_eq!(reached(&of_admins), [false, false, true, false]);
}

// Finding A32
#[test]
fn only_what_owners_and_the_system_deny_binds_owners() {
    assert_eq!(actors().map(|actor| binds_owners(&actor, Effect::Deny)), [true, true, false, false]);
    assert_eq!(actors().map(|actor| binds_owners(&actor, Effect::Allow)), [false; 4]);
}

// Finding A32
#[test]
fn rules_for_owners_and_rules_that_bind_them_are_changed_by_owners() {
    let change = |subject, binds_owners| actors().map(|actor| may_change(&actor, subject, binds_owners));
    // That the member does not manage at all is asked before.
    assert_eq!(change(Subject::Role(Role::Admin), false), [true; 4]);
    assert_eq!(change(Subject::User(UserId::new()), false), [true; 4]);
    assert_eq!(change(Subject::Everyone, false), [true; 4]);
    assert_eq!(change(Subject::Role(Role::Owner), false), [true, true, false, false]);
    assert_eq!(change(Subject::Everyone, true), [true, true, false, false]);
}

// Findings A5, A8
#[test]
fn a_thing_exists_for_who_may_read_create_or_manage_something_in_it() {
    let members = Subject::Role(Role::Member);
    let allow = |action| rule(members, action, Effect::Allow, false);
    let [_, _, _, member] = actors();
    for (action, known) in [
        (Action::Read, true),
        (Action::Create, true),
        (Action::Update, false),
        (Action::Delete, false),
        (Action::Manage, true),
    ] {
        assert_eq!(knows(&member, [allow(action)].iter()), known, "{}", action.word());
        assert!(!knows(&member, [allow(action), deny(action, false)].iter()), "{}", action.word());
    }
    let some = |rule: Rule| Rule { condition: Some(Filter::test("created_by", "is_me", true)), ..rule };
    assert!(knows(&member, [some(allow(Action::Read))].iter()));
    assert!(knows(&member, [allow(Action::Read), some(deny(Action::Read, false))].iter()));
    // Some rows to manage is no management.
    assert!(!knows(&member, [some(allow(Action::Manage))].iter()));
    let [system, owner, ..] = actors();
    assert!(knows(&system, [deny(Action::Read, true)].iter()));
    assert!(knows(&owner, [deny(Action::Read, true)].iter()));
}

#[test]
fn what_decides_about_an_actor_is_in_its_identity() {
    let (company, user, maker) = (CompanyId::new(), UserId::new(), UserId::new());
    let actor = |role| Actor::new(company, user, [role]);
    let all = [
        actor(Role::Admin),
        actor(Role::Member),
        actor(Role::Admin).made_by(maker),
        actor(Role::Admin).made_by(maker).made_by(UserId::new()),
        Actor::new(company, UserId::new(), [Role::Admin]),
    ];
    let identities: std::collections::HashSet<String> = all.iter().map(Actor::identity).collect();
    assert_eq!(identities.len(), all.len());
}

// Finding 6: a manager made a key and was rid of the rules on the manager.
#[test]
fn what_is_denied_to_a_user_is_denied_to_the_keys_that_the_user_made() {
    let (company, maker) = (CompanyId::new(), UserId::new());
    let key = |role| Actor::new(company, UserId::new(), [role]).made_by(UserId::new()).made_by(maker);
    let on_maker = |effect, binds_owners| rule(Subject::User(maker), Action::Read, effect, binds_owners);
    for binds_owners in [false, true] {
        assert!(reaches(&on_maker(Effect::Deny, binds_owners), &key(Role::Admin)), "binds: {binds_owners}");
    }
    assert!(
        !reaches(&on_maker(Effect::Allow, false), &key(Role::Admin)),
        "what a maker may, the key may not"
    );
    assert!(reaches(&on_maker(Effect::Deny, true), &key(Role::Owner)), "what binds owners binds their keys");
    assert!(!reaches(&on_maker(Effect::Deny, false), &key(Role::Owner)));
    let stranger = Actor::new(company, UserId::new(), [Role::Admin]).made_by(UserId::new());
    assert!(!reaches(&on_maker(Effect::Deny, true), &stranger));
    let denied = rule(Subject::User(maker), Action::Manage, Effect::Deny, true);
    let rules = [admins_manage(), denied];
    assert!(!may_manage(&key(Role::Admin), rules.iter()));
    assert!(may_manage(&stranger, rules.iter()));
    assert!(may_manage(&key(Role::Owner), rules.iter()));
}
