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
        assert_eq!(api.call_as(&member, "DELETE", &path, None).await.refusal().0, 403);
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
