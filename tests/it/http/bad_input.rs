//! Bad input: a clear refusal with a code and a field, and nothing written.

use serde_json::{Value, json};

use super::client::{Api, encoded};

fn field(name: &str, ty: &str) -> Value {
    json!({"name": name, "type": ty})
}

#[tokio::test]
async fn a_table_that_cannot_be_is_refused_whole() {
    let api = Api::start().await;
    let app = api.app().await;
    let tables = format!("/api/apps/{app}/tables");
    let fields = |fields: Vec<Value>| json!({"name": "T", "fields": fields});
    let wide = fields((0..1_600).map(|n| field(&format!("f{n}"), "number")).collect());
    let cases = [
        (json!({"nmae": "T"}), 400, "unknown_key", "nmae"),
        (json!({"name": 5}), 400, "wrong_type", "name"),
        (json!({}), 422, "required", "name"),
        (json!({"name": ""}), 422, "required", "name"),
        (json!({"name": "x".repeat(101)}), 422, "too_long", "name"),
        (json!({"name": "a\u{0}b"}), 422, "nul_character", "name"),
        (json!({"name": "T", "description": "a\u{0}b"}), 422, "nul_character", "description"),
        (json!({"name": "T", "fields": {}}), 400, "wrong_type", "fields"),
        (fields(vec![json!(1)]), 400, "wrong_type", "fields[0]"),
        (
            fields(vec![json!({"name": "a", "type": "text", "requird": true})]),
            400,
            "unknown_key",
            "fields[0].requird",
        ),
        (
            fields(vec![json!({"name": "a", "type": "text", "required": "yes"})]),
            400,
            "wrong_type",
            "fields[0].required",
        ),
        (fields(vec![field("a", "txt")]), 422, "unknown_type", "fields[0].type"),
        (fields(vec![field("a", "text"), field("A", "number")]), 422, "duplicate_name", "fields[1].name"),
        (
            fields(vec![json!({"name": "a", "type": "number", "options": {"scal": 1}})]),
            400,
            "unknown_key",
            "fields[0].options.scal",
        ),
        (
            fields(vec![json!({"name": "a", "type": "number", "options": {"code": "EUR"}})]),
            422,
            "invalid_options",
            "fields[0].options",
        ),
        (
            fields(vec![json!({"name": "a", "type": "number", "default": "x"})]),
            422,
            "wrong_type",
            "fields[0].default",
        ),
        (
            fields(vec![json!({"name": "a", "type": "formula", "options": {"formula": "{b} +"}})]),
            422,
            "",
            "fields[0].options.formula",
        ),
        (wide, 422, "too_many_fields", "fields"),
    ];
    for (body, status, code, at) in cases {
        let refused = api.post(&tables, &body).await;
        assert_eq!(refused.refusal().0, status, "{}", refused.text());
        let failed = refused.failed();
        assert_eq!(failed[0].0, at, "{}", refused.text());
        assert!(code.is_empty() || failed[0].1 == code, "{}", refused.text());
    }
    assert_eq!(api.get(&tables).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn odd_names_are_names() {
    let api = Api::start().await;
    let names =
        ["a\"b", "x'; DROP TABLE users; --", "😀", "{braces}", "select", "a.b", "Größe", "\\", "version"];
    let fields: Vec<Value> = names.iter().map(|name| field(name, "text")).collect();
    let table = api.table(&json!({"name": "😀 \"'; --", "fields": fields})).await;
    let records = format!("/api/tables/{table}/records");
    let values: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!(format!("of {name}")))).collect();
    let made = api.post(&records, &json!({"fields": values})).await.ok();
    assert_eq!(made["fields"], Value::Object(values));
    for name in &names[..8] {
        let filter = json!({"field": name, "op": "is", "value": format!("of {name}")}).to_string();
        let sort = json!([{"field": name}]).to_string();
        let list =
            api.get(&format!("{records}?filter={}&sort={}", encoded(&filter), encoded(&sort))).await.ok();
        assert_eq!(list["data"].as_array().unwrap().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_record_that_does_not_fit_is_refused_with_every_field() {
    let api = Api::start().await;
    let records = format!("/api/tables/{}/records", api.orders().await);
    let wrong =
        json!({"fields": {"custmer": "X", "price": true, "quantity": "many", "status": "lost", "total": 1}});
    let refused = api.post(&records, &wrong).await;
    assert_eq!(refused.refusal(), (422, "validation_failed".to_owned()));
    let failed = refused.failed();
    let code = |field: &str| failed.iter().find(|(name, _)| name == field).map(|(_, code)| code.as_str());
    assert_eq!(code("custmer"), Some("unknown_field"));
    assert_eq!(code("price"), Some("wrong_type"));
    assert_eq!(code("quantity"), Some("wrong_type"));
    assert_eq!(code("status"), Some("unknown_option"));
    assert_eq!(code("total"), Some("read_only"));
    assert_eq!(code("customer"), Some("required"));
    assert!(refused.text().contains("did you mean `customer`?"), "{}", refused.text());
    for (body, status, code) in [
        (json!({"fields": {"customer": "a\u{0}b"}}), 422, "validation_failed"),
        (json!({"fields": {"customer": "x".repeat(900_000)}}), 422, "validation_failed"),
        (
            json!({"fields": {"customer": "x", "price": "123456789012345678901234567890"}}),
            422,
            "validation_failed",
        ),
        (json!({"fields": []}), 400, "invalid_record"),
        (json!({"field": {}}), 400, "unknown_key"),
        (json!({}), 422, "validation_failed"),
        (json!([]), 400, "wrong_type"),
        (json!("x"), 400, "wrong_type"),
    ] {
        assert_eq!(api.post(&records, &body).await.refusal(), (status, code.to_owned()));
    }
    assert_eq!(api.get(&format!("{records}?count=exact")).await.ok()["total"], 5);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let api = Api::start().await;
    let bodies: [&[u8]; 8] = [
        b"",
        b"{",
        b"{\"name\": \"a\", \"name\": \"b\"}",
        b"\xff\xfe",
        b"{\"name\": \"a\0b\"}",
        b"null x",
        b"{\"name\": 1e}",
        b"NaN",
    ];
    for body in bodies {
        let refused = api.post_text("/api/apps", "application/json", body).await;
        assert_eq!(refused.refusal(), (400, "invalid_json".to_owned()), "{body:?}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(api.post_text("/api/apps", "application/json", deep.as_bytes()).await.refusal().0, 400);
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let refused = api.post_text("/api/apps", content_type, b"{\"name\": \"a\"}").await;
        assert_eq!(refused.refusal(), (415, "unsupported_media_type".to_owned()));
    }
    assert_eq!(api.get("/api/apps").await.ok()["data"], json!([]));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let api = Api::start_with(|server| server.body_limit(100_000)).await;
    let large = json!({"name": "x".repeat(1_000_000)}).to_string();
    let refused = api.post_text("/api/apps", "application/json", large.as_bytes()).await;
    assert_eq!(refused.refusal(), (413, "body_too_large".to_owned()));
    let app = api.app().await;
    let csv = "a,b\n".to_owned() + &"1,2\n".repeat(100_000);
    let import = format!("/api/apps/{app}/tables/import?name=T");
    assert_eq!(
        api.post_text(&import, "text/csv", csv.as_bytes()).await.refusal(),
        (413, "body_too_large".to_owned())
    );
    assert_eq!(api.get(&format!("/api/apps/{app}/tables")).await.ok()["data"], json!([]));
}

// A wrong field of `fields=` was one of `columns[0]`, which nobody had sent.
#[tokio::test]
async fn a_wrong_parameter_is_named_as_it_was_given() {
    let api = Api::start().await;
    let table = api.orders().await;
    for (query, expected) in [
        ("fields=nope", "fields[0]"),
        ("fields=customer,nope", "fields[1]"),
        ("columns=nope", "columns[0]"),
        ("columns=%5B%22nope%22%5D", "columns[0]"),
        ("sort=-nope", "sort[0].field"),
    ] {
        for path in ["records", "records/export"] {
            let refused = api.get(&format!("/api/tables/{table}/{path}?{query}")).await;
            assert_eq!(refused.failed()[0].0, expected, "{path}?{query}: {}", refused.text());
        }
    }
    for (query, expected) in [("cursor=AAAA", "cursor"), ("cursor=AAAA&offset=1", "offset")] {
        let refused = api.get(&format!("/api/tables/{table}/records?{query}")).await;
        assert_eq!(refused.failed()[0].0, expected, "{query}: {}", refused.text());
    }
}

#[tokio::test]
async fn parameters_and_ids_that_mean_nothing_are_refused() {
    let api = Api::start().await;
    let table = api.orders().await;
    let records = format!("/api/tables/{table}/records");
    let filter = |text: &str| format!("{records}?filter={}", encoded(text));
    let cases = [
        ("/api/tables/not-an-id".to_owned(), 400, "invalid_id"),
        ("/api/tables/%F0%9F%98%80".to_owned(), 400, "invalid_id"),
        (format!("{records}/1"), 400, "invalid_id"),
        (format!("{records}?limt=5"), 400, "unknown_parameter"),
        (format!("{records}?limit=5&limit=6"), 400, "duplicate_parameter"),
        (format!("{records}?limit=-1"), 400, "invalid_parameter"),
        (format!("{records}?limit=many"), 400, "invalid_parameter"),
        (format!("{records}?limit=100000"), 0, ""),
        (format!("{records}?offset=99999999"), 0, ""),
        (format!("{records}?cursor=abc"), 400, "invalid_cursor"),
        (format!("{records}?numbers=roman"), 400, "invalid_parameter"),
        (format!("{records}?count=all"), 400, "invalid_view"),
        (format!("{records}?sort=%5B"), 400, "invalid_json"),
        (filter("{"), 400, "invalid_json"),
        (filter("[]"), 400, "invalid_filter"),
        (filter(r#"{"field": "price", "op": "gt", "valu": 1}"#), 400, "unknown_key"),
        (filter(r#"{"field": "prize", "op": "gt", "value": 1}"#), 0, "unknown_field"),
        (filter(r#"{"field": "price", "op": "contains", "value": 1}"#), 0, ""),
        (filter(r#"{"field": "price", "op": "gt", "value": "x"}"#), 0, ""),
        (filter(r#"{"field": "customer", "op": "contains", "value": "a\u0000b"}"#), 0, ""),
        (filter("{\"field\": \"customer\", \"op\": \"is\", \"value\": \"\\u0000\"}"), 0, ""),
        ("/api/audit/logs?cursor=x".to_owned(), 400, "invalid_cursor"),
        ("/api/audit/logs?limit=0".to_owned(), 400, "invalid_parameter"),
        ("/api/audit/logs?limit=1001".to_owned(), 400, "invalid_parameter"),
        ("/api/audit/logs?limit=-1".to_owned(), 400, "invalid_parameter"),
        ("/api/apps?x=1".to_owned(), 400, "unknown_parameter"),
    ];
    for (path, status, code) in cases {
        let refused = api.get(&path).await;
        let (got, got_code) = refused.refusal();
        assert!((400..500).contains(&got), "{path}: {}", refused.text());
        assert!(status == 0 || got == status, "{path}: {}", refused.text());
        let inside = refused.failed().iter().any(|(_, found)| found == code);
        assert!(code.is_empty() || got_code == code || inside, "{path}: {}", refused.text());
    }
}

#[tokio::test]
async fn bulk_requests_that_mean_nothing_are_refused() {
    let api = Api::start().await;
    let bulk = format!("/api/tables/{}/records/bulk", api.orders().await);
    for (path, body, code) in [
        ("", json!({}), "validation_failed"),
        ("", json!({"records": {}}), "wrong_type"),
        ("", json!({"records": [1]}), "wrong_type"),
        ("", json!({"records": [{"fields": {}, "id": 1}]}), "unknown_key"),
        ("/delete", json!({}), "validation_failed"),
        ("/delete", json!({"ids": "all"}), "wrong_type"),
        ("/delete", json!({"ids": ["x"]}), "invalid_id"),
    ] {
        let refused = api.post(&format!("{bulk}{path}"), &body).await;
        assert_eq!(refused.refusal().1, code, "{body}");
        assert!((400..500).contains(&refused.status));
    }
    assert_eq!(api.post(&bulk, &json!({"records": []})).await.ok(), json!({"ids": []}));
}

// Finding N5: there is no request yet that the API could answer.
#[tokio::test]
async fn a_query_that_is_not_encoded_is_refused_before_it_is_a_request() {
    let api = Api::start().await;
    for query in ["n>5", "n<5", "n = 5", r#"{"field":"n"}"#] {
        let refused = api.get(&format!("/api/apps?filter={query}")).await;
        assert_eq!((refused.status, refused.text()), (400, ""), "{query}");
        let read = api.get(&format!("/api/apps?filter={}", encoded(query))).await;
        assert_eq!(read.refusal(), (400, "unknown_parameter".to_owned()), "{query}");
    }
    assert_eq!(api.get("/api/apps?filter={[n]}").await.refusal().1, "unknown_parameter");
}
