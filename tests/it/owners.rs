//! Who stands above whom: the system, owners, and those whom rules let manage.

use docpal::core::access::Action;
use docpal::core::{
    Actor, AppSpec, CompanyId, FieldSpec, RecordDraft, Resource, RuleSpec, Subject, SystemReason, TableSpec,
};
use docpal::query::{RecordsExt as _, ViewSpec};

use crate::world::{World, column};

/// Who wrote the newest audit entry of `action`.
async fn author(world: &World, action: &str) -> String {
    let system = Actor::system(world.company, SystemReason::Host);
    let entries = world.docpal.audit(&system, None, 100).await.unwrap();
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
    assert!(!scope.sees_table() && !scope.may_manage());
}
