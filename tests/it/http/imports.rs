//! CSV files as new tables over HTTP: right types, all rows, or nothing.

use serde_json::json;

use super::client::{Api, column, encoded};

#[tokio::test]
async fn a_file_becomes_a_table_with_types() {
    let api = Api::start().await;
    let app = api.app().await;
    let csv = "id,name,price,day,active\n1,Tea,18.50,2026-01-31,true\n2,\"Cof\"\"fee\",7,2026-02-01,false\n3,,0.25,,true\n";
    let made = api
        .post_text(
            &format!("/api/apps/{app}/tables/import?name=Goods"),
            "text/csv; charset=utf-8",
            csv.as_bytes(),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.ok();
    assert_eq!(made["rows"], 3);
    let fields = made["table"]["fields"].as_array().unwrap();
    let types: Vec<_> = fields.iter().map(|field| field["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["number", "text", "number", "date", "switch"]);
    let table = made["table"]["id"].as_str().unwrap();
    let list = api.get(&format!("/api/tables/{table}/records?sort=id")).await.ok();
    assert_eq!(column(&list, "name"), [json!("Tea"), json!("Cof\"fee"), json!(null)]);
    assert_eq!(column(&list, "price")[2].to_string(), "0.25");
}

#[tokio::test]
async fn a_wrong_file_leaves_nothing_behind() {
    let api = Api::start().await;
    let app = api.app().await;
    let import = format!("/api/apps/{app}/tables/import?name=Goods");
    let wide = (0..1_600).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
    let files: [(&[u8], &str); 8] = [
        (b"", "empty_file"),
        (b"a,b\n", "no_rows"),
        (b"a,b\n1,2\n3\n", "field_count"),
        (b"a,b\n1,\0\n", "nul_byte"),
        (b"a,b\n1,\"2\n", "unterminated_quote"),
        (b"PK\x03\x04xxxx", "not_a_csv_file"),
        (b"a\n\xc3\xa4\xc3\xa4\xff\n", "invalid_text"),
        (wide.as_bytes(), "too_many_columns"),
    ];
    for (file, code) in files {
        let refused = api.post_text(&import, "text/csv", file).await;
        assert_eq!(refused.refusal(), (422, code.to_owned()));
        assert_eq!(refused.failed()[0].1, code);
    }
    let refused = api.post_text(&import, "text/csv", b"a,b\n1,2\n3\n").await;
    assert!(refused.json()["error"]["message"].as_str().unwrap().starts_with("line 3"), "{}", refused.text());
    let refused = api.post_text(&import, "application/json", b"{}").await;
    assert_eq!(refused.refusal(), (415, "unsupported_media_type".to_owned()));
    let refused = api.post_text(&format!("/api/apps/{app}/tables/import"), "text/csv", b"a\n1\n").await;
    assert_eq!(refused.refusal().0, 400);
    assert_eq!(api.get(&format!("/api/apps/{app}/tables")).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn a_name_that_is_taken_or_odd_is_handled() {
    let api = Api::start().await;
    let app = api.app().await;
    let path = |name: &str| format!("/api/apps/{app}/tables/import?name={}", encoded(name));
    let odd = "Göods \"x\"; DROP 😀";
    assert_eq!(api.post_text(&path(odd), "text/csv", "\"q\"\"; --\",😀\n1,2\n".as_bytes()).await.status, 201);
    let taken = api.post_text(&path(&odd.to_lowercase()), "text/csv", b"a\n1\n").await;
    assert_eq!(taken.refusal(), (409, "name_taken".to_owned()));
    let nul = api.post_text(&path("a\0b"), "text/csv", b"a\n1\n").await;
    assert_eq!(nul.refusal(), (422, "validation_failed".to_owned()));
}

// An empty cell of a switch column is empty, not off.
#[tokio::test]
async fn an_empty_cell_of_a_switch_column_stays_empty() {
    let api = Api::start().await;
    let app = api.app().await;
    let csv = b"id,active\n1,true\n2,\n3,false\n";
    let made =
        api.post_text(&format!("/api/apps/{app}/tables/import?name=Goods"), "text/csv", csv).await.ok();
    assert_eq!(made["table"]["fields"][1]["type"], "switch");
    let table = made["table"]["id"].as_str().unwrap();
    let list = api.get(&format!("/api/tables/{table}/records?sort=id")).await.ok();
    assert_eq!(column(&list, "active"), [json!(true), json!(null), json!(false)]);
    let found = |filter: &str| format!("/api/tables/{table}/records?sort=id&filter={}", encoded(filter));
    let empty = api.get(&found(r#"{"field": "active", "op": "is_empty"}"#)).await.ok();
    assert_eq!(column(&empty, "id"), [json!(2)]);
    let off = api.get(&found(r#"{"field": "active", "op": "is", "value": false}"#)).await.ok();
    assert_eq!(column(&off, "id"), [json!(2), json!(3)]);
    let exported = api.get(&format!("/api/tables/{table}/records/export?sort=id&raw=true")).await;
    assert_eq!(exported.text().replace("\r\n", "\n").as_bytes(), csv);
}

#[tokio::test]
async fn what_an_export_guards_an_import_gives_back() {
    let api = Api::start().await;
    let app = api.app().await;
    let import = |name: &str| format!("/api/apps/{app}/tables/import?name={name}&raw=true");
    let csv =
        "phone,note\n+55 (12) 3923-5555,=1+A1\n+1 (425) 555-0100,\" =cmd|x\"\n\"(030) 1\",'=quoted\n,'tis\n";
    let made = api.post_text(&import("First"), "text/csv", csv.as_bytes()).await.ok();
    let export =
        |table: &serde_json::Value| format!("/api/tables/{}/records/export", table["id"].as_str().unwrap());
    let guarded = api.get(&export(&made["table"])).await.text().to_owned();
    assert!(
        guarded.contains("\r\n+55 (12) 3923-5555,'=1+A1\r\n") && guarded.contains("\"' =cmd|x\""),
        "{guarded}"
    );
    let again =
        api.post_text(&import("Second").replace("&raw=true", ""), "text/csv", guarded.as_bytes()).await.ok();
    let of = |table: &serde_json::Value| format!("{}?format=ndjson", export(table));
    let fields = |text: &str| -> Vec<serde_json::Value> {
        text.lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["fields"].take())
            .collect()
    };
    let (first, second) = (api.get(&of(&made["table"])).await, api.get(&of(&again["table"])).await);
    assert_eq!(fields(first.text()), fields(second.text()));
}
