//! Records: one, many, lists, versions, exports.

use serde_json::{Value, json};

use super::client::{Api, column, encoded};

#[tokio::test]
async fn a_record_is_made_read_changed_and_deleted() {
    let api = Api::start().await;
    let records = format!("/api/tables/{}/records", api.orders().await);
    let new = json!({"fields": {"customer": "Zoe 😀 \"'; DROP", "price": 19.99, "quantity": 3}});
    let made = api.post(&records, &new).await;
    assert_eq!(made.status, 201);
    let made = made.ok();
    assert_eq!(made["fields"]["customer"], new["fields"]["customer"]);
    assert_eq!(made["fields"]["total"].to_string(), "59.97");
    assert_eq!((&made["version"], &made["fields"]["status"]), (&json!(1), &Value::Null));
    let one = format!("{records}/{}", made["id"].as_str().unwrap());
    assert_eq!(api.get(&one).await.ok(), made);
    assert_eq!(api.get(&format!("{one}?numbers=string")).await.ok()["fields"]["total"], "59.97");
    let changed = api.patch(&one, &json!({"fields": {"quantity": 2}})).await.ok();
    assert_eq!(
        (changed["fields"]["total"].to_string(), &changed["version"]),
        ("39.98".to_owned(), &json!(2))
    );
    let put = api.call_as(api.key(), "PUT", &one, Some(&json!({"fields": {"status": "paid"}}))).await.ok();
    assert_eq!((&put["fields"]["status"], &put["fields"]["quantity"]), (&json!("paid"), &json!(2)));
    assert_eq!(api.delete(&one).await.status, 204);
    assert_eq!(api.get(&one).await.refusal(), (404, "record_not_found".to_owned()));
    assert_eq!(api.delete(&one).await.refusal(), (404, "record_not_found".to_owned()));
}

#[tokio::test]
async fn a_version_guards_a_change_wherever_it_is_given() {
    let api = Api::start().await;
    let records = format!("/api/tables/{}/records", api.orders().await);
    let id = api.get(&records).await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let one = format!("{records}/{id}");
    api.patch(&one, &json!({"fields": {"quantity": 2}, "version": 1})).await.ok();
    let stale = api.patch(&one, &json!({"fields": {"quantity": 3}, "version": 1})).await;
    assert_eq!(stale.refusal(), (409, "version_conflict".to_owned()));
    let bearer = format!("Bearer {}", api.key());
    let headers =
        [("Authorization", bearer.as_str()), ("Content-Type", "application/json"), ("If-Match", "\"1\"")];
    let stale = api.send("PATCH", &one, &headers, br#"{"fields": {"quantity": 3}}"#).await;
    assert_eq!(stale.refusal(), (409, "version_conflict".to_owned()));
    let two = api.send("PATCH", &one, &headers, br#"{"fields": {}, "version": 2}"#).await;
    assert_eq!(two.refusal(), (400, "invalid_version".to_owned()));
    assert_eq!(api.delete(&format!("{one}?version=1")).await.refusal().1, "version_conflict");
    assert_eq!(api.delete(&format!("{one}?version=2")).await.status, 204);
}

#[tokio::test]
async fn a_list_filters_sorts_picks_counts_and_goes_on() {
    let api = Api::start().await;
    let records = format!("/api/tables/{}/records", api.orders().await);
    let filter = encoded(r#"{"field": "total", "op": "gt", "value": 20}"#);
    let list = api
        .get(&format!("{records}?filter={filter}&sort=-total&fields=customer,total&count=exact"))
        .await
        .ok();
    assert_eq!(column(&list, "customer"), ["Cleo", "Eve", "Ada", "Bob"]);
    assert_eq!((&list["total"], &list["next_cursor"]), (&json!(4), &Value::Null));
    assert_eq!(list["data"][0]["fields"].as_object().unwrap().len(), 2);
    let first = api.get(&format!("{records}?sort=customer&limit=2")).await.ok();
    let cursor = encoded(first["next_cursor"].as_str().unwrap());
    let second = api.get(&format!("{records}?sort=customer&limit=2&cursor={cursor}")).await.ok();
    assert_eq!(column(&second, "customer"), ["Cleo", "Dan"]);
    let offset = api.get(&format!("{records}?sort=customer&limit=2&offset=3")).await.ok();
    assert_eq!(column(&offset, "customer"), ["Dan", "Eve"]);
}

#[tokio::test]
async fn a_query_takes_the_whole_view() {
    let api = Api::start().await;
    let table = api.orders().await;
    let view = json!({"columns": ["customer"], "filter": {"field": "status", "op": "is", "value": "paid"},
        "sort": [{"field": "customer", "direction": "desc"}], "page": {"limit": 1}, "count": "capped"});
    let list = api.post(&format!("/api/tables/{table}/query"), &view).await.ok();
    assert_eq!(column(&list, "customer"), ["Eve"]);
    assert_eq!(list["total"], 2);
    assert!(list["next_cursor"].is_string());
}

#[tokio::test]
async fn a_summary_groups_and_computes_and_its_words_are_listed() {
    let api = Api::start().await;
    let table = api.orders().await;
    let summary = format!("/api/tables/{table}/summary");
    let view = json!({"group": [{"field": "status"}], "filter": {"field": "total", "op": "gt", "value": 1},
        "aggregates": [{"field": "total", "function": "sum"}, {"field": "customer", "function": "unique"}],
        "columns": ["customer"], "sort": [{"field": "customer"}], "page": {"limit": 1}});
    let expected = json!({"count": 4, "aggregates": ["204.99", "4"], "groups": [
        {"value": "open", "count": 2, "aggregates": ["129.99", "2"]},
        {"value": "paid", "count": 2, "aggregates": ["75", "2"]},
        {"value": "void", "count": 0, "aggregates": ["0", "0"]}], "truncated": false});
    assert_eq!(api.post(&format!("{summary}?numbers=string"), &view).await.ok(), expected);
    let wrong = json!({"aggregates": [{"field": "total", "function": "som"}]});
    let refused = api.post(&summary, &wrong).await;
    assert_eq!(refused.refusal(), (400, "unknown_aggregate".to_owned()));
    assert!(refused.json()["error"]["fields"][0]["message"].as_str().unwrap().contains("`sum`"));
    let types = api.get("/api/field-types").await.ok();
    let of = |code: &str| {
        let ty = types["data"].as_array().unwrap().iter().find(|ty| ty["code"] == code).unwrap();
        let words = ty["aggregates"].as_array().unwrap().iter();
        words.map(|word| word["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(of("number").contains(&"median".to_owned()) && of("number").contains(&"filled".to_owned()));
    assert!(!of("text").contains(&"sum".to_owned()) && of("switch").contains(&"checked".to_owned()));
}

#[tokio::test]
async fn many_records_are_made_or_none_and_deleted() {
    let api = Api::start().await;
    let table = api.orders().await;
    let records = format!("/api/tables/{table}/records");
    let bulk = format!("{records}/bulk");
    let wrong =
        json!({"records": [{"fields": {"customer": "X"}}, {"fields": {"customer": "Y", "price": "dear"}}]});
    let refused = api.post(&bulk, &wrong).await;
    assert_eq!(refused.refusal(), (422, "validation_failed".to_owned()));
    assert_eq!(refused.json()["error"]["fields"][0]["record"], 1);
    assert_eq!(api.get(&format!("{records}?count=exact")).await.ok()["total"], 5);
    let right = json!({"records": [{"fields": {"customer": "X"}}, {"fields": {"customer": "Y"}}]});
    let made = api.post(&bulk, &right).await.ok();
    assert_eq!(made["ids"].as_array().unwrap().len(), 2);
    let deleted = api.post(&format!("{bulk}/delete"), &made).await.ok();
    assert_eq!(deleted, json!({"deleted": 2}));
    assert_eq!(api.get(&format!("{records}?count=exact")).await.ok()["total"], 5);
}

#[tokio::test]
async fn an_export_has_every_record_in_each_format() {
    let api = Api::start().await;
    let table = api.orders().await;
    let new = json!({"fields": {"customer": "=HYPERLINK(\"x\")", "price": -1.5, "quantity": 1}});
    api.post(&format!("/api/tables/{table}/records"), &new).await.ok();
    let export = format!("/api/tables/{table}/records/export");
    let csv = api.get(&format!("{export}?format=csv&sort=customer&fields=customer,price,total")).await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let lines: Vec<&str> = csv.text().lines().collect();
    assert_eq!(lines.len(), 7);
    assert_eq!(lines[0], "customer,price,total");
    assert_eq!(lines[1], "\"'=HYPERLINK(\"\"x\"\")\",-1.5,-1.5");
    let raw = api.get(&format!("{export}?raw=true&sort=customer&fields=customer")).await;
    assert_eq!(raw.text().lines().nth(1), Some("\"=HYPERLINK(\"\"x\"\")\""));
    let json = api.get(&format!("{export}?format=json")).await.ok();
    assert_eq!(json["data"].as_array().unwrap().len(), 6);
    let ndjson = api.get(&format!("{export}?format=ndjson")).await;
    let records: Vec<Value> = ndjson.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 6);
    assert_eq!(
        api.get(&format!("{export}?format=xml")).await.refusal(),
        (400, "invalid_parameter".to_owned())
    );
    assert_eq!(api.get(&format!("{export}?sort=nothing")).await.refusal(), (400, "unknown_field".to_owned()));
}

#[tokio::test]
async fn an_export_streams_more_than_a_page() {
    let api = Api::start().await;
    let table = api.table(&json!({"name": "Numbers", "fields": [{"name": "n", "type": "number"}]})).await;
    let records: Vec<Value> = (0..2_500).map(|n| json!({"fields": {"n": n}})).collect();
    api.post(&format!("/api/tables/{table}/records/bulk"), &json!({"records": records})).await.ok();
    let csv = api.get(&format!("/api/tables/{table}/records/export?sort=n")).await;
    let numbers: Vec<usize> = csv.text().lines().skip(1).map(|line| line.parse().unwrap()).collect();
    assert!(numbers.iter().copied().eq(0..2_500));
    let empty = api
        .get(&format!(
            "/api/tables/{table}/records/export?filter={}",
            encoded(r#"{"field":"n","op":"gt","value":9999}"#)
        ))
        .await;
    assert_eq!(empty.text(), "n\r\n");
}

#[tokio::test]
async fn a_list_of_rows_has_the_values_of_the_list_of_records() {
    let api = Api::start().await;
    let table = api.orders().await;
    let price = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "read",
        "effect": "deny", "fields": ["price"]});
    api.post("/api/permissions", &price).await.ok();
    let open = json!({"field": "status", "op": "is", "value": "open"});
    let shown = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "read",
        "effect": "allow"});
    api.post("/api/permissions", &shown).await.ok();
    let masked = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "read",
        "effect": "deny", "fields": ["quantity"], "condition": open});
    api.post("/api/permissions", &masked).await.ok();
    let broken = json!({"fields": {"customer": "Fay", "price": null, "quantity": "1e27"}});
    api.post(&format!("/api/tables/{table}/records"), &broken).await;
    let list = format!("/api/tables/{table}/records?count=exact&limit=3&sort=customer&numbers=string");
    for key in [api.key().to_owned(), api.member().await] {
        let whole = api.call_as(&key, "GET", &list, None).await.ok();
        let rows = api.call_as(&key, "GET", &format!("{list}&format=rows"), None).await.ok();
        assert_eq!((&rows["next_cursor"], &rows["total"]), (&whole["next_cursor"], &whole["total"]));
        let records = whole["data"].as_array().unwrap();
        assert_eq!(rows["rows"].as_array().unwrap().len(), records.len());
        for (index, record) in records.iter().enumerate() {
            assert_eq!((&rows["ids"][index], &rows["versions"][index]), (&record["id"], &record["version"]));
            let names =
                rows["fields"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
            let values = rows["rows"][index].as_array().unwrap().iter().cloned();
            let fields: serde_json::Map<String, Value> = names.zip(values).collect();
            assert_eq!(Value::Object(fields), record["fields"]);
        }
        let view = json!({"sort": [{"field": "customer"}], "page": {"limit": 3}, "count": "exact"});
        let path = format!("/api/tables/{table}/query?format=rows&numbers=string");
        assert_eq!(api.call_as(&key, "POST", &path, Some(&view)).await.ok()["rows"], rows["rows"]);
    }
}
