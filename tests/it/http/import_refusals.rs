//! What a file is refused for when its rows become records: the line and the reason, and no more than its sender may know.

use serde_json::{Value, json};

use super::client::{Api, Reply, encoded};

async fn append(api: &Api, key: &str, table: &str, file: &str) -> Reply {
    let path = format!("/api/tables/{table}/records/import");
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "text/csv")];
    api.send("POST", &path, &headers, file.as_bytes()).await
}

/// The entries of a refusal: field, code, message.
fn entries(reply: &Reply) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let fields = reply.json()["error"]["fields"].clone();
    let entry = |entry: &Value| (text(&entry["field"]), text(&entry["code"]), text(&entry["message"]));
    fields.as_array().unwrap().iter().map(entry).collect()
}

async fn deny(api: &Api, table: &str, rule: Value) {
    let mut whole = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "create",
        "effect": "deny"});
    whole.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
    assert_eq!(api.post("/api/permissions", &whole).await.status, 201);
}

async fn goods(api: &Api) -> String {
    api.table(&json!({"name": "Goods", "fields": [
        {"name": "sku", "type": "text", "required": true, "unique": true, "options": {"max_length": 6}},
        {"name": "price", "type": "number"},
        {"name": "done", "type": "switch"}
    ]}))
    .await
}

// Finding D10: the record was counted within its five thousand.
#[tokio::test]
async fn a_record_that_a_rule_denies_is_told_by_its_line() {
    let api = Api::start().await;
    let table = goods(&api).await;
    deny(&api, &table, json!({"condition": {"field": "price", "op": "gt", "value": 100_000}})).await;
    let mut lines: Vec<String> = (2..5_010).map(|n| format!("s{n},{n}")).collect();
    lines[5_001] = "odd,100001".to_owned();
    let file = format!("sku,price\n{}\n", lines.join("\n"));
    let refused = append(&api, &api.member().await, &table, &file).await;
    assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()));
    let message = "line 5003: your roles do not allow you to create such a record".to_owned();
    assert_eq!(entries(&refused), [(String::new(), "not_allowed".to_owned(), message)]);
    assert!(refused.json()["error"]["fields"][0].get("record").is_none(), "{}", refused.text());
    assert_eq!(append(&api, api.key(), &table, &file).await.status, 201);
}

// Finding D10: a hundred entries without a line.
#[tokio::test]
async fn a_required_field_without_a_column_is_told_once() {
    let api = Api::start().await;
    let table = goods(&api).await;
    let file = format!("price\n{}", "5\n".repeat(200));
    let refused = append(&api, api.key(), &table, &file).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let told = entries(&refused);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("sku", "required"));
    assert!(told[0].2.contains("the file has no column for it"), "{told:?}");
    let refused = append(&api, api.key(), &table, "sku,price\na,1\n,2\n").await;
    assert_eq!(entries(&refused)[0].1, "required");
    assert!(entries(&refused)[0].2.starts_with("line 3: "), "{}", refused.text());
}

// Finding D10: no line.
#[tokio::test]
async fn a_value_that_is_there_already_is_told_by_its_line() {
    let api = Api::start().await;
    let table = goods(&api).await;
    let lines: String = (2..700).map(|n| format!("s{n},{n}\n")).collect();
    for extra in ["s15,1\n", "S15,1\ns16,1\n"] {
        let refused = append(&api, api.key(), &table, &format!("sku,price\n{lines}{extra}x,1\n")).await;
        assert_eq!(refused.refusal(), (409, "duplicate_value".to_owned()), "{extra}");
        let line = if extra.starts_with('S') { "line 701: " } else { "line 700: " };
        let told = entries(&refused);
        assert_eq!((told[0].0.as_str(), told[0].1.as_str()), ("sku", "duplicate_value"));
        assert!(told[0].2.starts_with(line) && told[0].2.contains("must be unique"), "{told:?}");
    }
    assert_eq!(append(&api, api.key(), &table, "sku\ntaken\n").await.status, 201);
    let refused = append(&api, api.key(), &table, "sku\na\nb\ntaken\nc\n").await;
    assert!(entries(&refused)[0].2.starts_with("line 4: "), "{}", refused.text());
    // Who may not know of the field is told neither it nor a line, which would tell of a value.
    deny(&api, &table, json!({"action": "read", "fields": ["sku"]})).await;
    deny(&api, &table, json!({"fields": ["sku"]})).await;
    let refused = append(&api, &api.member().await, &table, "price\n1\n2\n").await;
    assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()));
    assert!(!refused.text().contains("sku") && !refused.text().contains("line "), "{}", refused.text());
}

// Finding D10: `"abcdefg" does not fit text` said no more.
#[tokio::test]
async fn a_cell_that_its_field_refuses_is_told_with_the_reason() {
    let api = Api::start().await;
    let table = goods(&api).await;
    let refused = append(&api, api.key(), &table, "sku\nabc\nabcdefg\n").await;
    assert_eq!(refused.refusal(), (422, "invalid_value".to_owned()));
    let message = "line 3: \"abcdefg\" does not fit text: 7 characters; at most 6 are allowed";
    assert_eq!(entries(&refused)[0].2, message);
}

// Finding D3: `false` beside the text that was neither.
#[tokio::test]
async fn a_switch_cell_that_is_kept_beside_is_empty() {
    let api = Api::start().await;
    let app = api.app().await;
    let types = encoded(r#"{"ok": "switch"}"#);
    let path = format!("/api/apps/{app}/tables/import?name=T&types={types}&on_bad=keep");
    let file = "n,ok\n1,yes\n2,no\n3,maybe\n4,\n5,true\n";
    let made = api.post_text(&path, "text/csv", file.as_bytes()).await.ok();
    let table = made["table"]["id"].as_str().unwrap();
    let list = api.get(&format!("/api/tables/{table}/records?sort=n")).await.ok();
    let column = |name| super::client::column(&list, name);
    assert_eq!(column("ok"), [json!(true), json!(false), json!(null), json!(null), json!(true)]);
    let beside = [json!(null), json!(null), json!("maybe"), json!(null), json!(null)];
    assert_eq!(column("ok as text"), beside);
}
