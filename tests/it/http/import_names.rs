//! Which field a column of a file is for, and what a cell of it becomes.

use serde_json::{Value, json};

use super::client::{Api, Reply, column, encoded};

async fn append(api: &Api, table: &str, query: &str, file: &str) -> Reply {
    api.post_text(&format!("/api/tables/{table}/records/import{query}"), "text/csv", file.as_bytes()).await
}

async fn rows(api: &Api, table: &str) -> Value {
    api.get(&format!("/api/tables/{table}/records?sort=name&limit=100")).await.ok()
}

// Finding: `price,price` filled `price 2`, an empty header `column 2`.
#[tokio::test]
async fn a_name_that_the_reader_made_is_no_field_of_an_append() {
    let api = Api::start().await;
    let fields = ["name", "price", "price 2", "Column 2", "created_at 2"];
    let fields: Vec<_> = fields.iter().map(|name| json!({"name": name, "type": "text"})).collect();
    let table = api.table(&json!({"name": "Goods", "fields": fields})).await;
    for (file, said) in [
        ("price,price\n1,2\n", "the header has `price` twice"),
        ("price,Price\n1,2\n", "the header has `Price` twice"),
        ("name,\na,2\n", "the header of column 2 is empty"),
    ] {
        let refused = append(&api, &table, "", file).await;
        assert_eq!((refused.status, refused.failed()[0].1.as_str()), (422, "unknown_column"), "{file}");
        assert!(refused.text().contains(said) && refused.text().contains("skip="), "{}", refused.text());
    }
    let skipped = append(&api, &table, "?skip=Column%202", "name,\nb,2\n").await;
    assert_eq!(skipped.status, 201, "{}", skipped.text());
    // No field can be called so, and an import has made this one of it.
    let own = append(&api, &table, "", "name,created_at\nc,today\n").await.ok();
    assert_eq!(own["report"]["columns"][1]["field"], "created_at 2");
    let list = rows(&api, &table).await;
    assert_eq!(column(&list, "created_at 2"), [json!(null), json!("today")]);
    assert_eq!(column(&list, "Column 2"), [json!(null), json!(null)]);
}

// Finding: an empty cell took the field's default.
#[tokio::test]
async fn an_empty_cell_of_an_append_stays_empty_whatever_the_default() {
    let api = Api::start().await;
    let options = json!({"options": ["a", "b"]});
    let table = api
        .table(&json!({"name": "Goods", "fields": [
            {"name": "name", "type": "text"},
            {"name": "n", "type": "number", "default": 7},
            {"name": "t", "type": "text", "default": "x"},
            {"name": "on", "type": "switch", "default": true},
            {"name": "day", "type": "date", "default": "2026-01-31"},
            {"name": "one", "type": "single_select", "options": options, "default": "a"},
            {"name": "some", "type": "multiple_select", "options": options, "default": ["a"]}
        ]}))
        .await;
    let empty = "name,n,t,on,day,one,some\n1,,,,,,\n";
    assert_eq!(append(&api, &table, "", empty).await.status, 201);
    let odd = "name,n,on,day,one,t,some\n2,much,maybe,soon,c,,\n";
    assert_eq!(append(&api, &table, "?on_bad=empty", odd).await.status, 201);
    // A column that the file has not leaves the defaults.
    assert_eq!(append(&api, &table, "", "name\n3\n").await.status, 201);
    let list = rows(&api, &table).await;
    let default = [json!(7), json!("x"), json!(true), json!("2026-01-31"), json!("a"), json!(["a"])];
    for (name, default) in ["n", "t", "on", "day", "one", "some"].into_iter().zip(default) {
        let cells = column(&list, name);
        let empty = |cell: &Value| *cell == json!(null) || *cell == json!([]);
        assert!(empty(&cells[0]) && empty(&cells[1]) && !empty(&cells[2]), "{name}: {cells:?}");
        assert!(name == "one" || name == "some" || cells[2] == default, "{name}: {cells:?}");
    }
}

// Finding: `$5` became five euros.
#[tokio::test]
async fn the_sign_of_another_currency_does_not_fit() {
    let api = Api::start().await;
    let money = |code: &str| json!({"name": code, "type": "currency", "options": {"code": code}});
    let table = api
        .table(&json!({"name": "Goods", "fields": [
            {"name": "name", "type": "text"}, money("EUR"), money("CAD"), {"name": "share", "type": "percent"}
        ]}))
        .await;
    for (name, cell, fits) in [
        ("EUR", "$5", false),
        ("EUR", "5%", false),
        ("EUR", "USD 5", false),
        ("EUR", "5 €", true),
        ("EUR", "5", true),
        ("CAD", "$5", true),
        ("CAD", "US$5", false),
        ("CAD", "£5", false),
        ("share", "$5", false),
        ("share", "5%", true),
    ] {
        let file = format!("name,{name}\nx,{cell}\n");
        let reply = append(&api, &table, "", &file).await;
        assert_eq!(reply.status, if fits { 201 } else { 422 }, "{name} {cell}: {}", reply.text());
    }
    let app = api.get("/api/apps").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let types = encoded(r#"{"price": "currency:EUR", "on": "switch"}"#);
    let path = format!("/api/apps/{app}/tables/import?name=T&types={types}");
    let refused = api.post_text(&path, "text/csv", b"price,on\n$5,ja\n").await;
    assert_eq!(refused.refusal().0, 422);
    assert!(refused.text().contains("does not fit currency: the field is in EUR"), "{}", refused.text());
    assert!(refused.text().contains("does not fit switch: true/false, yes/no"), "{}", refused.text());
}

#[tokio::test]
async fn columns_are_left_out_and_a_header_is_not_needed() {
    let api = Api::start().await;
    let app = api.app().await;
    let import = format!("/api/apps/{app}/tables/import");
    let file = b"name,created_at,secret\na,2026-01-31,1\nb,2026-02-01\n";
    let types = encoded(r#"{"created_at": "datetime"}"#);
    let made = api
        .post_text(&format!("{import}?name=A&skip=secret&ragged=pad&types={types}"), "text/csv", file)
        .await
        .ok();
    let fields = made["table"]["fields"].as_array().unwrap();
    let fields: Vec<_> = fields.iter().map(|field| (&field["name"], &field["type"])).collect();
    assert_eq!(fields, [(&json!("name"), &json!("text")), (&json!("created_at 2"), &json!("datetime"))]);
    let report = &made["report"];
    assert_eq!(report["notes"], json!(["1 short line is filled up with empty cells"]));
    let why = report["columns"][1]["why"].as_str().unwrap();
    assert!(why.contains("every record has `created_at` of its own"), "{why}");
    assert_eq!(report["columns"][2]["why"], "left out, as asked for");
    for wrong in [format!("{import}?name=B&skip=sceret"), format!("{import}/preview?skip=sceret")] {
        let refused = api.post_text(&wrong, "text/csv", b"secret\n1\n").await;
        assert_eq!(refused.failed(), [("sceret".to_owned(), "unknown_column".to_owned())]);
    }
    let made =
        api.post_text(&format!("{import}?name=C&header=false"), "text/csv", b"a,\xe4\nb,2\n").await.ok();
    assert_eq!((&made["rows"], &made["table"]["fields"][1]["name"]), (&json!(2), &json!("Column 2")));
    let note = made["report"]["notes"][0].as_str().unwrap();
    assert!(note.starts_with("read as windows-1252 (guessed)"), "{note}");
}
