//! Views: filters, sorts and pages give what plain SQL gives, and refuse what they do not understand.

use docpal::core::{Filter, Json, RecordDraft, TableId};
use docpal::query::{Count, Direction, EmptyPlace, RecordsExt as _, Sort, ViewSpec};

use crate::world::{World, column};

fn view(json: &str) -> ViewSpec {
    ViewSpec::from_json(&Json::parse(json).unwrap()).unwrap()
}

async fn customers(world: &World, table: TableId, filter: &str) -> Vec<String> {
    let spec = view(&format!(r#"{{"filter": {filter}, "sort": [{{"field": "customer"}}]}}"#));
    column(&world.list(table, &spec).await, "customer")
}

async fn refused(world: &World, table: TableId, json: &str) -> (String, String) {
    let spec = ViewSpec::from_json(&Json::parse(json).unwrap());
    let error = match spec {
        Ok(spec) => world.docpal.records(&world.owner, table).list(&spec).await.unwrap_err(),
        Err(error) => error,
    };
    (error.code().to_owned(), error.fields().first().map(|entry| entry.field.clone()).unwrap_or_default())
}

#[tokio::test]
async fn each_operator_finds_its_records() {
    let world = World::new().await;
    let table = world.orders().await;
    world
        .docpal
        .records(&world.owner, table)
        .create(&RecordDraft::new().set("customer", "50%_x").set("quantity", 0))
        .await
        .unwrap();
    let cases: &[(&str, &[&str])] = &[
        (r#"{"field":"customer","op":"is","value":"ADA"}"#, &["Ada"]),
        (r#"{"field":"customer","op":"is","value":"ADA","case_sensitive":true}"#, &[]),
        (r#"{"field":"customer","op":"contains","value":"%_"}"#, &["50%_x"]),
        (r#"{"field":"customer","op":"contains","value":"E"}"#, &["Cleo", "Eve"]),
        (r#"{"field":"customer","op":"starts_with","value":"c"}"#, &["Cleo"]),
        (r#"{"field":"customer","op":"ends_with","value":"o"}"#, &["Cleo"]),
        (r#"{"field":"customer","op":"contains_word","value":"dan"}"#, &["Dan"]),
        (r#"{"field":"customer","op":"in","value":["ada","eve"]}"#, &["Ada", "Eve"]),
        (r#"{"field":"customer","op":"in","value":[]}"#, &[]),
        (r#"{"field":"customer","op":"length_gt","value":4}"#, &["50%_x"]),
        (r#"{"field":"price","op":"gt","value":10}"#, &["Cleo", "Eve"]),
        (r#"{"field":"price","op":"gte","value":10.00}"#, &["Ada", "Cleo", "Eve"]),
        (r#"{"field":"price","op":"between","value":[0.1,2.5]}"#, &["Bob", "Dan"]),
        (r#"{"field":"price","op":"ne","value":10}"#, &["50%_x", "Bob", "Cleo", "Dan", "Eve"]),
        (r#"{"field":"price","op":"is_empty"}"#, &["50%_x"]),
        (r#"{"field":"price","op":"in","value":[10,25]}"#, &["Ada", "Eve"]),
        (r#"{"field":"price","op":"is_integer"}"#, &["Ada", "Eve"]),
        (r#"{"field":"status","op":"is","value":"open"}"#, &["Ada", "Cleo"]),
        (r#"{"field":"status","op":"is_not","value":"open"}"#, &["50%_x", "Bob", "Dan", "Eve"]),
        (r#"{"field":"status","op":"is_any_of","value":["paid","void"]}"#, &["Bob", "Dan", "Eve"]),
        (r#"{"field":"status","op":"contains","value":"OI"}"#, &["Dan"]),
        (r#"{"field":"ordered","op":"is","value":"2026-02-10"}"#, &["Bob"]),
        (r#"{"field":"ordered","op":"before","value":"2026-02-10"}"#, &["Ada"]),
        (r#"{"field":"ordered","op":"on_or_after","value":"2026-02-11"}"#, &["Cleo", "Dan", "Eve"]),
        (r#"{"field":"ordered","op":"between","value":["2026-02-01","2026-02-28"]}"#, &["Bob", "Cleo"]),
        (r#"{"field":"ordered","op":"is_empty"}"#, &["50%_x"]),
        (r#"{"field":"total","op":"gt","value":29.99}"#, &["Ada", "Cleo", "Eve"]),
        (r#"{"field":"total","op":"eq","value":0}"#, &["50%_x"]),
        (
            r#"{"field":"created_at","op":"within","value":{"mode":"last_days","n":2}}"#,
            &["50%_x", "Ada", "Bob", "Cleo", "Dan", "Eve"],
        ),
        (r#"{"field":"created_by","op":"is_me"}"#, &["50%_x", "Ada", "Bob", "Cleo", "Dan", "Eve"]),
        (r#"{"not":{"field":"price","op":"gt","value":10}}"#, &["50%_x", "Ada", "Bob", "Dan"]),
        (
            r#"{"or":[{"field":"customer","op":"is","value":"Ada"},{"and":[{"field":"status","op":"is","value":"paid"},{"field":"quantity","op":"gte","value":10}]}]}"#,
            &["Ada", "Bob"],
        ),
        (r#"{"and":[]}"#, &["50%_x", "Ada", "Bob", "Cleo", "Dan", "Eve"]),
        (r#"{"or":[]}"#, &[]),
    ];
    for (filter, expected) in cases {
        assert_eq!(customers(&world, table, filter).await, *expected, "{filter}");
    }
}

#[tokio::test]
async fn what_is_not_understood_is_refused_with_its_path() {
    let world = World::new().await;
    let table = world.orders().await;
    let cases = [
        (r#"{"filter":{"field":"custmer","op":"is","value":"x"}}"#, "unknown_field", "filter.field"),
        (
            r#"{"filter":{"and":[{"field":"price","op":"starts_with","value":"1"}]}}"#,
            "unknown_operator",
            "filter.and[0].op",
        ),
        (r#"{"filter":{"field":"price","op":"gt","value":"ten"}}"#, "invalid_value", "filter.value"),
        (r#"{"filter":{"field":"price","op":"gt"}}"#, "invalid_value", "filter.value"),
        (r#"{"filter":{"field":"price","op":"is_empty","value":1}}"#, "invalid_value", "filter.value"),
        (r#"{"filter":{"field":"status","op":"is","value":"lost"}}"#, "invalid_value", "filter.value"),
        (r#"{"filter":{"field":"price","op":"gt","value":1,"extra":2}}"#, "unknown_key", "filter.extra"),
        (r#"{"filtre":{}}"#, "unknown_key", "filtre"),
        (r#"{"sort":[{"field":"nope"}]}"#, "unknown_field", "sort[0].field"),
        (r#"{"sort":[{"field":"price","direction":"up"}]}"#, "invalid_view", "sort[0].direction"),
        (r#"{"columns":["price","nope"]}"#, "unknown_field", "columns[1]"),
        (r#"{"page":{"limit":0}}"#, "invalid_view", "page.limit"),
        (r#"{"page":{"limit":1001}}"#, "invalid_view", "page.limit"),
        (r#"{"page":{"offset":10001}}"#, "invalid_view", "page.offset"),
        (r#"{"page":{"cursor":"AAAA"}}"#, "invalid_cursor", "page.cursor"),
    ];
    for (json, code, path) in cases {
        assert_eq!(refused(&world, table, json).await, (code.to_owned(), path.to_owned()), "{json}");
    }
    let deep = (0..9)
        .fold(r#"{"field":"price","op":"is_empty"}"#.to_owned(), |inner, _| format!(r#"{{"not":{inner}}}"#));
    assert_eq!(refused(&world, table, &format!(r#"{{"filter":{deep}}}"#)).await.0, "filter_too_deep");
}

#[tokio::test]
async fn pages_by_cursor_are_the_whole_list_whatever_the_order() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    let drafts: Vec<RecordDraft> = (0..60)
        .map(|n| {
            let draft = RecordDraft::new().set("customer", format!("item {}", n % 13));
            let draft = if n % 4 == 0 { draft } else { draft.set("price", i64::try_from(n % 7).unwrap()) };
            if n % 5 == 0 { draft } else { draft.set("status", ["open", "paid", "void"][n % 3]) }
        })
        .collect();
    records.create_many(&drafts).await.unwrap();
    for field in
        ["customer", "price", "quantity", "status", "ordered", "total", "created_at", "created_by", "id"]
    {
        for direction in [Direction::Ascending, Direction::Descending] {
            for empty in [None, Some(EmptyPlace::First), Some(EmptyPlace::Last)] {
                let sort = vec![
                    Sort { field: field.to_owned(), direction, empty },
                    Sort { field: "customer".to_owned(), direction: Direction::Descending, empty: None },
                ];
                let spec = ViewSpec { sort, ..ViewSpec::new() };
                let whole = world.list(table, &spec.clone().limit(1_000)).await;
                let whole: Vec<_> = (0..whole.len()).map(|index| whole.id(index).unwrap()).collect();
                assert_eq!(whole.len(), 65);
                let mut paged = Vec::new();
                let mut next = spec.clone().limit(7);
                loop {
                    let page = world.list(table, &next).await;
                    paged.extend((0..page.len()).map(|index| page.id(index).unwrap()));
                    match page.next_cursor() {
                        Some(cursor) => next = spec.clone().limit(7).after(cursor),
                        None => break,
                    }
                }
                assert_eq!(paged, whole, "{field} {direction:?} {empty:?}");
            }
        }
    }
}

#[tokio::test]
async fn sorts_are_the_ones_people_expect() {
    let world = World::new().await;
    let table = world.orders().await;
    let records = world.docpal.records(&world.owner, table);
    for name in ["item 10", "item 9", "Item 9", "élan"] {
        records.create(&RecordDraft::new().set("customer", name)).await.unwrap();
    }
    let sorted = |field: &str, direction| {
        let spec = ViewSpec::new().sort(field, direction);
        let world = &world;
        async move { column(&world.list(table, &spec).await, "customer") }
    };
    let by_name = sorted("customer", Direction::Ascending).await;
    assert_eq!(by_name, ["Ada", "Bob", "Cleo", "Dan", "élan", "Eve", "item 9", "Item 9", "item 10"]);
    let by_status = sorted("status", Direction::Descending).await;
    // Options by their own order, open before paid before void; empty last when descending.
    assert_eq!(by_status[0], "Dan");
    assert_eq!(&by_status[5..].len(), &4);
    let by_price = sorted("price", Direction::Ascending).await;
    assert_eq!(by_price[4..], ["Dan", "Bob", "Ada", "Eve", "Cleo"]);
}

#[tokio::test]
async fn a_cursor_serves_only_the_view_it_was_made_for() {
    let world = World::new().await;
    let table = world.orders().await;
    let spec = ViewSpec::new().sort("price", Direction::Ascending).limit(2);
    let cursor = world.list(table, &spec).await.next_cursor().unwrap().to_owned();
    let records = world.docpal.records(&world.owner, table);
    let other = ViewSpec::new().sort("price", Direction::Descending).limit(2).after(&cursor);
    assert_eq!(records.list(&other).await.unwrap_err().code(), "invalid_cursor");
    let filtered = spec.clone().filter(Filter::check("price", "is_not_empty")).after(&cursor);
    assert_eq!(records.list(&filtered).await.unwrap_err().code(), "invalid_cursor");
    let mut forged = cursor.clone().into_bytes();
    let last = forged.len() - 1;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let forged = spec.clone().after(String::from_utf8(forged).unwrap());
    assert_eq!(records.list(&forged).await.unwrap_err().code(), "invalid_cursor");
    assert_eq!(records.list(&spec.after(cursor)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn counts_are_asked_for_and_exact() {
    let world = World::new().await;
    let table = world.orders().await;
    let spec = ViewSpec::new().filter(Filter::test("price", "gt", 1)).limit(1);
    assert_eq!(world.list(table, &spec).await.total(), None);
    assert_eq!(world.list(table, &spec.clone().count(Count::Exact)).await.total(), Some(4));
    assert_eq!(world.list(table, &spec.count(Count::Capped)).await.total(), Some(4));
}

#[tokio::test]
async fn an_error_in_a_formula_is_a_value_and_never_fails_the_page() {
    use docpal::core::{FieldSpec, TableSpec};
    let world = World::new().await;
    let spec = TableSpec::new("Ratios")
        .field(FieldSpec::new("a", "number"))
        .field(FieldSpec::new("b", "number"))
        .field(FieldSpec::formula("ratio", "{a} / {b}"))
        .field(FieldSpec::formula("label", "IF({ratio} > 2, 'high', 'low')"));
    let table = world.table(spec).await.id();
    let records = world.docpal.records(&world.owner, table);
    for (a, b) in [(6, 2), (1, 0), (1, 3)] {
        records.create(&RecordDraft::new().set("a", a).set("b", b)).await.unwrap();
    }
    let page = world.list(table, &ViewSpec::new().sort("ratio", Direction::Ascending)).await;
    let mut json = Vec::new();
    page.write_list(Default::default(), &mut json);
    let json = Json::parse(&String::from_utf8(json).unwrap()).unwrap();
    let Some(Json::List(data)) = json.get("data") else { panic!("no data") };
    let ratios: Vec<String> =
        data.iter().map(|r| r.get("fields").unwrap().get("ratio").unwrap().to_string()).collect();
    assert_eq!(ratios[0], "0.3333333333333333333333333333");
    assert_eq!(ratios[1], "3");
    assert!(ratios[2].contains("div_by_zero"), "{}", ratios[2]);
    let found = |filter: &'static str| {
        let world = &world;
        async move { column(&world.list(table, &view(&format!(r#"{{"filter":{filter}}}"#))).await, "a").len() }
    };
    assert_eq!(found(r#"{"field":"ratio","op":"is_error"}"#).await, 1);
    assert_eq!(found(r#"{"field":"label","op":"is_error"}"#).await, 1);
    assert_eq!(found(r#"{"field":"label","op":"is","value":"high"}"#).await, 1);
    assert_eq!(found(r#"{"field":"ratio","op":"gt","value":0}"#).await, 2);
    assert_eq!(found(r#"{"field":"ratio","op":"is_not_error"}"#).await, 2);
}

/// A cursor holds the values that a page ended with: who sees less learns nothing by one that was made for others.
#[tokio::test]
async fn a_cursor_serves_only_the_rights_it_was_made_under() {
    let world = World::new().await;
    let table = world.orders().await;
    let member = world.member();
    let view = ViewSpec::new().sort("customer", Direction::Ascending).limit(2);
    let page = world.docpal.records(&member, table).list(&view).await.unwrap();
    let next = view.clone().after(page.next_cursor().unwrap());
    assert_eq!(world.docpal.records(&member, table).list(&next).await.unwrap().len(), 2);
    let (on, members) =
        (docpal::core::Resource::Table(table), docpal::core::Subject::Role(docpal::core::Role::Member));
    let rule = docpal::core::RuleSpec::deny(on, members, docpal::core::Action::Read)
        .when(Filter::test("status", "is", "paid"));
    world.docpal.rules(&world.owner).create(&rule).await.unwrap();
    let refused = world.docpal.records(&member, table).list(&next).await.unwrap_err();
    assert_eq!(refused.code(), "invalid_cursor");
}
