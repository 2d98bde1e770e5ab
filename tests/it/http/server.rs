//! What holds for every route: the document, the envelope, ids of requests, keys, pages.

use std::time::Duration;

use docpal::core::Docpal;
use docpal::core::testing::TestDb;
use docpal_server::bootstrap::{OwnerKey, bootstrap};
use serde_json::{Value, json};

use super::client::Api;

/// The routes that the contract promises in this version.
const PROMISED: &[(&str, &str)] = &[
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("get", "/api/auth/me"),
    ("post", "/api/api-keys"),
    ("get", "/api/api-keys"),
    ("delete", "/api/api-keys/{key_id}"),
    ("post", "/api/apps"),
    ("get", "/api/apps"),
    ("get", "/api/apps/{app_id}"),
    ("post", "/api/apps/{app_id}/tables"),
    ("get", "/api/apps/{app_id}/tables"),
    ("post", "/api/apps/{app_id}/tables/import"),
    ("post", "/api/apps/{app_id}/tables/import/preview"),
    ("get", "/api/tables/{table_id}"),
    ("delete", "/api/tables/{table_id}"),
    ("post", "/api/tables/{table_id}/records"),
    ("get", "/api/tables/{table_id}/records"),
    ("get", "/api/tables/{table_id}/records/{record_id}"),
    ("put", "/api/tables/{table_id}/records/{record_id}"),
    ("patch", "/api/tables/{table_id}/records/{record_id}"),
    ("delete", "/api/tables/{table_id}/records/{record_id}"),
    ("post", "/api/tables/{table_id}/records/bulk"),
    ("post", "/api/tables/{table_id}/records/import"),
    ("post", "/api/tables/{table_id}/records/import/preview"),
    ("post", "/api/tables/{table_id}/records/bulk/delete"),
    ("get", "/api/tables/{table_id}/records/export"),
    ("post", "/api/tables/{table_id}/export"),
    ("post", "/api/tables/{table_id}/query"),
    ("post", "/api/tables/{table_id}/summary"),
    ("post", "/api/permissions"),
    ("get", "/api/permissions"),
    ("delete", "/api/permissions/{rule_id}"),
    ("get", "/api/audit/logs"),
    ("post", "/api/formula/check"),
    ("post", "/api/formula/complete"),
    ("post", "/api/formula/evaluate"),
    ("get", "/api/formula/functions"),
    ("get", "/api/field-types"),
];

/// Routes that need no key.
const OPEN: &[&str] = &["/healthz", "/readyz", "/metrics", "/api/formula/functions"];

#[tokio::test]
async fn the_document_lists_the_routes_and_the_server_has_each_of_them() {
    let api = Api::start().await;
    let document = api.send("GET", "/api/openapi.json", &[], b"").await.ok();
    let mut listed: Vec<(String, String)> = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        listed.extend(item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())));
    }
    let mut promised: Vec<(String, String)> =
        PROMISED.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
    listed.sort();
    promised.sort();
    assert_eq!(listed, promised);
    let id = "00000000-0000-4000-8000-000000000000";
    for (method, path) in &listed {
        let path = path.split('/').map(|part| if part.starts_with('{') { id } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        let reply = api.send(&method.to_uppercase(), &path, &[], b"").await;
        if OPEN.contains(&path.as_str()) {
            assert_eq!(reply.status, 200, "{method} {path}");
        } else {
            assert_eq!(reply.refusal(), (401, "unauthorized".to_owned()), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_have_the_envelope() {
    let api = Api::start().await;
    assert_eq!(api.get("/api/nothing").await.refusal(), (404, "route_not_found".to_owned()));
    assert_eq!(api.get("/api/docs/nothing.js").await.refusal(), (404, "route_not_found".to_owned()));
    let wrong = api.delete("/api/apps").await;
    assert_eq!(wrong.refusal(), (405, "method_not_allowed".to_owned()));
    assert!(wrong.header("allow").is_some_and(|methods| methods.contains("POST")));
}

#[tokio::test]
async fn a_request_keeps_its_sane_id_and_gets_one_else() {
    let api = Api::start().await;
    let reply = api.send("GET", "/healthz", &[("X-Request-Id", "mine-1")], b"").await;
    assert_eq!(reply.header("x-request-id"), Some("mine-1"));
    let reply = api.send("GET", "/healthz", &[("X-Request-Id", "a b")], b"").await;
    assert_eq!(reply.header("x-request-id").map(str::len), Some(36));
    let reply = api.send("GET", "/api/apps", &[("X-Request-Id", "mine-2")], b"").await;
    assert_eq!(reply.json()["error"]["request_id"], "mine-2");
}

#[tokio::test]
async fn pages_load_without_a_key_and_without_the_internet() {
    let api = Api::start().await;
    let start = api.send("GET", "/", &[], b"").await;
    assert!(start.text().contains("href=\"api/docs/\""));
    assert_eq!(api.send("GET", "/api/docs", &[], b"").await.header("location"), Some("docs/"));
    for path in ["/api/docs/", "/api/docs/swagger-initializer.js"] {
        let page = api.send("GET", path, &[], b"").await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.text().contains("http://") && !page.text().contains("https://"), "{}", page.text());
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'self'"), "{policy}");
    }
    for path in ["/api/docs/swagger-ui-bundle.js", "/api/docs/swagger-ui.css"] {
        assert_eq!(api.send("GET", path, &[], b"").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn either_header_carries_a_key_and_a_wrong_one_is_refused() {
    let api = Api::start().await;
    assert_eq!(api.send("GET", "/api/apps", &[("X-API-Key", api.key())], b"").await.status, 200);
    assert_eq!(api.get("/api/auth/me").await.ok()["roles"], json!(["owner"]));
    for key in ["dpk_wrong", "", "\u{1F600}"] {
        assert_eq!(api.call_as(key, "GET", "/api/apps", None).await.refusal().0, 401);
    }
}

#[tokio::test]
async fn a_new_key_acts_with_its_role_and_only_managers_make_one() {
    let api = Api::start().await;
    let member = api.member().await;
    let me = api.call_as(&member, "GET", "/api/auth/me", None).await.ok();
    assert_eq!(me["roles"], json!(["member"]));
    let new = json!({"name": "mine", "role": "owner"});
    assert_eq!(
        api.call_as(&member, "POST", "/api/api-keys", Some(&new)).await.refusal(),
        (403, "not_allowed".to_owned())
    );
    let admin = api.post("/api/api-keys", &json!({"name": "admin", "role": "admin"})).await.ok();
    let admin = admin["key"].as_str().unwrap();
    assert_eq!(
        api.call_as(admin, "POST", "/api/api-keys", Some(&new)).await.refusal(),
        (403, "not_allowed".to_owned())
    );
    let wrong = json!({"name": "x", "role": "king"});
    assert_eq!(api.post("/api/api-keys", &wrong).await.refusal(), (400, "invalid_value".to_owned()));
    let logs = api.get("/api/audit/logs?limit=50").await.ok();
    let made: Vec<&Value> =
        logs["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "api_key.create").collect();
    let makers: Vec<&str> = made.iter().filter_map(|entry| entry["actor"].as_str()).collect();
    assert!(matches!(makers[..], [_, _, "system:host"]), "{makers:?}");
    assert!(!made.iter().any(|entry| entry.to_string().contains("dpk_")));
}

#[tokio::test]
async fn a_given_key_is_the_owners_on_an_empty_database_only() {
    let db = TestDb::new().await.unwrap();
    let docpal = Docpal::start(db.pool().clone()).await.unwrap();
    let given = "a-key-of-the-environment";
    assert_eq!(bootstrap(&docpal, "Acme", Some(given)).await.unwrap().key, OwnerKey::Given);
    assert_eq!(bootstrap(&docpal, "Acme", Some(given)).await.unwrap().key, OwnerKey::Given);
    assert_eq!(
        bootstrap(&docpal, "Acme", Some("another-key-of-somebody")).await.unwrap().key,
        OwnerKey::Refused
    );
    assert_eq!(bootstrap(&docpal, "Acme", Some("short")).await.unwrap_err().fields()[0].code, "weak_key");
    assert_eq!(docpal.companies().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_servers_that_start_at_once_make_one_company() {
    let db = TestDb::new().await.unwrap();
    let docpal = Docpal::start(db.pool().clone()).await.unwrap();
    let (one, two) = tokio::join!(bootstrap(&docpal, "Acme", None), bootstrap(&docpal, "Acme", None));
    assert_eq!(one.unwrap().company.id, two.unwrap().company.id);
    assert_eq!(docpal.companies().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let api = Api::start_with(|server| server.timeout(Duration::from_millis(100))).await;
    // The only connection that is free is held by the test.
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(api.docpal.acquire().await.unwrap());
    }
    assert_eq!(api.get("/api/apps").await.refusal(), (504, "request_timeout".to_owned()));
    drop(held);
    while api.get("/api/apps").await.status != 200 {}
}

#[tokio::test]
async fn the_demo_is_made_once_and_hides_what_it_says() {
    let api = Api::start().await;
    let demo = docpal_server::demo::install(&api.docpal).await.unwrap();
    let again = docpal_server::demo::install(&api.docpal).await.unwrap();
    assert_eq!((demo.app, demo.lines), (again.app, again.lines));
    let member = docpal::query::RecordsExt::records(&api.docpal, &demo.member, demo.products);
    let page = member.list(&docpal::query::ViewSpec::new()).await.unwrap();
    let names: Vec<&str> = page.columns().map(|field| field.name()).collect();
    assert_eq!(names, ["name", "category", "unit_price", "in_stock", "stock_note"]);
}
