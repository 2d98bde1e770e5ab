//! Apps, tables, field types, the audit log.

use serde_json::json;

use super::client::Api;

#[tokio::test]
async fn an_app_is_made_listed_and_got() {
    let api = Api::start().await;
    let app = api.post("/api/apps", &json!({"name": "Sales", "icon": "🛒"})).await;
    assert_eq!(app.status, 201);
    let app = app.ok();
    let path = format!("/api/apps/{}", app["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.ok(), app);
    assert_eq!(api.get("/api/apps").await.ok()["data"], json!([app]));
    assert_eq!(
        api.post("/api/apps", &json!({"name": "SALES"})).await.refusal(),
        (409, "name_taken".to_owned())
    );
    let stranger = api.stranger().await;
    assert_eq!(api.call_as(&stranger, "GET", &path, None).await.refusal(), (404, "app_not_found".to_owned()));
}

#[tokio::test]
async fn a_table_is_made_described_and_deleted() {
    let api = Api::start().await;
    let orders = api.orders().await;
    let table = api.get(&format!("/api/tables/{orders}")).await.ok();
    let fields = table["fields"].as_array().unwrap();
    let types: Vec<_> = fields.iter().map(|field| field["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["text", "currency", "number", "single_select", "formula"]);
    assert_eq!(fields[4]["options"], json!({"formula": "{price} * {quantity}"}));
    assert_eq!(fields[4]["value_type"], "number");
    assert_eq!(fields[2]["default"], 1);
    let app = table["app_id"].as_str().unwrap();
    let listed = api.get(&format!("/api/apps/{app}/tables")).await.ok();
    assert_eq!(listed["data"][0]["id"].as_str(), Some(orders.as_str()));
    assert_eq!(api.delete(&format!("/api/tables/{orders}")).await.status, 204);
    let gone = api.get(&format!("/api/tables/{orders}")).await;
    assert_eq!(gone.refusal(), (404, "table_not_found".to_owned()));
}

#[tokio::test]
async fn every_field_type_says_what_a_filter_can_ask() {
    let api = Api::start().await;
    let types = api.get("/api/field-types").await.ok();
    for ty in types["data"].as_array().unwrap() {
        assert!(!ty["operators"].as_array().unwrap().is_empty() || ty["code"] == "formula", "{ty}");
        assert!(!ty["summary"].as_str().unwrap().is_empty(), "{ty}");
    }
}

#[tokio::test]
async fn the_log_tells_what_happened_page_by_page() {
    let api = Api::start().await;
    api.orders().await;
    let first = api.get("/api/audit/logs?limit=2").await.ok();
    let actions = |page: &serde_json::Value| -> Vec<String> {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["action"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(actions(&first), ["record.create", "table.create"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = api.get(&format!("/api/audit/logs?limit=3&cursor={cursor}")).await.ok();
    assert_eq!(actions(&second), ["app.create", "api_key.create", "company.create"]);
    let member = api.member().await;
    let refused = api.call_as(&member, "GET", "/api/audit/logs", None).await;
    assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()));
}
