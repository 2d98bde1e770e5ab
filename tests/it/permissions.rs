//! Permissions: what an actor may not see does not exist for them, on any path.

use docpal::core::access::Action;
use docpal::core::{
    Actor, Effect, Filter, RecordDraft, RecordId, Resource, Role, RuleSpec, Subject, TableId, UserId,
};
use docpal::query::{Count, Direction, GroupBy, RecordsExt as _, ViewSpec, visible_fields};

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
    // A formula over a cell that is not there is not there either (finding A4).
    assert_eq!(column(&page, "total"), ["30", "", "99.99", "0.7", ""]);
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
        .when(Filter::test("status", "is", "open"));
    rules.create(&broken).await.unwrap();
    // As if the operator had gone since.
    let gone = "UPDATE docpal.rules SET condition = replace(condition::text, '\"is\"', '\"was\"')::json
        WHERE condition IS NOT NULL AND subject_kind = 'everyone'";
    sqlx::query(gone).execute(world.db.pool()).await.unwrap();
    let stranger = Actor::new(world.company, UserId::new(), []);
    let error = world.docpal.records(&stranger, table).list(&ViewSpec::new()).await.unwrap_err();
    assert_eq!(error.code(), "not_allowed");
    assert!(world.docpal.tables(&stranger).get(table).await.is_ok());
    let mut denied = broken;
    denied.effect = Effect::Deny;
    rules.create(&denied).await.unwrap();
    sqlx::query(gone).execute(world.db.pool()).await.unwrap();
    // Whether it is there does not depend on what can be understood: the same answer as in a list of tables.
    assert_eq!(
        world.docpal.records(&world.owner, table).list(&ViewSpec::new()).await.unwrap_err().code(),
        "not_allowed"
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

/// A rule for members on one table.
async fn rule(world: &World, table: TableId, rule: impl FnOnce(Resource, Subject) -> RuleSpec) {
    let spec = rule(Resource::Table(table), Subject::Role(Role::Member));
    world.docpal.rules(&world.owner).create(&spec).await.unwrap();
}

async fn id_of(world: &World, table: TableId, customer: &str) -> RecordId {
    let page = world.list(table, &ViewSpec::new().filter(Filter::test("customer", "is", customer))).await;
    page.id(0).unwrap()
}

// Finding A1
#[tokio::test]
async fn rights_on_fields_hold_on_the_record_before_and_after_a_change() {
    let world = World::new().await;
    let table = world.orders().await;
    rule(&world, table, |on, members| {
        RuleSpec::deny(on, members, Action::Update)
            .fields(["price"])
            .when(Filter::test("status", "is", "paid"))
    })
    .await;
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let (paid, open) = (id_of(&world, table, "Bob").await, id_of(&world, table, "Ada").await);
    let price = RecordDraft::new().set("price", 1);
    let reopened = price.clone().set("status", "open");
    for draft in [&price, &reopened] {
        assert_eq!(records.update(paid, draft, None).await.unwrap_err().code(), "not_allowed");
    }
    // The same from the other side: the record must not end where the field may not be written.
    let closed = price.clone().set("status", "paid");
    assert_eq!(records.update(open, &closed, None).await.unwrap_err().code(), "not_allowed");
    records.update(open, &price, None).await.unwrap();
    records.update(paid, &RecordDraft::new().set("status", "open"), None).await.unwrap();
    records.update(paid, &price, None).await.unwrap();
}

// Finding A2
#[tokio::test]
async fn a_hidden_required_field_is_named_in_no_refusal() {
    let world = World::new().await;
    let table = world.orders().await;
    rule(&world, table, |on, members| RuleSpec::deny(on, members, Action::Read).fields(["customer"])).await;
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let drafts =
        [RecordDraft::new(), RecordDraft::new().set("quantity", 2), RecordDraft::new().set("quantity", "x")];
    for draft in drafts {
        for error in [
            records.create(&draft).await.unwrap_err(),
            records.create_many(std::slice::from_ref(&draft)).await.unwrap_err(),
        ] {
            assert_eq!((error.code(), error.is_forbidden()), ("not_allowed", true));
            assert!(error.fields().is_empty(), "{error:?}");
            assert!(!format!("{error} {error:?}").contains("customer"));
        }
    }
}

// Finding A2: a default stands in for who may not write the field.
#[tokio::test]
async fn a_hidden_required_field_takes_its_default() {
    let world = World::new().await;
    let spec = docpal::core::TableSpec::new("Cases")
        .field(docpal::core::FieldSpec::new("title", "text"))
        .field(docpal::core::FieldSpec::new("state", "text").required().default_value("new"));
    let table = world.table(spec).await.id();
    rule(&world, table, |on, members| RuleSpec::deny(on, members, Action::Read).fields(["state"])).await;
    let member = world.member();
    let records = world.docpal.records(&member, table);
    records.create(&RecordDraft::new().set("title", "one")).await.unwrap();
    records.create_many(&[RecordDraft::new().set("title", "two")]).await.unwrap();
    let page = world.list(table, &ViewSpec::new()).await;
    assert_eq!(column(&page, "state"), ["new", "new"]);
}

// Finding A35
#[tokio::test]
async fn a_hidden_unique_field_with_a_default_tells_nothing_of_other_records() {
    let world = World::new().await;
    let spec = docpal::core::TableSpec::new("Cases")
        .field(docpal::core::FieldSpec::new("title", "text"))
        .field(docpal::core::FieldSpec::new("code", "text").unique().default_value("X"));
    let table = world.table(spec).await.id();
    rule(&world, table, |on, members| RuleSpec::deny(on, members, Action::Read).fields(["code"])).await;
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let draft = RecordDraft::new().set("title", "one");
    let before = records.create(&draft).await.unwrap_err();
    world.docpal.records(&world.owner, table).create(&draft).await.unwrap();
    let after = records.create(&draft).await.unwrap_err();
    assert_eq!((before.code(), before.message()), (after.code(), after.message()));
    assert_eq!(after.code(), "not_allowed");
}

// Finding A4
#[tokio::test]
async fn a_computed_cell_is_masked_where_any_of_its_inputs_is() {
    let world = World::new().await;
    let spec = docpal::core::TableSpec::new("Staff")
        .field(docpal::core::FieldSpec::new("name", "text"))
        .field(docpal::core::FieldSpec::new("team", "text"))
        .field(docpal::core::FieldSpec::new("salary", "number"))
        .field(docpal::core::FieldSpec::formula("band", r#"IF({salary} > 1000, "high", "low")"#))
        .field(docpal::core::FieldSpec::formula("note", r#"{name} & " " & {band}"#))
        .field(docpal::core::FieldSpec::formula("greeting", r#""Hi " & {name}"#));
    let table = world.table(spec).await.id();
    for (name, team, salary) in [("Ada", "a", 9_000), ("Bob", "b", 500)] {
        let draft = RecordDraft::new().set("name", name).set("team", team).set("salary", salary);
        world.docpal.records(&world.owner, table).create(&draft).await.unwrap();
    }
    rule(&world, table, |on, members| {
        RuleSpec::deny(on, members, Action::Read).fields(["salary"]).when(Filter::test("team", "is", "a"))
    })
    .await;
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let page = records.list(&ViewSpec::new().sort("name", Direction::Ascending)).await.unwrap();
    assert_eq!(column(&page, "band"), ["", "low"]);
    assert_eq!(column(&page, "note"), ["", "Bob low"]);
    assert_eq!(column(&page, "greeting"), ["Hi Ada", "Hi Bob"]);
    for (field, value, found) in [("band", "low", 1), ("band", "high", 0), ("note", "Ada low", 0)] {
        let view = ViewSpec::new().filter(Filter::test(field, "is", value));
        assert_eq!(records.list(&view).await.unwrap().len(), found, "{field} {value}");
    }
    let empty = ViewSpec::new().filter(Filter::check("band", "is_empty"));
    assert_eq!(column(&records.list(&empty).await.unwrap(), "name"), ["Ada"]);
    let grouped = records.summary(&ViewSpec::new().group(GroupBy::field("band"))).await.unwrap();
    let groups: Vec<String> =
        grouped.whole().groups().iter().map(|group| group.value().to_string()).collect();
    assert_eq!(groups, ["", "low"]);
}

// Finding A12
#[tokio::test]
async fn each_record_of_a_bulk_is_held_to_its_own_conditions_only() {
    let world = World::new().await;
    let table = world.orders().await;
    for (field, status) in [("price", "paid"), ("ordered", "void")] {
        rule(&world, table, |on, members| {
            RuleSpec::deny(on, members, Action::Create)
                .fields([field])
                .when(Filter::test("status", "is", status))
        })
        .await;
    }
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let base = |status: &str| RecordDraft::new().set("customer", "Mia").set("status", status);
    let fits = [
        base("void").set("price", 1),
        base("paid").set("ordered", "2026-01-01"),
        base("open").set("price", 1).set("ordered", "2026-01-01"),
        base("void"),
    ];
    assert_eq!(records.create_many(&fits).await.unwrap().len(), 4);
    let wrong = [base("open"), base("paid").set("price", 1), base("paid")];
    let error = records.create_many(&wrong).await.unwrap_err();
    let failed: Vec<Option<usize>> = error.fields().iter().map(|entry| entry.record).collect();
    assert_eq!((error.code(), failed), ("not_allowed", vec![Some(1)]));
}

// Findings A8 and A29
#[tokio::test]
async fn who_may_create_and_not_read_makes_records_and_gets_their_ids() {
    let world = World::new().await;
    let table = world.orders().await;
    let filler = Actor::new(world.company, UserId::new(), []);
    let form = RuleSpec::allow(Resource::Table(table), Subject::User(filler.user().unwrap()), Action::Create);
    world.docpal.rules(&world.owner).create(&form.fields(["customer", "quantity"])).await.unwrap();
    let records = world.docpal.records(&filler, table);
    let draft = RecordDraft::new().set("customer", "Fay").set("quantity", 2);
    assert!(records.create(&draft).await.unwrap().record().is_none());
    assert_eq!(records.create_many(&[draft.clone(), draft.clone()]).await.unwrap().len(), 2);
    let unknown = records.create(&draft.clone().set("price", 1)).await.unwrap_err();
    assert_eq!(unknown.fields()[0].code, "unknown_field");
    for error in [
        records.list(&ViewSpec::new()).await.unwrap_err(),
        records.get(RecordId::new()).await.unwrap_err(),
        records.delete(RecordId::new(), None).await.unwrap_err(),
        records.update(RecordId::new(), &draft, None).await.unwrap_err(),
    ] {
        assert_eq!((error.code(), error.is_forbidden()), ("not_allowed", true));
    }
    // A table whose reading a rule takes does not exist, whatever else is allowed.
    rule(&world, table, |on, _| RuleSpec::deny(on, Subject::Everyone, Action::Read)).await;
    for error in [
        records.create(&draft).await.unwrap_err(),
        records.create_many(std::slice::from_ref(&draft)).await.unwrap_err(),
        records.list(&ViewSpec::new()).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "table_not_found");
    }
}

// Finding B5: a field called `id` is what `id` means, in filters and in rules alike.
#[tokio::test]
async fn a_field_called_id_is_meant_by_its_name_everywhere() {
    let world = World::new().await;
    let spec = docpal::core::TableSpec::new("Files").field(docpal::core::FieldSpec::new("id", "number"));
    let table = world.table(spec).await.id();
    for id in 1..4 {
        world.docpal.records(&world.owner, table).create(&RecordDraft::new().set("id", id)).await.unwrap();
    }
    rule(&world, table, |on, members| {
        RuleSpec::deny(on, members, Action::Read).when(Filter::test("id", "gt", 2))
    })
    .await;
    let member = world.member();
    let page =
        world.docpal.records(&member, table).list(&ViewSpec::new().filter(Filter::test("id", "gt", 1))).await;
    assert_eq!(column(&page.unwrap(), "id"), ["2"]);
}
