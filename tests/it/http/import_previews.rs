//! A preview says that an import would go through exactly when it does.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::client::{Api, Reply, encoded};

async fn send(api: &Api, key: &str, path: &str, file: &str) -> Reply {
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "text/csv")];
    api.send("POST", path, &headers, file.as_bytes()).await
}

/// Asks for the preview, imports, and compares the two; gives the import.
async fn same(api: &Api, key: &str, path: &str, query: &str, file: &str) -> Reply {
    let preview = send(api, key, &format!("{path}/preview{query}"), file).await;
    let import = send(api, key, &format!("{path}{query}"), file).await;
    let made = import.status == 201;
    if preview.status == 200 {
        let preview = preview.json();
        assert_eq!(preview["ready"], made, "{query}\n{file}\n{preview}\n{}", import.text());
        let refused = preview["refused"].as_array().unwrap();
        let misfits = preview["report"]["misfits"].as_array().unwrap();
        let skipped = preview["report"]["skipped"].as_array().unwrap();
        assert!(made || !(refused.is_empty() && misfits.is_empty() && skipped.is_empty()), "{preview}");
    } else {
        assert_eq!(preview.refusal(), import.refusal(), "{query}\n{file}");
    }
    import
}

async fn rule(api: &Api, table: &str, rule: Value) {
    let mut whole =
        json!({"resource_type": "table", "resource_id": table, "role": "member", "effect": "deny"});
    whole.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
    assert_eq!(api.post("/api/permissions", &whole).await.status, 201);
}

fn quoted(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
    cells.join(",")
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-c]{1,3}",
        2 => "[1-9][0-9]{0,3}(\\.[0-9])?",
        1 => Just(String::new()),
        1 => "20[0-9]{2}-0[1-9]-1[0-9]",
        1 => Just("9999-12-31T23:59:59-05:00".to_owned()),
        1 => "(yes|no|true|maybe)",
        1 => "[a-c]{1,2}\n",
        1 => "[a-c]\t[a-c]",
        1 => Just("x\ny".to_owned()),
        1 => "[0-9]{1,2}\\.[0-9]{26,27}%",
        1 => Just("y".repeat(20_000)),
        1 => "[a-c]@[a-c]\\.org",
        1 => Just("1.2246467991473532e-16".to_owned()),
    ]
}

/// A column of cells that are mostly alike.
fn column(rows: usize) -> impl Strategy<Value = Vec<String>> {
    (cell(), proptest::collection::vec(prop_oneof![2 => Just(None), 1 => cell().prop_map(Some)], rows))
        .prop_map(|(most, cells)| cells.into_iter().map(|odd| odd.unwrap_or_else(|| most.clone())).collect())
}

fn file(header: &str, columns: &[Vec<String>]) -> String {
    let rows = columns.first().map_or(0, Vec::len);
    let row = |at: usize| quoted(&columns.iter().map(|column| column[at].clone()).collect::<Vec<_>>());
    format!("{header}\n{}\n", (0..rows).map(row).collect::<Vec<_>>().join("\n"))
}

fn generated<T: Strategy>(count: usize, strategy: T) -> Vec<T::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

// Finding D11: a dry run said yes, the import no.
#[tokio::test]
async fn a_new_table_is_ready_exactly_when_it_is_made() {
    let api = Api::start().await;
    let app = api.app().await;
    let path = format!("/api/apps/{app}/tables/import");
    let types = prop_oneof![
        2 => Just(String::new()),
        3 => "(number|text|date|datetime|switch|email|percent|single_select|multiple_select|long_text)",
    ];
    let choice = prop_oneof![1 => Just("refuse"), 2 => Just("keep"), 1 => Just("empty")];
    let cases = (2_usize..25).prop_flat_map(|rows| (column(rows), column(rows)));
    let mut made = 0;
    for (at, ((one, other), wished, on_bad)) in generated(60, (cases, types, choice)).into_iter().enumerate()
    {
        let types = if wished.is_empty() { json!({}) } else { json!({"a": wished}) };
        let types = encoded(&types.to_string());
        let query = format!("?name=T{at}&types={types}&on_bad={on_bad}");
        let import = same(&api, api.key(), &path, &query, &file("a,b", &[one, other])).await;
        made += usize::from(import.status == 201);
    }
    assert!((10..60).contains(&made), "{made} of 60 were made");
}

// Finding D11.
#[tokio::test]
async fn what_a_preview_calls_ready_goes_through() {
    let api = Api::start().await;
    let app = api.app().await;
    let path = format!("/api/apps/{app}/tables/import");
    let types = encoded(r#"{"n": "number"}"#);
    for (name, query, file, status) in [
        ("a", String::new(), "a,b\n\"abc\n\",1\n".to_owned(), 201),
        ("b", format!("&types={types}&on_bad=keep"), "n,b\n1,1\n\"x\ny\",1\n".to_owned(), 201),
        ("c", format!("&types={types}&on_bad=keep"), format!("n,b\n1,1\n{},1\n", "x".repeat(20_000)), 201),
        ("d", String::new(), "a,b\n9999-12-31T23:59:59-05:00,1\n".to_owned(), 201),
        ("e", String::new(), format!("a,b\n{},1\n", "x".repeat(100_001)), 422),
        ("E", String::new(), "a\n1\n".to_owned(), 201),
        ("e", String::new(), "a\n1\n".to_owned(), 409),
    ] {
        let import = same(&api, api.key(), &path, &format!("?name={name}{query}"), &file).await;
        assert_eq!(import.status, status, "{name}: {}", import.text());
    }
    // Nothing of a preview stays, and who may not make tables is not told of the file.
    assert_eq!(api.get(&format!("/api/apps/{app}/tables")).await.ok()["data"].as_array().unwrap().len(), 5);
    let member = api.member().await;
    for end in ["?name=F", "/preview?name=F"] {
        let refused = send(&api, &member, &format!("{path}{end}"), "a,b\n1\n").await;
        assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()), "{end}");
    }
}

// Finding D11.
#[tokio::test]
async fn rows_for_a_table_are_ready_exactly_when_they_are_added() {
    let api = Api::start().await;
    let table = api
        .table(&json!({"name": "Goods", "fields": [
            {"name": "sku", "type": "text", "required": true, "unique": true, "options": {"max_length": 3}},
            {"name": "price", "type": "number", "options": {"min": 0}},
            {"name": "state", "type": "single_select", "options": {"options": ["a", "b"]}},
            {"name": "secret", "type": "number", "default": 5},
            {"name": "count", "type": "autonumber"}
        ]}))
        .await;
    rule(
        &api,
        &table,
        json!({"action": "create", "condition": {"field": "price", "op": "gt", "value": 500}}),
    )
    .await;
    rule(
        &api,
        &table,
        json!({"action": "create", "fields": ["state"],
        "condition": {"field": "state", "op": "is", "value": "b"}}),
    )
    .await;
    for action in ["read", "create"] {
        rule(&api, &table, json!({"action": action, "fields": ["secret"]})).await;
    }
    let member = api.member().await;
    let path = format!("/api/tables/{table}/records/import");
    let sku = prop_oneof![30 => "[a-z0-9]{3}", 1 => Just(String::new()), 1 => Just("abcd".to_owned())];
    let price = prop_oneof![20 => "[0-9]{2}", 1 => Just("900".to_owned()), 1 => Just("-1".to_owned()), 1 => Just("x".to_owned())];
    let state = prop_oneof![20 => Just("a"), 2 => Just("b"), 1 => Just("c"), 5 => Just("")];
    let row = (sku, price, state);
    let header = proptest::sample::select(vec![
        "sku,price,state",
        "sku,price,state",
        "SKU,secret,state",
        "price,price 2,state",
    ]);
    let cases = (proptest::collection::vec(row, 1..6), header, proptest::bool::ANY, proptest::bool::ANY);
    let mut added = 0;
    for (rows, header, as_member, empty) in generated(80, cases) {
        let rows: Vec<String> =
            rows.into_iter().map(|(sku, price, state)| format!("{sku},{price},{state}")).collect();
        let key = if as_member { member.as_str() } else { api.key() };
        let query = if empty { "?on_bad=empty" } else { "" };
        let file = format!("{header}\n{}\n", rows.join("\n"));
        let import = same(&api, key, &path, query, &file).await;
        added += usize::from(import.status == 201);
    }
    assert!((10..80).contains(&added), "{added} of 80 were added");
    // Once more is a doubled value, in the file and beside it.
    for file in ["sku\nq-1\nq-1\n", "sku\nq-2\n", "sku\nq-2\n"] {
        same(&api, api.key(), &path, "", file).await;
    }
    // Who may create nothing is told before the file is read.
    rule(&api, &table, json!({"action": "create"})).await;
    for end in ["", "/preview"] {
        let refused = send(&api, &member, &format!("{path}{end}"), "a,b\n1\n").await;
        assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()), "{end}");
    }
}
