//! What does not exist for a caller gives one answer, whatever else is in the request: over the whole route table.

use serde_json::{Value, json};

use super::client::{Api, Reply};

const RANDOM: &str = "5f0c7f7e-6a1d-4d0b-9f8e-2b8f3a4c5d6e";

/// A body with its content type.
type Body<'b> = (Option<&'b str>, &'b [u8]);

/// What could be sent, right for one route or another, and wrong in every way that is looked at.
const BODIES: &[Body<'_>] = &[
    (None, b""),
    (Some("application/json"), b""),
    (Some("application/json"), b"{"),
    (Some("application/json"), b"\xff"),
    (Some("application/json"), b"[]"),
    (Some("application/json"), b"{\"zzz\":1}"),
    (Some("application/json"), b"{}"),
    (Some("application/json"), b"{\"fields\":{\"customer\":\"X\"}}"),
    (Some("application/json"), b"{\"fields\":{\"zzz\":\"X\"},\"version\":\"x\"}"),
    (Some("application/json"), b"{\"records\":[{\"fields\":{\"customer\":\"X\"}}]}"),
    (Some("application/json"), b"{\"records\":[]}"),
    (Some("application/json"), b"{\"ids\":[\"5f0c7f7e-6a1d-4d0b-9f8e-2b8f3a4c5d6e\"]}"),
    (Some("application/json"), b"{\"name\":\"T\",\"fields\":[{\"name\":\"a\",\"type\":\"text\"}]}"),
    (Some("application/json"), &[b' '; 5_000]),
    (Some("text/csv"), b"a,b\n1,2\n"),
    (Some("text/csv"), b"\xff"),
    (Some("text/plain"), b"hello"),
];

const QUERIES: &[&str] =
    &["", "?zzz=1", "?limit=x&fields=nothing&name=t", "?limit=1&limit=2", "?numbers=no", "?version=x"];

/// Status, headers and bytes, but for the moment.
fn seen(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let headers = reply.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("date"));
    (reply.status, headers.cloned().collect(), reply.text().to_owned())
}

async fn ask(api: &Api, key: &str, method: &str, path: &str, (kind, bytes): Body<'_>) -> Reply {
    let bearer = format!("Bearer {key}");
    let mut headers = vec![("Authorization", bearer.as_str()), ("X-Request-Id", "same"), ("If-Match", "x")];
    headers.extend(kind.map(|kind| ("Content-Type", kind)));
    api.send(method, path, &headers, bytes).await
}

/// The routes whose path holds `part`.
async fn routes(api: &Api, part: &str) -> Vec<(String, String)> {
    let document = api.send("GET", "/api/openapi.json", &[], b"").await.ok();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| -> Vec<(String, String)> {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| (method.to_uppercase(), path.clone())).collect()
    };
    let found: Vec<_> = paths.iter().filter(|(path, _)| path.contains(part)).flat_map(of_path).collect();
    assert!(!found.is_empty());
    found
}

/// Every request about one of `hidden`, as `key`, gets what a plain one about an id of nothing gets.
async fn none_exists(api: &Api, key: &str, part: &str, code: &str, hidden: &[&str], record: &str) {
    for (method, path) in routes(api, part).await {
        let path_of = |id: &str, record: &str| path.replace(part, id).replace("{record_id}", record);
        let plain = ask(api, key, &method, &path_of(RANDOM, RANDOM), (None, b"")).await;
        assert_eq!(plain.refusal(), (404, code.to_owned()), "{method} {path}");
        for id in hidden.iter().chain(&[RANDOM]) {
            for (index, body) in BODIES.iter().enumerate() {
                // Every body and every query, but not every pair of them.
                let query = QUERIES[index % QUERIES.len()];
                let reply = ask(api, key, &method, &format!("{}{query}", path_of(id, record)), *body).await;
                assert_eq!(seen(&reply), seen(&plain), "{method} {path}{query} of {id} with body {index}");
            }
            for query in QUERIES {
                let reply =
                    ask(api, key, &method, &format!("{}{query}", path_of(id, record)), BODIES[6]).await;
                assert_eq!(seen(&reply), seen(&plain), "{method} {path}{query} of {id}");
            }
        }
    }
}

// Finding A3.
#[tokio::test]
async fn a_table_that_does_not_exist_for_the_actor_exists_in_no_answer() {
    let api = Api::start_with(|server| server.body_limit(4_000)).await;
    let denied = api.orders().await;
    let record = api.get(&format!("/api/tables/{denied}/records")).await.ok()["data"][0]["id"].clone();
    let member = api.member().await;
    for action in ["read", "create"] {
        let rule = json!({"resource_type": "table", "resource_id": denied, "role": "member", "action": action,
            "effect": "deny"});
        assert_eq!(api.post("/api/permissions", &rule).await.status, 201);
    }
    let record = record.as_str().unwrap();
    none_exists(&api, &member, "{table_id}", "table_not_found", &[&denied], record).await;
    let stranger = api.stranger().await;
    none_exists(&api, &stranger, "{table_id}", "table_not_found", &[&denied], record).await;
}

// Finding A3.
#[tokio::test]
async fn an_app_that_does_not_exist_for_the_actor_exists_in_no_answer() {
    let api = Api::start_with(|server| server.body_limit(4_000)).await;
    let app = api.app().await;
    let stranger = api.stranger().await;
    none_exists(&api, &stranger, "{app_id}", "app_not_found", &[&app], RANDOM).await;
}

// Finding A3: whoever may only create knows the table, and is told what is wrong with a record.
#[tokio::test]
async fn a_table_that_the_actor_may_only_fill_exists_for_them() {
    let api = Api::start().await;
    let table = api.orders().await;
    let role = "00000000-0000-4000-8000-0000000000f1";
    let made = api.post("/api/api-keys", &json!({"name": "form", "role": role})).await.ok();
    let filler = made["key"].as_str().unwrap();
    let rule = json!({"resource_type": "table", "resource_id": table, "role": role, "action": "create",
        "effect": "allow"});
    assert_eq!(api.post("/api/permissions", &rule).await.status, 201);
    let records = format!("/api/tables/{table}/records");
    let wrong = api.call_as(filler, "POST", &records, Some(&json!({}))).await;
    assert_eq!(wrong.refusal(), (422, "validation_failed".to_owned()));
    assert_eq!(api.call_as(filler, "GET", &records, None).await.refusal(), (403, "not_allowed".to_owned()));
}

// A parameter that is passed over may have been meant: `DELETE ..?version=3` must not delete another version.
#[tokio::test]
async fn a_parameter_that_a_route_does_not_know_is_refused_by_every_route() {
    let api = Api::start().await;
    let table = api.orders().await;
    let app = api.get("/api/apps").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    for (method, path) in routes(&api, "/api/").await {
        let filled = path.replace("{table_id}", &table).replace("{app_id}", &app);
        let filled =
            filled.replace("{record_id}", RANDOM).replace("{rule_id}", RANDOM).replace("{key_id}", RANDOM);
        // Who looks whether a server lives may add what keeps the answer out of caches.
        if filled.contains("/health") {
            continue;
        }
        let reply = ask(&api, api.key(), &method, &format!("{filled}?zzz=1"), BODIES[6]).await;
        assert_eq!(reply.refusal(), (400, "unknown_parameter".to_owned()), "{method} {path}");
    }
}
