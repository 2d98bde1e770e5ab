//! Permissions: what an actor may not see does not exist for them, on any path.

use docpal::core::access::Action;
use docpal::core::{
    Actor, Effect, Filter, RecordDraft, RecordId, Resource, Role, RuleSpec, Subject, TableId, UserId,
};
use docpal::query::{Count, Direction, RecordsExt as _, ViewSpec, visible_fields};

use crate::world::{World, column};

/// Members of this world see open orders only, and no price.
async fn restricted(world: &World) -> (TableId, Actor) {
    let table = world.orders().await;
    let rules = world.docpal.rules(&world.owner);
    let members = Subject::Role(Role::Member);
    let on = Resource::Table(table);
    rules
        .create(&RuleSpec::deny(on, members, Action::Read).when(Filter::test("status", "is_not", "open")))
        .await
        .unwrap();
    rules.create(&RuleSpec::deny(on, members, Action::Read).fields(["price"])).await.unwrap();
    (table, world.member())
}

#[tokio::test]
async fn hidden_rows_and_fields_are_absent_from_every_read() {
    let world = World::new().await;
    let (table, member) = restricted(&world).await;
    let records = world.docpal.records(&member, table);
    let page = records
        .list(&ViewSpec::new().sort("customer", Direction::Ascending).count(Count::Exact))
        .await
        .unwrap();
    assert_eq!(column(&page, "customer"), ["Ada", "Cleo"]);
    assert_eq!(page.total(), Some(2));
    let names: Vec<&str> = page.columns().map(|field| field.name()).collect();
    // total is computed from price, so it is hidden with it.
    assert_eq!(names, ["customer", "quantity", "status", "ordered"]);
    let mut export = records.export(&ViewSpec::new()).await.unwrap();
    let exported = export.next().await.unwrap().unwrap();
    assert_eq!((exported.len(), exported.columns().len()), (2, 4));
    let all = world.list(table, &ViewSpec::new()).await;
    for index in 0..all.len() {
        let id = all.id(index).unwrap();
        let seen = records.get(id).await;
        assert_eq!(seen.is_ok(), all.value(index, "status").to_string() == "open");
        if let Err(error) = seen {
            let unknown = records.get(RecordId::new()).await.unwrap_err();
            assert_eq!((error.code(), error.message()), (unknown.code(), unknown.message()));
        }
    }
}

#[tokio::test]
async fn a_hidden_field_and_an_unknown_one_get_the_same_answer() {
    let world = World::new().await;
    let (table, member) = restricted(&world).await;
    let records = world.docpal.records(&member, table);
    let answers = |field: &str| {
        let views = [
            ViewSpec::new().filter(Filter::test(field, "gt", 1)),
            ViewSpec::new().sort(field, Direction::Ascending),
            ViewSpec::new().columns([field]),
        ];
        let draft = RecordDraft::new().set("customer", "x").set(field, 1);
        let (records, name) = (records, field.to_owned());
        async move {
            let mut texts = Vec::new();
            for view in views {
                texts.push(format!("{:?}", records.list(&view).await.unwrap_err().fields()));
            }
            texts.push(format!("{:?}", records.create(&draft).await.unwrap_err().fields()));
            texts.join("\n").replace(&name, "FIELD")
        }
    };
    let unknown = answers("xqzzy").await;
    assert_eq!(answers("price").await, unknown);
    assert_eq!(answers("total").await, unknown);
    let id =
        world.docpal.tables(&world.owner).get(table).await.unwrap().find("price").unwrap().id().to_string();
    assert_eq!(answers(&id).await, unknown);
}

#[tokio::test]
async fn conditions_of_the_user_cannot_reach_behind_the_row_rule() {
    let world = World::new().await;
    let (table, member) = restricted(&world).await;
    let records = world.docpal.records(&member, table);
    let hidden = Filter::test("customer", "is", "Bob");
    for filter in [
        hidden.clone(),
        Filter::Not(Box::new(Filter::Not(Box::new(hidden.clone())))),
        Filter::Or(vec![hidden.clone(), Filter::Or(vec![])]),
    ] {
        assert!(records.list(&ViewSpec::new().filter(filter)).await.unwrap().is_empty());
    }
    let not = records.list(&ViewSpec::new().filter(Filter::Not(Box::new(hidden)))).await.unwrap();
    assert_eq!(not.len(), 2);
}

#[tokio::test]
async fn a_condition_on_a_field_masks_its_cells_in_values_filters_and_sorts() {
    let world = World::new().await;
    let table = world.orders().await;
    let rules = world.docpal.rules(&world.owner);
    let on = Resource::Table(table);
    let paid = Filter::test("status", "is", "paid");
    rules
        .create(&RuleSpec::deny(on, Subject::Role(Role::Member), Action::Read).fields(["price"]).when(paid))
        .await
        .unwrap();
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let page = records.list(&ViewSpec::new().sort("customer", Direction::Ascending)).await.unwrap();
    assert_eq!(column(&page, "price"), ["10", "", "99.99", "0.1", ""]);
    assert_eq!(column(&page, "total"), ["30", "0", "99.99", "0.7", "0"]);
    let filtered = |filter| async move {
        column(&records.list(&ViewSpec::new().filter(filter)).await.unwrap(), "customer").len()
    };
    assert_eq!(filtered(Filter::test("price", "gt", 2)).await, 2);
    assert_eq!(filtered(Filter::check("price", "is_empty")).await, 2);
    assert_eq!(filtered(Filter::test("total", "gt", 2)).await, 2);
    let sorted = records.list(&ViewSpec::new().sort("price", Direction::Descending).limit(3)).await.unwrap();
    assert_eq!(column(&sorted, "customer"), ["Cleo", "Ada", "Dan"]);
    assert!(sorted.next_cursor().is_some());
    let next =
        ViewSpec::new().sort("price", Direction::Descending).limit(3).after(sorted.next_cursor().unwrap());
    assert_eq!(column(&records.list(&next).await.unwrap(), "price"), ["", ""]);
}

#[tokio::test]
async fn deny_wins_over_every_allow_and_default_is_deny() {
    let world = World::new().await;
    let table = world.orders().await;
    let stranger = Actor::new(world.company, UserId::new(), []);
    let none = world.docpal.records(&stranger, table).list(&ViewSpec::new()).await.unwrap_err();
    assert_eq!(none.code(), "table_not_found");
    let rules = world.docpal.rules(&world.owner);
    rules
        .create(&RuleSpec::deny(
            Resource::Company,
            Subject::User(world.owner.user().unwrap()),
            Action::Delete,
        ))
        .await
        .unwrap();
    let page = world.list(table, &ViewSpec::new()).await;
    let error =
        world.docpal.records(&world.owner, table).delete(page.id(0).unwrap(), None).await.unwrap_err();
    assert_eq!((error.code(), error.is_forbidden()), ("not_allowed", true));
}

#[tokio::test]
async fn writes_keep_within_the_rules_before_and_after() {
    let world = World::new().await;
    let table = world.orders().await;
    let rules = world.docpal.rules(&world.owner);
    let on = Resource::Table(table);
    let members = Subject::Role(Role::Member);
    let mine = Filter::check("created_by", "is_me");
    rules
        .create(&RuleSpec::deny(on, members, Action::Update).when(Filter::Not(Box::new(mine))))
        .await
        .unwrap();
    rules
        .create(&RuleSpec::deny(on, members, Action::Update).when(Filter::test("status", "is", "void")))
        .await
        .unwrap();
    rules
        .create(&RuleSpec::deny(on, members, Action::Create).when(Filter::test("quantity", "gt", 5)))
        .await
        .unwrap();
    rules.create(&RuleSpec::deny(on, members, Action::Create).fields(["ordered"])).await.unwrap();
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let theirs = world.list(table, &ViewSpec::new()).await.id(0).unwrap();
    let change = RecordDraft::new().set("quantity", 1);
    assert_eq!(records.update(theirs, &change, None).await.unwrap_err().code(), "not_allowed");
    let base = RecordDraft::new().set("customer", "Mia").set("status", "open");
    assert_eq!(records.create(&base.clone().set("quantity", 6)).await.unwrap_err().code(), "not_allowed");
    let error = records.create(&base.clone().set("ordered", "2026-01-01")).await.unwrap_err();
    assert_eq!((error.code(), error.fields()[0].code), ("not_allowed", "field_not_writable"));
    assert_eq!(
        records.create_many(&[base.clone(), base.clone().set("quantity", 9)]).await.unwrap_err().code(),
        "not_allowed"
    );
    assert_eq!(world.list(table, &ViewSpec::new()).await.len(), 5);
    let own = records.create(&base).await.unwrap().id();
    records.update(own, &change, None).await.unwrap();
    let void = RecordDraft::new().set("status", "void");
    assert_eq!(records.update(own, &void, None).await.unwrap_err().code(), "not_allowed");
    assert_eq!(records.get(own).await.unwrap().value(0, "status").to_string(), "open");
}

#[tokio::test]
async fn a_record_that_its_writer_may_not_read_comes_back_as_an_id_only() {
    let world = World::new().await;
    let (table, member) = restricted(&world).await;
    let records = world.docpal.records(&member, table);
    let saved =
        records.create(&RecordDraft::new().set("customer", "Mia").set("status", "paid")).await.unwrap();
    assert!(saved.record().is_none());
    assert_eq!(records.get(saved.id()).await.unwrap_err().code(), "record_not_found");
}

#[tokio::test]
async fn another_company_is_another_world() {
    let world = World::new().await;
    let table = world.orders().await;
    let id = world.list(table, &ViewSpec::new()).await.id(0).unwrap();
    let other = docpal::core::CompanyId::new();
    world.docpal.companies().create(other, "Other").await.unwrap();
    let intruder = Actor::owner(other, UserId::new());
    let records = world.docpal.records(&intruder, table);
    let unknown = world.docpal.records(&intruder, TableId::new()).get(id).await.unwrap_err();
    for error in [
        records.list(&ViewSpec::new()).await.unwrap_err(),
        records.get(id).await.unwrap_err(),
        records.create(&RecordDraft::new().set("customer", "x")).await.unwrap_err(),
        records.update(id, &RecordDraft::new().set("customer", "x"), None).await.unwrap_err(),
        records.delete(id, None).await.unwrap_err(),
        records.delete_many(&[id]).await.unwrap_err(),
        records.create_many(&[RecordDraft::new().set("customer", "x")]).await.unwrap_err(),
        world.docpal.tables(&intruder).get(table).await.unwrap_err(),
        world.docpal.tables(&intruder).drop(table).await.unwrap_err(),
    ] {
        assert_eq!((error.code(), error.message()), (unknown.code(), unknown.message()));
    }
}

#[tokio::test]
async fn a_rule_that_cannot_be_understood_gives_nothing() {
    let world = World::new().await;
    let (table, _) = restricted(&world).await;
    let rules = world.docpal.rules(&world.owner);
    let broken = RuleSpec::allow(Resource::Table(table), Subject::Everyone, Action::Read)
        .when(Filter::test("status", "gt", 1));
    // Stored as it is; the operator does not exist on a select, so the rule gives nothing.
    rules.create(&broken).await.unwrap();
    let stranger = Actor::new(world.company, UserId::new(), []);
    let error = world.docpal.records(&stranger, table).list(&ViewSpec::new()).await.unwrap_err();
    assert_eq!(error.code(), "table_not_found");
    let denied = RuleSpec { effect: Effect::Deny, ..broken };
    rules.create(&denied).await.unwrap();
    assert_eq!(
        world.docpal.records(&world.owner, table).list(&ViewSpec::new()).await.unwrap_err().code(),
        "table_not_found"
    );
}

#[tokio::test]
async fn table_metadata_shows_only_visible_fields() {
    let world = World::new().await;
    let (table, member) = restricted(&world).await;
    let snapshot = world.docpal.tables(&member).get(table).await.unwrap();
    let scope = docpal::core::access::scope(&member, &snapshot);
    let names: Vec<&str> = visible_fields(&scope, &snapshot).iter().map(|field| field.name()).collect();
    assert_eq!(names, ["customer", "quantity", "status", "ordered"]);
}

#[tokio::test]
async fn rules_take_effect_at_once_and_end_with_their_deletion() {
    let world = World::new().await;
    let table = world.orders().await;
    let member = world.member();
    let records = world.docpal.records(&member, table);
    assert_eq!(records.list(&ViewSpec::new()).await.unwrap().len(), 5);
    let rules = world.docpal.rules(&world.owner);
    let deny = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Member), Action::Read);
    let rule = rules.create(&deny).await.unwrap();
    assert_eq!(records.list(&ViewSpec::new()).await.unwrap_err().code(), "table_not_found");
    rules.delete(rule.id).await.unwrap();
    assert_eq!(records.list(&ViewSpec::new()).await.unwrap().len(), 5);
    let forbidden = world.docpal.rules(&member).create(&deny).await.unwrap_err();
    assert_eq!(forbidden.code(), "not_allowed");
}
