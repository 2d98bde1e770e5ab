//! Checking and evaluating formulas over HTTP.

use serde_json::{Value, json};

use super::client::Api;

#[tokio::test]
async fn a_formula_is_checked_against_types_or_a_table() {
    let api = Api::start().await;
    let check = async |body: Value| api.post("/api/formula/check", &body).await.ok();
    let right = check(json!({"formula": "{a} + 1", "fields": {"a": "number"}})).await;
    assert_eq!(right, json!({"valid": true, "type": "number", "fields": ["a"], "diagnostics": []}));
    let wrong = check(json!({"formula": "{b} + 1", "fields": {"a": "number"}})).await;
    assert_eq!((&wrong["valid"], &wrong["diagnostics"][0]["code"]), (&json!(false), &json!("unknown_field")));
    let sheet = check(json!({"formula": "=1+2"})).await;
    assert_eq!(sheet["diagnostics"][0]["suggestions"], json!([""]), "{sheet}");
    let table = api.orders().await;
    assert_eq!(check(json!({"formula": "{total} * 2", "table_id": table})).await["type"], "number");
    let member = api.member().await;
    let rule = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "read",
        "effect": "deny", "fields": ["price"]});
    api.post("/api/permissions", &rule).await.ok();
    let body = json!({"formula": "{prize} * 2", "table_id": table});
    let hidden = api.call_as(&member, "POST", "/api/formula/check", Some(&body)).await.ok();
    assert!(!hidden.to_string().contains("{price}"), "{hidden}");
}

#[tokio::test]
async fn a_formula_is_evaluated_with_exact_numbers() {
    let api = Api::start().await;
    let evaluate = async |body: Value| api.post("/api/formula/evaluate", &body).await;
    let number = |text: &str| json!({"type": "number", "value": text});
    let sum = json!({"formula": "{a} + {b}", "fields": {"a": number("0.1"), "b": number("0.2")}});
    assert_eq!(evaluate(sum).await.text(), r#"{"type":"number","value":0.3}"#);
    let error = evaluate(json!({"formula": "1 / 0"})).await.ok();
    assert_eq!((&error["type"], &error["error"]["code"]), (&json!("number"), &json!("div_by_zero")));
    let zoned =
        json!({"formula": "HOUR(NOW())", "now": "2026-07-01T12:00:00Z", "time_zone": "Europe/Berlin"});
    assert_eq!(evaluate(zoned).await.ok()["value"], 14);
    let refused = evaluate(json!({"formula": "ROUND({x}, "})).await;
    assert_eq!(refused.refusal(), (422, "invalid_formula".to_owned()));
    assert!(refused.json()["error"]["diagnostics"][0]["span"]["start"].is_number());
    let wrong = evaluate(json!({"formula": "{a}", "fields": {"a": {"type": "number", "value": "x"}}})).await;
    assert_eq!(
        (wrong.refusal().1.as_str(), wrong.failed()[0].0.as_str()),
        ("invalid_value", "fields.a.value")
    );
    assert_eq!(evaluate(json!({"formula": "1", "time_zone": "Mars"})).await.refusal().0, 400);
}

#[tokio::test]
async fn the_functions_are_listed_with_their_examples() {
    let api = Api::start().await;
    let list = api.get("/api/formula/functions").await.ok();
    let round = list["data"].as_array().unwrap().iter().find(|function| function["name"] == "ROUND").unwrap();
    assert!(round["syntax"].as_str().unwrap().starts_with("ROUND("), "{round}");
    assert!(!round["examples"].as_array().unwrap().is_empty(), "{round}");
}

#[tokio::test]
async fn an_unfinished_formula_is_completed_with_what_the_caller_may_see() {
    let api = Api::start().await;
    let complete = async |body: Value| api.post("/api/formula/complete", &body).await;
    let found = complete(json!({"formula": "{price} * RO", "fields": {"price": "number"}})).await.ok();
    let first = &found["data"][0];
    assert_eq!((first["kind"].as_str(), first["span"]["start"].as_u64()), (Some("function"), Some(10)));
    assert!(first["insert"].as_str().unwrap().starts_with("ROUND"), "{first}");
    let fields =
        complete(json!({"formula": "{pri + 1", "position": 4, "fields": {"price": "number"}})).await.ok();
    assert_eq!(fields["data"][0]["insert"], "{price}");
    let wrong = complete(json!({"formula": "ä", "position": 1})).await;
    assert_eq!(wrong.refusal(), (400, "invalid_value".to_owned()));
}
