//! What is seen of a field, wherever it is asked: by pages and their cursors, by formulas that cannot be computed, and
//! by who makes rules.

use docpal::core::access::{Action, Sees, scope};
use docpal::core::{
    Actor, Effect, FieldSpec, Filter, Json, RecordDraft, Resource, Role, RuleSpec, Subject, SystemReason,
    TableId, TableSpec, UserId,
};
use docpal::query::{Access, RecordsExt as _, ViewSpec, Visibility, visible_fields};

use crate::noninterference::dice::Dice;
use crate::world::{World, column};

fn view(json: &str) -> ViewSpec {
    ViewSpec::from_json(&Json::parse(json).unwrap()).unwrap()
}

/// A rule on what members of the owner's company may read of `table`.
async fn deny_members(world: &World, table: TableId, rule: impl FnOnce(RuleSpec) -> RuleSpec) {
    let spec = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Member), Action::Read);
    world.docpal.rules(&world.owner).create(&rule(spec)).await.unwrap();
}

// Finding: a cursor under a rule with `me` could have been anybody's.
#[tokio::test]
async fn a_cursor_is_for_all_who_see_the_same_and_under_a_rule_with_me_for_one_user() {
    let world = World::new().await;
    let table = world.orders().await;
    let (ada, bob) = (world.member(), world.member());
    for member in [&ada, &bob] {
        for name in ["Xa", "Xb", "Xc"] {
            let draft = RecordDraft::new().set("customer", name);
            world.docpal.records(member, table).create(&draft).await.unwrap();
        }
    }
    let page = async |member: &Actor, cursor: Option<&str>| {
        let first = view(r#"{"sort": [{"field": "customer"}], "page": {"limit": 1}}"#);
        let spec = cursor.map_or(first.clone(), |cursor| first.after(cursor));
        world.docpal.records(member, table).list(&spec).await
    };
    let first = page(&ada, None).await.unwrap();
    assert_eq!(page(&bob, first.next_cursor()).await.unwrap().len(), 1, "both see everything");

    let own = Filter::Not(Box::new(Filter::check("created_by", "is_me")));
    deny_members(&world, table, |rule| rule.when(own)).await;
    let first = page(&ada, None).await.unwrap();
    let next = page(&ada, first.next_cursor()).await.unwrap();
    assert_eq!(
        (column(&first, "customer"), column(&next, "customer")),
        (vec!["Xa".into()], vec!["Xb".into()])
    );
    let error = page(&bob, first.next_cursor()).await.expect_err("a cursor of somebody else");
    assert_eq!(error.code(), "invalid_cursor");
}

/// A table with formulas of four types, masked in two records whose `n` is `hidden`, each of which cannot be computed where `n` is zero.
async fn failing(world: &World, table: &str, hidden: i64) -> TableId {
    let guarded = |value: &str| format!("IF({{n}} = 0, ERROR('none'), {{{value}}})");
    let spec = TableSpec::new(table)
        .field(FieldSpec::new("name", "text"))
        .field(FieldSpec::new("n", "number"))
        .field(FieldSpec::new("day", "date"))
        .field(FieldSpec::new("secret", "switch"))
        .field(FieldSpec::formula("ratio", "10 / {n}"))
        .field(FieldSpec::formula("large", "10 / {n} > 1"))
        .field(FieldSpec::formula("label", guarded("name")))
        .field(FieldSpec::formula("due", guarded("day")));
    let table = world.table(spec).await.id();
    for (name, n, secret) in [
        ("a", Some(2), false),
        ("b", Some(hidden), true),
        ("c", Some(0), false),
        ("d", Some(hidden), true),
        ("e", None, false),
    ] {
        let mut draft = RecordDraft::new().set("name", name).set("secret", secret).set("day", "2026-05-04");
        if let Some(n) = n {
            draft = draft.set("n", n);
        }
        world.docpal.records(&world.owner, table).create(&draft).await.unwrap();
    }
    let secret = Filter::test("secret", "is", true);
    let formulas = ["ratio", "large", "label", "due"];
    deny_members(world, table, |rule| rule.fields(formulas).when(secret)).await;
    table
}

// Finding: the flag of a masked formula could be left out of whether it fails, and no test saw it.
#[tokio::test]
async fn nothing_tells_whether_a_masked_formula_can_be_computed() {
    let world = World::new().await;
    let tables = [failing(&world, "Fine", 5).await, failing(&world, "Failing", 0).await];
    let member = world.member();
    for formula in ["ratio", "large", "label", "due"] {
        let mut views = Vec::new();
        for op in ["is_empty", "is_not_empty"] {
            let test = format!(r#"{{"field": "{formula}", "op": "{op}"}}"#);
            views.push(format!(r#"{{"sort": [{{"field": "name"}}], "filter": {test}}}"#));
            let not = format!(r#"{{"not": {test}}}"#);
            views.push(format!(r#"{{"sort": [{{"field": "name"}}], "filter": {not}}}"#));
        }
        for direction in ["asc", "desc"] {
            let sorts =
                format!(r#"[{{"field": "{formula}", "direction": "{direction}"}}, {{"field": "name"}}]"#);
            views.push(format!(r#"{{"sort": {sorts}}}"#));
        }
        for json in views {
            let columns = view(&json).columns(["name", "ratio", "large", "label", "due"]);
            let mut seen = Vec::new();
            for table in tables {
                let page = world.docpal.records(&member, table).list(&columns).await.unwrap();
                let shown = ["name", "ratio", "large", "label", "due"].map(|name| column(&page, name));
                seen.push(shown);
            }
            assert_eq!(seen[0], seen[1], "{json}");
        }
        let mut seen = Vec::new();
        for table in tables {
            let aggregates = format!(
                r#"[{{"field": "{formula}", "function": "empty"}}, {{"field": "{formula}", "function": "errors"}}]"#
            );
            let spec =
                view(&format!(r#"{{"group": [{{"field": "{formula}"}}], "aggregates": {aggregates}}}"#));
            let summary = world.docpal.records(&member, table).summary(&spec).await.unwrap();
            let mut out = Vec::new();
            summary.write(docpal::core::json_out::JsonFormat::default(), &mut out);
            seen.push(String::from_utf8(out).unwrap());
        }
        assert_eq!(seen[0], seen[1], "{formula}");
    }
}

// Finding: positions of rules were taken for those of another state of the table, and no test saw it.
#[tokio::test]
async fn a_scope_of_another_state_of_the_rules_shows_nothing() {
    let world = World::new().await;
    let table = world.orders().await;
    let member = world.member();
    let before = world.docpal.snapshot(world.company, table).await.unwrap();
    deny_members(&world, table, |rule| rule.fields(["price"])).await;
    let after = world.docpal.snapshot(world.company, table).await.unwrap();
    let old = scope(&member, &before);
    assert_eq!((visible_fields(&old, &before).len(), visible_fields(&old, &after).len()), (6, 0));
    assert_eq!(visible_fields(&scope(&member, &after), &after).len(), 4);
    let now = chrono::Utc::now();
    assert!(!Access::new(&old, &after, now).knows_table() && !Access::new(&old, &after, now).sees_table());
}

/// A rule on reading `table` that chance makes.
fn any_rule(dice: &mut Dice, table: TableId, users: &[UserId]) -> RuleSpec {
    let subjects = [
        Subject::Everyone,
        Subject::Role(Role::Member),
        Subject::Role(Role::Admin),
        Subject::User(*dice.pick(users)),
    ];
    let subject = *dice.pick(&subjects);
    let mut rule = RuleSpec::deny(Resource::Table(table), subject, Action::Read);
    if dice.chance(50) {
        rule.effect = Effect::Allow;
    }
    let conditions = [
        Filter::test("status", "is", "open"),
        Filter::test("quantity", "gt", 3),
        Filter::check("created_by", "is_me"),
        Filter::test("status", "is_any_of", Json::List(Vec::new())),
    ];
    if dice.chance(60) {
        rule.condition = Some(dice.pick(&conditions).clone());
    }
    if dice.chance(60) {
        rule.fields = Some(dice.some(&["customer", "price", "quantity", "total"].map(str::to_owned), 40));
    }
    rule
}

/// Who makes a rule may ask for what they see: two places work that out, each from the rules. Neither says more.
#[tokio::test]
async fn who_makes_a_rule_sees_of_each_field_what_who_reads_it_sees() {
    let world = World::new().await;
    let table = world.orders().await;
    let users = [UserId::new(), UserId::new()];
    let actors = [
        Actor::new(world.company, users[0], [Role::Member]),
        Actor::new(world.company, users[1], [Role::Admin]),
        Actor::new(world.company, users[1], []),
        Actor::new(world.company, UserId::new(), [Role::Member]).made_by(users[0]),
        world.owner.clone(),
    ];
    // Whom no rule keeps from making any.
    let host = Actor::system(world.company, SystemReason::Host);
    let rules = world.docpal.rules(&host);
    let mut dice = Dice::new(7);
    let (mut same, mut less) = ([0; 3], 0);
    for round in 0..80 {
        let mut made = Vec::new();
        for _ in 0..=dice.roll(4) {
            let rule = any_rule(&mut dice, table, &users);
            made.push(rules.create(&rule).await.unwrap());
        }
        let snapshot = world.docpal.snapshot(world.company, table).await.unwrap();
        for actor in &actors {
            let scope = scope(actor, &snapshot);
            let access = Access::new(&scope, &snapshot, chrono::Utc::now());
            for (position, field) in snapshot.fields().iter().enumerate() {
                let (maker, reader) = (scope.sees(&snapshot, position), access.visibility(position));
                let what = format!("round {round}, {}: {maker:?}, {reader:?}, {made:#?}", field.name());
                match (maker, reader) {
                    (Sees::Nothing, Visibility::Hidden) => same[0] += 1,
                    (Sees::Part, Visibility::Masked(_)) => same[1] += 1,
                    (Sees::All, Visibility::Shown) => same[2] += 1,
                    // Rules that say the same in different words.
                    (Sees::Part, Visibility::Shown) => less += 1,
                    _ => panic!("{what}"),
                }
            }
        }
        for rule in made {
            rules.delete(rule.id).await.unwrap();
        }
    }
    assert!(same.iter().all(|count| *count > 100) && less < same[2], "{same:?} and {less}");
}

// Finding: the cells of a record that was written could have come back unmasked, and only a long run of all bytes saw it.
#[tokio::test]
async fn a_record_comes_back_from_a_write_with_its_masked_cells_empty() {
    let world = World::new().await;
    let table = world.orders().await;
    let paid = Filter::test("status", "is", "paid");
    deny_members(&world, table, |rule| rule.fields(["price"]).when(paid)).await;
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let page = records.list(&view(r#"{"sort": [{"field": "customer"}]}"#)).await.unwrap();
    assert_eq!(column(&page, "price"), ["10", "", "99.99", "0.1", ""]);
    for (index, price) in [(0, ""), (1, ""), (2, "99.99")] {
        let draft = if index == 0 {
            RecordDraft::new().set("status", "paid")
        } else {
            RecordDraft::new().set("quantity", 4)
        };
        let saved = records.update(page.id(index).unwrap(), &draft, None).await.unwrap();
        assert_eq!(column(saved.record().unwrap(), "price"), [price]);
    }
}
