//! Who may fill a table without reading it, as with a form.

use docpal::core::access::scope;
use docpal::core::{Action, Actor, Effect, RecordDraft, Resource, RuleSpec, Subject, TableId, UserId};
use docpal::query::{RecordsExt as _, ViewSpec, known_fields, visible_fields};

use crate::world::World;

/// Orders, and somebody who may create them and no more.
async fn form(world: &World) -> (TableId, Actor) {
    let table = world.orders().await;
    let filler = Actor::new(world.company, UserId::new(), []);
    let subject = Subject::User(filler.user().unwrap());
    let rule = RuleSpec::allow(Resource::Table(table), subject, Action::Create);
    world.docpal.rules(&world.owner).create(&rule).await.unwrap();
    (table, filler)
}

// Findings A8, A29
#[tokio::test]
async fn who_may_create_and_not_read_gets_ids_only_one_by_one_and_in_bulk() {
    let world = World::new().await;
    let (table, filler) = form(&world).await;
    let records = world.docpal.records(&filler, table);
    let draft = RecordDraft::new().set("customer", "Finn").set("price", "3.00");
    let one = records.create(&draft).await.unwrap();
    assert!(one.record().is_none());
    let many = records.create_many(&[draft.clone(), draft.clone()]).await.unwrap();
    assert_eq!(many.len(), 2);
    assert_eq!(world.list(table, &ViewSpec::new()).await.len(), 8);
    // They know that the table is there, so nothing says that it is not.
    let change = RecordDraft::new().set("quantity", 2);
    for error in [
        records.list(&ViewSpec::new()).await.unwrap_err(),
        records.summary(&ViewSpec::new()).await.unwrap_err(),
        records.get(one.id()).await.unwrap_err(),
        records.export(&ViewSpec::new()).await.map(|_| ()).unwrap_err(),
        records.update(one.id(), &change, None).await.unwrap_err(),
        records.delete(one.id(), None).await.unwrap_err(),
        records.delete_many(&many).await.unwrap_err(),
        world.docpal.tables(&filler).drop(table).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "not_allowed");
    }
}

// Finding A8
#[tokio::test]
async fn who_fills_a_table_knows_the_fields_they_may_fill_and_no_others() {
    let world = World::new().await;
    let (table, filler) = form(&world).await;
    let subject = Subject::User(filler.user().unwrap());
    for (action, field) in [(Action::Create, "price"), (Action::Read, "status")] {
        let deny = RuleSpec::deny(Resource::Table(table), subject, action).fields([field]);
        world.docpal.rules(&world.owner).create(&deny).await.unwrap();
    }
    let snapshot = world.docpal.tables(&filler).get(table).await.unwrap();
    let scope = scope(&filler, &snapshot);
    let names: Vec<&str> = known_fields(&scope, &snapshot).iter().map(|field| field.name()).collect();
    assert_eq!(names, ["customer", "quantity", "ordered"]);
    assert!(visible_fields(&scope, &snapshot).is_empty());
    let records = world.docpal.records(&filler, table);
    for field in ["price", "status", "total", "nothing"] {
        let draft = RecordDraft::new().set("customer", "Finn").set(field, 1);
        let one = records.create(&draft).await.unwrap_err();
        let many = records.create_many(&[draft]).await.unwrap_err();
        assert_eq!(
            (one.fields()[0].code, many.fields()[0].code),
            ("unknown_field", "unknown_field"),
            "{field}"
        );
    }
    let app = snapshot.meta().app;
    assert_eq!(world.docpal.tables(&filler).list(app).await.unwrap().len(), 1);
}

// Found beside finding A8: what rules give is remembered per set of rules, and that owners manage is in no rule.
#[tokio::test]
async fn that_an_owner_knows_the_table_tells_nobody_else() {
    let world = World::new().await;
    let table = world.orders().await;
    let rules = world.docpal.rules(&world.owner);
    for rule in rules.list().await.unwrap().into_iter().filter(|rule| rule.effect == Effect::Allow) {
        rules.delete(rule.id).await.unwrap();
    }
    let stranger = Actor::new(world.company, UserId::new(), []);
    for (actor, code) in
        [(&world.owner, "not_allowed"), (&stranger, "table_not_found"), (&world.owner, "not_allowed")]
    {
        let error = world.docpal.records(actor, table).list(&ViewSpec::new()).await.unwrap_err();
        assert_eq!(error.code(), code);
    }
}
