//! Who stands above whom: the system, owners, and those whom rules let manage.

use docpal::core::access::Action;
use docpal::core::{
    Actor, AppSpec, CompanyId, Effect, FieldSpec, RecordDraft, Resource, Role, RuleSpec, Subject,
    SystemReason, TableSpec, UserId,
};
use docpal::query::{AuditExt as _, RecordsExt as _, ViewSpec};

use crate::world::{World, column};

/// Who wrote the newest audit entry of `action`.
async fn author(world: &World, action: &str) -> String {
    let system = Actor::system(world.company, SystemReason::Host);
    let entries = world.docpal.audit_log(&system).list(None, 100).await.unwrap().entries;
    entries.into_iter().find(|entry| entry.action == action).unwrap().actor
}

// Finding A6
#[tokio::test]
async fn the_system_does_everything_as_no_user_and_the_audit_log_says_why() {
    let world = World::new().await;
    let system = Actor::system(world.company, SystemReason::Host);
    assert_eq!((system.user(), system.is_owner()), (None, true));
    let app = world.docpal.apps(&system).create(&AppSpec::new("Jobs")).await.unwrap();
    let spec = TableSpec::new("Runs").field(FieldSpec::new("title", "text"));
    let table = world.docpal.tables(&system).create(app.id, &spec).await.unwrap().id();
    let rules = world.docpal.rules(&system);
    for action in Action::ALL {
        let on = Resource::Table(table);
        rules.create(&RuleSpec::deny(on, Subject::Everyone, *action)).await.unwrap();
    }
    let records = world.docpal.records(&system, table);
    let id = records.create(&RecordDraft::new().set("title", "one")).await.unwrap().id();
    records.create_many(&[RecordDraft::new().set("title", "many")]).await.unwrap();
    records.update(id, &RecordDraft::new().set("title", "two"), None).await.unwrap();
    assert_eq!(column(&records.list(&ViewSpec::new()).await.unwrap(), "title"), ["two", "many"]);
    let mine = docpal::core::Filter::test("created_by", "is_empty", docpal::core::Json::Null);
    assert_eq!(records.list(&ViewSpec::new().filter(mine)).await.unwrap().len(), 2);
    records.delete(id, None).await.unwrap();
    world.docpal.tables(&system).drop(table).await.unwrap();
    for action in
        ["app.create", "table.create", "rule.create", "record.create", "record.update", "record.delete"]
    {
        assert_eq!(author(&world, action).await, "system:host", "{action}");
    }
}

// Finding A6
#[tokio::test]
async fn the_system_of_one_company_is_nobody_in_another() {
    let world = World::new().await;
    let table = world.orders().await;
    let other = CompanyId::new();
    world.docpal.companies().create(other, "Other").await.unwrap();
    let intruder = Actor::system(other, SystemReason::Host);
    let error = world.docpal.records(&intruder, table).list(&ViewSpec::new()).await.unwrap_err();
    assert_eq!(error.code(), "table_not_found");
    let snapshot = world.docpal.tables(&world.owner).get(table).await.unwrap();
    let scope = docpal::core::access::scope(&intruder, &snapshot);
    assert!(!scope.knows_table() && !scope.may_manage());
}

fn admin(world: &World) -> Actor {
    Actor::new(world.company, UserId::new(), [Role::Admin])
}

// Findings A6, A32
#[tokio::test]
async fn what_an_admin_denies_to_everyone_never_reaches_an_owner() {
    let world = World::new().await;
    let table = world.orders().await;
    let admin = admin(&world);
    for action in Action::ALL {
        let deny = RuleSpec::deny(Resource::Table(table), Subject::Everyone, *action);
        world.docpal.rules(&admin).create(&deny).await.unwrap();
    }
    // Manage on the table is gone for the admin, so the rest is denied on the company.
    for action in [Action::Read, Action::Create, Action::Update, Action::Delete, Action::Manage] {
        let deny = RuleSpec::deny(Resource::Company, Subject::Everyone, action);
        assert!(!world.docpal.rules(&admin).create(&deny).await.unwrap().binds_owners);
    }
    let error = world.docpal.rules(&admin).list().await.unwrap_err();
    assert_eq!(error.code(), "not_allowed");
    assert_eq!(world.docpal.tables(&admin).get(table).await.unwrap_err().code(), "table_not_found");
    let records = world.docpal.records(&world.owner, table);
    let page = records.list(&ViewSpec::new()).await.unwrap();
    let change = RecordDraft::new().set("quantity", 4);
    records.update(page.id(0).unwrap(), &change, None).await.unwrap();
    records.delete(page.id(1).unwrap(), None).await.unwrap();
    records.create(&RecordDraft::new().set("customer", "Finn")).await.unwrap();
    // And the owner takes all of it back.
    let rules = world.docpal.rules(&world.owner);
    for rule in rules.list().await.unwrap().into_iter().filter(|rule| rule.effect == Effect::Deny) {
        rules.delete(rule.id).await.unwrap();
    }
    assert_eq!(world.docpal.records(&admin, table).list(&ViewSpec::new()).await.unwrap().len(), 5);
}

// Finding A6
#[tokio::test]
async fn no_owner_locks_the_company_out_and_what_an_owner_denies_binds_owners() {
    let world = World::new().await;
    let table = world.orders().await;
    let rules = world.docpal.rules(&world.owner);
    let locked = rules.create(&RuleSpec::deny(Resource::Company, Subject::Everyone, Action::Manage)).await;
    let locked = locked.unwrap();
    assert!(locked.binds_owners);
    let unread = RuleSpec::deny(Resource::Company, Subject::Everyone, Action::Delete);
    let unread = rules.create(&unread).await.unwrap();
    let id = world.list(table, &ViewSpec::new()).await.id(0).unwrap();
    let records = world.docpal.records(&world.owner, table);
    assert_eq!(records.delete(id, None).await.unwrap_err().code(), "not_allowed");
    rules.delete(unread.id).await.unwrap();
    rules.delete(locked.id).await.unwrap();
    records.delete(id, None).await.unwrap();
}

// Finding A32
#[tokio::test]
async fn only_an_owner_or_the_system_changes_rules_for_owners() {
    let world = World::new().await;
    let table = world.orders().await;
    let admin = admin(&world);
    let system = Actor::system(world.company, SystemReason::Host);
    let owners = Subject::Role(Role::Owner);
    for resource in [Resource::Company, Resource::Table(table)] {
        for spec in
            [RuleSpec::deny(resource, owners, Action::Read), RuleSpec::allow(resource, owners, Action::Read)]
        {
            let error = world.docpal.rules(&admin).create(&spec).await.unwrap_err();
            assert_eq!(error.code(), "not_allowed");
            for maker in [&world.owner, &system] {
                let rule = world.docpal.rules(maker).create(&spec).await.unwrap();
                assert_eq!(rule.binds_owners, spec.effect == Effect::Deny);
                let error = world.docpal.rules(&admin).delete(rule.id).await.unwrap_err();
                assert_eq!(error.code(), "not_allowed");
                world.docpal.rules(maker).delete(rule.id).await.unwrap();
            }
        }
    }
    // A rule for everyone that an owner made binds owners, and is theirs.
    let deny = RuleSpec::deny(Resource::Table(table), Subject::Everyone, Action::Delete);
    let rule = world.docpal.rules(&world.owner).create(&deny).await.unwrap();
    let error = world.docpal.rules(&admin).delete(rule.id).await.unwrap_err();
    assert_eq!(error.code(), "not_allowed");
    // What admins make among themselves is theirs to delete.
    let rule = world.docpal.rules(&admin).create(&deny).await.unwrap();
    world.docpal.rules(&admin).delete(rule.id).await.unwrap();
}

// Finding A32
#[tokio::test]
async fn an_admin_who_lost_manage_makes_no_rules() {
    let world = World::new().await;
    let table = world.orders().await;
    let admin = admin(&world);
    let deny = RuleSpec::deny(Resource::Table(table), Subject::User(admin.user().unwrap()), Action::Manage);
    world.docpal.rules(&world.owner).create(&deny).await.unwrap();
    let back = RuleSpec::allow(Resource::Table(table), Subject::User(admin.user().unwrap()), Action::Manage);
    let error = world.docpal.rules(&admin).create(&back).await.unwrap_err();
    assert_eq!(error.code(), "not_allowed");
    assert_eq!(world.docpal.tables(&admin).drop(table).await.unwrap_err().code(), "not_allowed");
    assert_eq!(world.docpal.records(&admin, table).list(&ViewSpec::new()).await.unwrap().len(), 5);
}

#[tokio::test]
async fn an_owner_of_no_company_gets_told_so() {
    let world = World::new().await;
    let nobody = Actor::owner(CompanyId::new(), UserId::new());
    let error = world.docpal.apps(&nobody).create(&AppSpec::new("App")).await.unwrap_err();
    assert_eq!(error.code(), "company_not_found");
    let rule = RuleSpec::allow(Resource::Company, Subject::Everyone, Action::Read);
    let error = world.docpal.rules(&nobody).create(&rule).await.unwrap_err();
    assert_eq!(error.code(), "company_not_found");
}
