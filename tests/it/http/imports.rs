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
        (b"\x7fELF\x01\x02", "not_a_csv_file"),
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

// It stood in brackets behind the words, too: "line 2, column 1 (a): .. [invalid_value]".
#[tokio::test]
async fn the_code_of_a_refusal_is_not_in_its_words() {
    let api = Api::start().await;
    let app = api.app().await;
    let import = format!("/api/apps/{app}/tables/import?name=Goods");
    let typed = format!("{import}&types={}", encoded(r#"{"a": "number"}"#));
    for (path, file, begins) in [
        (&import, "", "the file"),
        (&import, "a,b\n1,2\n3\n", "line 3"),
        (&typed, "a,b\nx,1\n", "line 2, column 1 (a): "),
    ] {
        let refused = api.post_text(path, "text/csv", file.as_bytes()).await;
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(refused.status == 422 && message.starts_with(begins), "{message}");
        assert!(!refused.text().contains(&format!("[{}]", refused.failed()[0].1)), "{message}");
    }
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

// One odd cell must not cost the column.
#[tokio::test]
async fn a_preview_says_why_and_the_import_does_what_was_chosen() {
    let api = Api::start().await;
    let app = api.app().await;
    let import = format!("/api/apps/{app}/tables/import");
    let file = "place,latitude\na,0E-8\nb,n/a\nc,2.5\nshort\nd,3\n";
    let preview = api.post_text(&format!("{import}/preview"), "text/csv", file.as_bytes()).await.ok();
    assert_eq!((&preview["ready"], &preview["rows"]), (&json!(false), &json!(4)));
    let latitude = &preview["report"]["columns"][1];
    assert_eq!((&latitude["field"], &latitude["type"]), (&json!("latitude"), &json!("text")));
    assert_eq!(latitude["why"], "because line 3 holds \"n/a\" (1 of 4 do not fit number)");
    assert_eq!(latitude["odd"], json!({"nearest": "number", "line": 3, "text": "n/a", "count": 1}));
    assert_eq!(preview["first_rows"][0], json!({"place": "a", "latitude": "0E-8"}));
    assert_eq!(
        (&preview["report"]["skipped_count"], &preview["report"]["skipped"][0]["line"]),
        (&json!(1), &json!(5))
    );
    // The choices that a person makes of it.
    let types = encoded(r#"{"latitude": "number"}"#);
    let chosen = format!("?name=Places&types={types}&ragged=skip");
    let refused = api.post_text(&format!("{import}{chosen}"), "text/csv", file.as_bytes()).await;
    assert_eq!(refused.refusal(), (422, "invalid_value".to_owned()));
    assert_eq!(refused.failed(), [("latitude".to_owned(), "invalid_value".to_owned())]);
    let preview = api.post_text(&format!("{import}/preview{chosen}"), "text/csv", file.as_bytes()).await.ok();
    assert_eq!((&preview["ready"], &preview["report"]["misfits"][0]["line"]), (&json!(false), &json!(3)));
    let chosen = format!("{chosen}&on_bad=keep");
    let preview = api.post_text(&format!("{import}/preview{chosen}"), "text/csv", file.as_bytes()).await.ok();
    assert_eq!(preview["ready"], true);
    assert_eq!(preview["first_rows"][1], json!({"place": "b", "latitude as text": "n/a"}));
    assert_eq!(
        api.get(&format!("/api/apps/{app}/tables")).await.ok()["data"],
        json!([]),
        "a preview writes nothing"
    );
    let made = api.post_text(&format!("{import}{chosen}"), "text/csv", file.as_bytes()).await.ok();
    assert_eq!(
        (&made["rows"], &made["report"]["misfit_count"], &made["report"]["skipped_count"]),
        (&json!(4), &json!(1), &json!(1))
    );
    let table = made["table"]["id"].as_str().unwrap();
    let list = api.get(&format!("/api/tables/{table}/records?sort=place")).await.ok();
    assert_eq!(column(&list, "latitude"), [json!(0), json!(null), json!(2.5), json!(3)]);
    let beside = column(&list, "latitude as text");
    assert_eq!(beside, [json!(null), json!("n/a"), json!(null), json!(null)]);
}

#[tokio::test]
async fn null_words_dates_and_decimal_marks_are_chosen() {
    let api = Api::start().await;
    let app = api.app().await;
    let path = format!("/api/apps/{app}/tables/import");
    let file = "n;d\n1.234;03/04/2026\n-;N/A\n";
    let open = api.post_text(&format!("{path}/preview"), "text/csv", file.as_bytes()).await.ok();
    assert_eq!(open["delimiter"], ";");
    let choices = "name=T&null=N/A,-&dates=day-first&decimal=comma";
    let made = api.post_text(&format!("{path}?{choices}"), "text/csv", file.as_bytes()).await.ok();
    let list = api.get(&format!("/api/tables/{}/records", made["table"]["id"].as_str().unwrap())).await.ok();
    assert_eq!(column(&list, "n"), [json!(1234), json!(null)]);
    assert_eq!(column(&list, "d"), [json!("2026-04-03"), json!(null)]);
    for wrong in ["null=N/A,", "null=", "types=x", "on_bad=drop", "ragged=no", "dates=x", "decimal=x"] {
        let refused = api.post_text(&format!("{path}?name=U&{wrong}"), "text/csv", file.as_bytes()).await;
        assert_eq!(refused.refusal(), (400, "invalid_parameter".to_owned()), "{wrong}");
    }
    let types = encoded(r#"{"m": "number"}"#);
    let refused = api.post_text(&format!("{path}?name=U&types={types}"), "text/csv", file.as_bytes()).await;
    assert_eq!(refused.failed(), [("m".to_owned(), "unknown_column".to_owned())]);
}

#[tokio::test]
async fn rows_are_added_to_a_table_by_field_names_all_or_none() {
    let api = Api::start().await;
    let table = api.orders().await;
    let records = format!("/api/tables/{table}/records");
    let before = api.get(&format!("{records}?count=exact")).await.ok()["count"].clone();
    // The computed field is left out, as in a file that the table was exported to.
    let file = "Customer,TOTAL,status\nGus,99,paid\nHal,,\n";
    let preview = api.post_text(&format!("{records}/import/preview"), "text/csv", file.as_bytes()).await.ok();
    assert_eq!(preview["ready"], true, "{preview}");
    assert_eq!(preview["first_rows"][0], json!({"customer": "Gus", "status": "paid"}));
    for (file, code) in [
        ("customer,colour\nGus,red\n", "unknown_column"),
        ("customer,status\nGus,new or so\n", "invalid_value"),
        ("customer,price\nGus,5\nHal,much\n", "invalid_value"),
    ] {
        let refused = api.post_text(&format!("{records}/import"), "text/csv", file.as_bytes()).await;
        assert_eq!((refused.status, refused.failed()[0].1.as_str()), (422, code), "{}", refused.text());
    }
    let keep = api.post_text(&format!("{records}/import?on_bad=keep"), "text/csv", file.as_bytes()).await;
    assert_eq!(keep.refusal(), (400, "keep_in_append".to_owned()));
    assert_eq!(api.get(&format!("{records}?count=exact")).await.ok()["count"], before);
    let added = api.post_text(&format!("{records}/import"), "text/csv", file.as_bytes()).await;
    assert_eq!((added.status, &added.json()["rows"]), (201, &json!(2)), "{}", added.text());
    let odd = b"customer,price\nIda,much\n";
    let added = api.post_text(&format!("{records}/import?on_bad=empty"), "text/csv", odd).await.ok();
    assert_eq!((&added["rows"], &added["report"]["misfit_count"]), (&json!(1), &json!(1)));
    let list = api.get(&format!("{records}?sort=customer&limit=1000")).await.ok();
    let names = column(&list, "customer");
    assert!(["Gus", "Hal", "Ida"].iter().all(|name| names.contains(&json!(name))), "{names:?}");
}

#[tokio::test]
async fn of_two_imports_at_once_into_one_name_one_is_made() {
    let api = Api::start().await;
    let app = api.app().await;
    let path = format!("/api/apps/{app}/tables/import?name=Same");
    let rows: String = (0..2_000).map(|n| format!("{n},x\n")).collect();
    let file = format!("a,b\n{rows}");
    let ask = || api.post_text(&path, "text/csv", file.as_bytes());
    let (one, other) = tokio::join!(ask(), ask());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", one.text(), other.text());
    let loser = if one.status == 409 { one } else { other };
    assert_eq!(loser.refusal().1, "name_taken");
    assert_eq!(api.get(&format!("/api/apps/{app}/tables")).await.ok()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ten_thousand_columns_and_a_header_alone_are_told() {
    let api = Api::start().await;
    let app = api.app().await;
    let path = format!("/api/apps/{app}/tables/import?name=T");
    let wide = (0..10_000).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
    let refused = api.post_text(&path, "text/csv", format!("{wide}\n{wide}\n").as_bytes()).await;
    assert_eq!(refused.refusal(), (422, "too_many_columns".to_owned()));
    assert!(refused.text().contains("10000 columns"), "{}", refused.text());
    let long = "h".repeat(150);
    let made = api.post_text(&path, "text/csv", format!("{long},b\n").as_bytes()).await.ok();
    assert_eq!(made["rows"], 0);
    assert!(
        made["report"]["columns"][0]["why"]
            .as_str()
            .unwrap()
            .contains("the header was cut to 100 characters")
    );
    assert_eq!(made["table"]["fields"][0]["type"], "text");
}

#[tokio::test]
async fn delimiter_and_encoding_can_be_said() {
    let api = Api::start().await;
    let app = api.app().await;
    let preview = format!("/api/apps/{app}/tables/import/preview");
    let file = b"\xe8\xec\xff^b\nx\xe0,y^2\n";
    let said =
        api.post_text(&format!("{preview}?encoding=windows-1251&delimiter=%5E"), "text/csv", file).await.ok();
    assert_eq!(said["first_rows"], json!([{"имя": "xа,y", "b": 2}]));
    for wrong in ["encoding=latin99", "delimiter=ab", "delimiter="] {
        let refused = api.post_text(&format!("{preview}?{wrong}"), "text/csv", file).await;
        assert_eq!(refused.refusal(), (400, "invalid_parameter".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn json_objects_are_imported_as_a_table() {
    let api = Api::start().await;
    let app = api.app().await;
    let path = format!("/api/apps/{app}/tables/import?name=T");
    let lines = "{\"id\":1,\"tags\":[\"a\",\"b\"]}\n{\"id\":2,\"price\":1.50}\n";
    let types = encoded(r#"{"tags": "multiple_select"}"#);
    let made = api.post_text(&format!("{path}&types={types}"), "text/csv", lines.as_bytes()).await.ok();
    let list =
        api.get(&format!("/api/tables/{}/records?sort=id", made["table"]["id"].as_str().unwrap())).await.ok();
    assert_eq!(column(&list, "tags"), [json!(["a", "b"]), json!([])]);
    assert_eq!(column(&list, "price"), [json!(null), json!(1.5)]);
}
