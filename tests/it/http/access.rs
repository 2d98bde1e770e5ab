//! A second actor with a row rule and a hidden field sees neither, whatever they ask.

use serde_json::{Value, json};

use super::client::{Api, column, encoded};

/// Members see no order that is void, and no price (and so no total).
async fn restricted(api: &Api) -> (String, String) {
    let table = api.orders().await;
    for rule in [
        json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "read", "effect": "deny",
            "condition": {"field": "status", "op": "is", "value": "void"}}),
        json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "read", "effect": "deny",
            "fields": ["price"]}),
    ] {
        assert_eq!(api.post("/api/permissions", &rule).await.status, 201);
    }
    (table, api.member().await)
}

#[tokio::test]
async fn a_hidden_field_and_a_hidden_record_are_nowhere() {
    let api = Api::start().await;
    let (table, member) = restricted(&api).await;
    let records = format!("/api/tables/{table}/records");
    let get = async |path: String| api.call_as(&member, "GET", &path, None).await;

    let list = get(records.clone()).await.ok();
    assert_eq!(column(&list, "customer"), ["Ada", "Bob", "Cleo", "Eve"]);
    let shown: Vec<&String> = list["data"][0]["fields"].as_object().unwrap().keys().collect();
    assert_eq!(shown, ["customer", "quantity", "status"]);
    assert_eq!(get(format!("{records}?count=exact")).await.ok()["total"], 4);

    let described = get(format!("/api/tables/{table}")).await.ok().to_string();
    assert!(!described.contains("price") && !described.contains("total"), "{described}");

    // The same refusal as for a field that never was.
    let same = |hidden: &Value, absent: &Value| {
        let plain = |json: &Value, name: &str| {
            let mut json = json.clone();
            json["error"]["request_id"] = Value::Null;
            json.to_string().replace(name, "*")
        };
        assert_eq!(plain(hidden, "price"), plain(absent, "absnt"));
    };
    for path in [
        "sort=-{}",
        "fields={}",
        "filter=%7B%22field%22%3A%22{}%22%2C%22op%22%3A%22gt%22%2C%22value%22%3A1%7D",
    ] {
        for route in ["", "/export"] {
            let of = async |name: &str| get(format!("{records}{route}?{}", path.replace("{}", name))).await;
            let (hidden, absent) = (of("price").await, of("absnt").await);
            assert_eq!(hidden.refusal(), (400, "unknown_field".to_owned()), "{path}");
            same(&hidden.json(), &absent.json());
        }
    }

    let csv = get(format!("{records}/export?sort=customer")).await;
    assert_eq!(csv.text().lines().next(), Some("customer,quantity,status"));
    assert!(!csv.text().contains("Dan") && !csv.text().contains("99.99"), "{}", csv.text());

    let all = api.get(&records).await.ok();
    let id = |name: &str| {
        let all = all["data"].as_array().unwrap();
        let found = all.iter().find(|record| record["fields"]["customer"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let ada = get(format!("{records}/{}", id("Ada"))).await.ok();
    assert!(ada["fields"].get("price").is_none() && ada["fields"].get("total").is_none());
    let hidden = get(format!("{records}/{}", id("Dan"))).await;
    let absent = get(format!("{records}/00000000-0000-7000-8000-000000000000")).await;
    assert_eq!(hidden.refusal(), (404, "record_not_found".to_owned()));
    same(&hidden.json(), &absent.json());

    let dan = format!("{records}/{}", id("Dan"));
    let patch = json!({"fields": {"customer": "X"}});
    assert_eq!(api.call_as(&member, "PATCH", &dan, Some(&patch)).await.refusal().0, 404);
    assert_eq!(api.call_as(&member, "DELETE", &dan, None).await.refusal().0, 404);
    let price = json!({"fields": {"customer": "X", "price": 1}});
    let refused = api.call_as(&member, "POST", &records, Some(&price)).await;
    assert_eq!(refused.failed(), [("price".to_owned(), "unknown_field".to_owned())]);
}

#[tokio::test]
async fn a_writer_who_may_not_read_the_record_gets_its_id_only() {
    let api = Api::start().await;
    let (table, member) = restricted(&api).await;
    let void = json!({"fields": {"customer": "Fay", "status": "void"}});
    let made = api.call_as(&member, "POST", &format!("/api/tables/{table}/records"), Some(&void)).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.ok().as_object().unwrap().keys().collect::<Vec<_>>(), ["id"]);
}

#[tokio::test]
async fn a_rule_is_listed_and_deleted() {
    let api = Api::start().await;
    let (table, member) = restricted(&api).await;
    let rules = api.get("/api/permissions").await.ok();
    let own: Vec<&Value> = rules["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["resource_id"] == table.as_str())
        .collect();
    assert_eq!(own.len(), 2);
    for rule in own {
        let path = format!("/api/permissions/{}", rule["id"].as_str().unwrap());
        // Who may not manage rules does not know which there are.
        let refused = api.call_as(&member, "DELETE", &path, None).await;
        assert_eq!(refused.refusal(), (404, "rule_not_found".to_owned()));
        assert_eq!(api.delete(&path).await.status, 204);
        assert_eq!(api.delete(&path).await.refusal(), (404, "rule_not_found".to_owned()));
    }
    let list = api.call_as(&member, "GET", &format!("/api/tables/{table}/records"), None).await.ok();
    assert_eq!(column(&list, "total").len(), 5);
    assert_eq!(
        api.call_as(&member, "GET", "/api/permissions", None).await.refusal(),
        (403, "not_allowed".to_owned())
    );
}

#[tokio::test]
async fn a_rule_that_means_nothing_is_refused() {
    let api = Api::start().await;
    let table = api.orders().await;
    let rule = |key: &str, value: Value| {
        let mut rule =
            json!({"resource_type": "table", "resource_id": table, "action": "read", "effect": "deny"});
        rule[key] = value;
        rule
    };
    for (wrong, code) in [
        (rule("resource_type", json!("view")), "invalid_value"),
        (rule("action", json!("look")), "invalid_value"),
        (rule("effect", json!("maybe")), "invalid_value"),
        (rule("fields", json!(["prize"])), "validation_failed"),
        (rule("fields", json!("price")), "wrong_type"),
        (rule("condition", json!({"field": "nothing", "op": "is", "value": 1})), "validation_failed"),
        (rule("condition", json!([])), "invalid_filter"),
        (rule("rol", json!("member")), "unknown_key"),
        (rule("role", json!("king")), "invalid_value"),
    ] {
        let refused = api.post("/api/permissions", &wrong).await;
        assert_eq!(refused.refusal().1, code, "{wrong}");
        assert!((400..500).contains(&refused.status));
    }
}

#[tokio::test]
async fn nothing_of_another_company_is_found() {
    let api = Api::start().await;
    let table = api.orders().await;
    let stranger = api.stranger().await;
    let id = api.get(&format!("/api/tables/{table}/records")).await.ok()["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({"fields": {"customer": "X"}});
    let calls = [
        ("GET", format!("/api/tables/{table}"), None),
        ("DELETE", format!("/api/tables/{table}"), None),
        ("GET", format!("/api/tables/{table}/records"), None),
        ("GET", format!("/api/tables/{table}/records/export"), None),
        ("GET", format!("/api/tables/{table}/records/{id}"), None),
        ("DELETE", format!("/api/tables/{table}/records/{id}"), None),
        ("POST", format!("/api/tables/{table}/records"), Some(&body)),
        ("PATCH", format!("/api/tables/{table}/records/{id}"), Some(&body)),
    ];
    for (method, path, body) in calls {
        let refused = api.call_as(&stranger, method, &path, body).await;
        assert_eq!(refused.refusal(), (404, "table_not_found".to_owned()), "{method} {path}");
    }
    assert_eq!(api.call_as(&stranger, "GET", "/api/apps", None).await.ok()["data"], json!([]));
    let check = json!({"formula": "{price}", "table_id": table});
    assert_eq!(api.call_as(&stranger, "POST", "/api/formula/check", Some(&check)).await.refusal().0, 404);
    assert_eq!(encoded("a b"), "a%20b");
}

// Finding A30.
#[tokio::test]
async fn the_name_of_a_hidden_field_is_in_no_answer() {
    const NAME: &str = "Zanzibar";
    let api = Api::start().await;
    let table = api
        .table(&json!({"name": "People", "fields": [
            {"name": "Person", "type": "text"},
            {"name": NAME, "type": "number"},
            {"name": "Changed", "type": "formula", "options": {"formula": "LAST_MODIFIED_TIME({Zanzibar})"}},
            {"name": "By", "type": "formula", "options": {"formula": "LAST_MODIFIED_TIME({Person}, {Zanzibar})"}},
            {"name": "Folded", "type": "formula", "options": {"formula": "IF(TRUE, 1, {Zanzibar})"}},
            {"name": "Above", "type": "formula", "options": {"formula": "{Zanzibar} + 1"}},
            {"name": "Two above", "type": "formula", "options": {"formula": "{Above} + {Folded}"}},
            {"name": "Over", "type": "formula", "options": {"formula": "DATETIME_FORMAT({Changed}, \"YYYY\")"}},
            {"name": "Own", "type": "formula", "options": {"formula": "UPPER({Person})"}}
        ]}))
        .await;
    let records = format!("/api/tables/{table}/records");
    let made = api.post(&records, &json!({"fields": {"Person": "Ada", NAME: 7}})).await.ok();
    let app = api.get("/api/apps").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let member = api.member().await;
    let rule = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "read",
        "effect": "deny", "fields": [NAME]});
    assert_eq!(api.post("/api/permissions", &rule).await.status, 201);
    let own = api.get(&format!("/api/tables/{table}")).await.ok();
    assert_eq!(own["fields"][2]["options"]["formula"], "LAST_MODIFIED_TIME({Zanzibar})");

    let of_table = |key: &str, value: &str| json!({"table_id": table, key: value});
    let record = format!("{records}/{}", made["id"].as_str().unwrap());
    let view =
        json!({"group": [{"field": "Changed"}], "aggregates": [{"field": "Folded", "function": "sum"}]});
    let calls = [
        ("GET", format!("/api/tables/{table}"), None),
        ("GET", format!("/api/apps/{app}/tables"), None),
        ("GET", records.clone(), None),
        ("GET", format!("{records}?sort=Changed,By"), None),
        ("GET", format!("{records}?fields=Zanzibax"), None),
        ("GET", format!("{records}/export"), None),
        ("GET", format!("{records}/export?format=json"), None),
        ("GET", record.clone(), None),
        ("POST", format!("/api/tables/{table}/query"), Some(json!({"sort": [{"field": "Zanzibax"}]}))),
        ("POST", format!("/api/tables/{table}/summary"), Some(view)),
        ("POST", "/api/formula/check".to_owned(), Some(of_table("formula", "{Zanzibax} + {Changed}"))),
        ("POST", "/api/formula/check".to_owned(), Some(of_table("formula", "{Two above}"))),
        ("POST", "/api/formula/complete".to_owned(), Some(of_table("formula", "{Zan"))),
        ("POST", "/api/formula/complete".to_owned(), Some(of_table("formula", "{"))),
        ("POST", records.clone(), Some(json!({"fields": {"Person": "Bob"}}))),
        ("POST", records.clone(), Some(json!({"fields": {"Zanzibax": 1}}))),
        ("PATCH", record, Some(json!({"fields": {"Person": "Cleo"}}))),
    ];
    for (method, path, body) in calls {
        let reply = api.call_as(&member, method, &path, body.as_ref()).await;
        let sent = body.map(|body| body.to_string()).unwrap_or_default();
        assert!(!reply.text().contains(NAME), "{method} {path} {sent}: {}", reply.text());
    }
    let seen = api.call_as(&member, "GET", &format!("/api/tables/{table}"), None).await.ok();
    let field = |name: &str| seen["fields"].as_array().unwrap().iter().find(|field| field["name"] == name);
    assert_eq!(field("Own").unwrap()["options"]["formula"], "UPPER({Person})");
    assert!(field("Above").is_none() && field("Two above").is_none());
    assert!(field("By").is_none_or(|field| field["options"]["formula"].is_null()));
}
