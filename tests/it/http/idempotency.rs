//! Writes that are sent again with the same `Idempotency-Key`.

use std::time::Duration;

use docpal::core::Limits;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::client::{Api, Reply};

impl Api {
    async fn keyed(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.keyed_as(self.key(), key, method, path, body).await
    }

    async fn keyed_as(
        &self,
        bearer: &str,
        key: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        let bearer = format!("Bearer {bearer}");
        let mut headers = vec![("Authorization", bearer.as_str()), ("Idempotency-Key", key)];
        let bytes = body.map(Value::to_string).unwrap_or_default();
        if body.is_some() {
            headers.push(("Content-Type", "application/json"));
        }
        self.send(method, path, &headers, bytes.as_bytes()).await
    }

    async fn total(&self, table: &str) -> u64 {
        let list = self.get(&format!("/api/tables/{table}/records?count=exact")).await.ok();
        list["total"].as_u64().expect("a number")
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.docpal.pool()).await.expect("a number")
    }

    /// Returns once a session waits to write into the audit log: the background work of a handle does not.
    async fn somebody_waits(&self) {
        let waiting =
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'docpal.audit_log'::regclass
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while self.count(waiting).await == 0 {}
    }
}

#[track_caller]
fn same(first: &Reply, second: &Reply) {
    assert_eq!(
        (first.status, &first.body),
        (second.status, &second.body),
        "{} {}",
        first.text(),
        second.text()
    );
    assert_eq!(first.header("content-type"), second.header("content-type"));
}

// Findings A11, A36
#[tokio::test]
async fn every_write_sent_twice_with_a_key_happens_once_and_gets_the_same_bytes() {
    let api = Api::start().await;
    let mut tried = 0;
    let mut twice = async |method: &str, path: &str, body: Option<Value>| {
        tried += 1;
        let key = format!("key-{tried}");
        let first = api.keyed(&key, method, path, body.as_ref()).await;
        assert!((200..300).contains(&first.status), "{method} {path}: {}", first.text());
        let audited = api.count("SELECT count(*) FROM docpal.audit_log").await;
        let second = api.keyed(&key, method, path, body.as_ref()).await;
        same(&first, &second);
        assert_eq!(api.count("SELECT count(*) FROM docpal.audit_log").await, audited, "{method} {path}");
        if first.body.is_empty() { Value::Null } else { first.json() }
    };
    let app = twice("POST", "/api/apps", Some(json!({"name": "Sales"}))).await;
    let tables = format!("/api/apps/{}/tables", app["id"].as_str().unwrap());
    let spec = json!({"name": "T", "fields": [{"name": "code", "type": "text"}]});
    let table = twice("POST", &tables, Some(spec)).await;
    let table = format!("/api/tables/{}", table["id"].as_str().unwrap());
    let records = format!("{table}/records");
    let record = twice("POST", &records, Some(json!({"fields": {"code": "a"}}))).await;
    let record = format!("{records}/{}", record["id"].as_str().unwrap());
    let changed = twice("PATCH", &record, Some(json!({"fields": {"code": "b"}, "version": 1}))).await;
    assert_eq!(changed["version"], 2);
    twice("PUT", &record, Some(json!({"fields": {"code": "c"}, "version": 2}))).await;
    twice("DELETE", &record, None).await;
    let many = json!({"records": [{"fields": {"code": "x"}}, {"fields": {"code": "y"}}]});
    let made = twice("POST", &format!("{records}/bulk"), Some(many)).await;
    twice("POST", &format!("{records}/bulk/delete"), Some(made)).await;
    let rule = json!({"resource_type": "company", "role": "member", "action": "delete", "effect": "deny"});
    let rule = twice("POST", "/api/permissions", Some(rule)).await;
    twice("DELETE", &format!("/api/permissions/{}", rule["id"].as_str().unwrap()), None).await;
    twice("DELETE", &table, None).await;
    let bearer = format!("Bearer {}", api.key());
    let headers =
        [("Authorization", bearer.as_str()), ("Content-Type", "text/csv"), ("Idempotency-Key", "file")];
    let path = format!("{tables}/import?name=Products");
    let first = api.send("POST", &path, &headers, b"name,price\nTea,18.5\n").await;
    assert_eq!(first.status, 201, "{}", first.text());
    same(&first, &api.send("POST", &path, &headers, b"name,price\nTea,18.5\n").await);
}

// Finding D1
#[tokio::test]
async fn writes_with_a_key_work_under_a_publication_of_all_tables() {
    let api = Api::start().await;
    api.docpal.pool().execute("CREATE PUBLICATION everything FOR ALL TABLES").await.unwrap();
    let body = json!({"name": "Sales"});
    let first = api.keyed("k", "POST", "/api/apps", Some(&body)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    same(&first, &api.keyed("k", "POST", "/api/apps", Some(&body)).await);
    let keyless = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname = 'docpal_server'
              AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)";
    assert_eq!(api.count(keyless).await, 0);
}

// Finding A11
#[tokio::test]
async fn a_key_stands_for_one_request_of_one_actor_for_a_day() {
    let api = Api::start().await;
    let table = api.orders().await;
    let path = format!("/api/tables/{table}/records");
    let body = |name: &str| json!({"fields": {"customer": name}});
    let first = api.keyed("k", "POST", &path, Some(&body("Ann"))).await;
    assert_eq!(first.status, 201);
    let reused = (422, "idempotency_key_reused".to_owned());
    assert_eq!(api.keyed("k", "POST", &path, Some(&body("Bea"))).await.refusal(), reused);
    let other = format!("{path}?numbers=string");
    assert_eq!(api.keyed("k", "POST", &other, Some(&body("Ann"))).await.refusal(), reused);
    assert_eq!(api.keyed("k", "PATCH", &format!("{path}/x"), Some(&body("Ann"))).await.refusal(), reused);
    assert_eq!(api.total(&table).await, 6);
    let member = api.member().await;
    let theirs = api.keyed_as(&member, "k", "POST", &path, Some(&body("Ann"))).await;
    assert_eq!((theirs.status, api.total(&table).await), (201, 7));
    api.docpal
        .pool()
        .execute("UPDATE docpal_server.answers SET created_at = created_at - interval '25 hours'")
        .await
        .unwrap();
    let later = api.keyed("k", "POST", &path, Some(&body("Cid"))).await;
    assert_eq!((later.status, api.total(&table).await), (201, 8));
    assert_eq!(api.count("SELECT count(*) FROM docpal_server.answers").await, 1, "the old ones are gone");
}

// Finding A11
#[tokio::test]
async fn a_refused_write_is_not_kept_and_a_wrong_key_is_refused() {
    let api = Api::start().await;
    let table = api.orders().await;
    let path = format!("/api/tables/{table}/records");
    let wrong = json!({"fields": {"quantity": "x"}});
    assert_eq!(api.keyed("k", "POST", &path, Some(&wrong)).await.status, 422);
    let right = json!({"fields": {"customer": "Ann"}});
    assert_eq!(api.keyed("k", "POST", &path, Some(&right)).await.status, 201);
    // Finding 7
    for key in ["", &"x".repeat(256), "\u{e4}", "a\tb"] {
        let refused = api.keyed(key, "POST", &path, Some(&right)).await;
        assert_eq!(refused.refusal(), (400, "invalid_idempotency_key".to_owned()));
    }
    let key = json!({"name": "k", "role": "member"});
    let refused = api.keyed("k2", "POST", "/api/api-keys", Some(&key)).await;
    assert_eq!(refused.refusal(), (400, "idempotency_not_supported".to_owned()));
    assert_eq!(api.send("POST", &path, &[("Idempotency-Key", "k")], b"{}").await.status, 401);
    assert_eq!(api.total(&table).await, 6);
}

// Finding A11
#[tokio::test]
async fn a_key_whose_request_is_under_way_is_in_progress() {
    let api = Api::start().await;
    let table = api.orders().await;
    let path = format!("/api/tables/{table}/records");
    let body = json!({"fields": {"customer": "Ann"}});
    let mut holder = api.docpal.pool().begin().await.unwrap();
    holder.execute("LOCK TABLE docpal.audit_log IN SHARE MODE").await.unwrap();
    let second = async {
        api.somebody_waits().await;
        let second = api.keyed("k", "POST", &path, Some(&body)).await;
        holder.rollback().await.unwrap();
        second
    };
    let (first, second) = tokio::join!(api.keyed("k", "POST", &path, Some(&body)), second);
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(second.refusal(), (409, "idempotency_in_progress".to_owned()));
    // Finding N2.
    assert_eq!(second.header("retry-after"), Some("1"));
    same(&first, &api.keyed("k", "POST", &path, Some(&body)).await);
    assert_eq!(api.total(&table).await, 6);
}

// Finding A36
#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_doubled_by_a_retry() {
    let api = Api::start().await;
    let table = api.orders().await;
    let path = format!("/api/tables/{table}/records");
    let body = json!({"fields": {"customer": "Ann"}});
    let text = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Idempotency-Key: lost\r\nContent-Length: {}\r\n\r\n{text}",
        api.key(),
        text.len()
    );
    let mut stream = TcpStream::connect(api.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    while api.total(&table).await == 5 {}
    drop(stream);
    let again = api.keyed("lost", "POST", &path, Some(&body)).await;
    assert_eq!((again.status, api.total(&table).await), (201, 6));
    let id = again.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&format!("{path}/{id}")).await.status, 200);
}

// Finding A11
#[tokio::test]
async fn a_write_that_ran_into_the_time_out_does_not_land_later() {
    let limits = |builder: docpal_server::ServerBuilder| builder.timeout(Duration::from_secs(3));
    let api = Api::start_with(limits).await;
    let table = api.orders().await;
    let path = format!("/api/tables/{table}/records");
    let body = json!({"fields": {"customer": "Late"}});
    let mut holder = api.docpal.pool().begin().await.unwrap();
    holder.execute("LOCK TABLE docpal.outbox IN SHARE MODE").await.unwrap();
    assert_eq!(api.post(&path, &body).await.refusal(), (504, "request_timeout".to_owned()));
    assert_eq!(
        api.keyed("k", "POST", &path, Some(&body)).await.refusal(),
        (504, "request_timeout".to_owned())
    );
    // The statements are cancelled while the lock is held still.
    while api.count("SELECT count(*) FROM pg_locks WHERE NOT granted").await > 0 {}
    holder.rollback().await.unwrap();
    assert_eq!(api.total(&table).await, 5);
    assert_eq!(api.keyed("k", "POST", &path, Some(&body)).await.status, 201);
    assert_eq!(api.total(&table).await, 6);
    assert_eq!(api.docpal.limits(), &Limits::default());
}

// Finding A11: an answer is kept for who may see it.
#[tokio::test]
async fn a_kept_answer_is_not_given_to_another_role_of_the_same_user() {
    let api = Api::start().await;
    let table = api.orders().await;
    let me = api.get("/api/auth/me").await.ok();
    let made = api
        .post("/api/api-keys", &json!({"name": "weak", "role": "member", "user_id": me["user_id"]}))
        .await
        .ok();
    let weak = made["key"].as_str().expect("a key");
    let records = format!("/api/tables/{table}/records");
    let body = json!({"fields": {"customer": "Ada"}});
    assert_eq!(api.keyed("once", "POST", &records, Some(&body)).await.status, 201);
    // Nor does it stand in the way of what that role does with the same key.
    assert_eq!(api.keyed("twice", "POST", &records, Some(&body)).await.status, 201);
    let other = json!({"fields": {"customer": "Bea"}});
    assert_eq!(api.keyed_as(weak, "twice", "POST", &records, Some(&other)).await.status, 201);
    for action in ["read", "create"] {
        let rule = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": action,
            "effect": "deny"});
        assert_eq!(api.post("/api/permissions", &rule).await.status, 201);
    }
    let refused = api.keyed_as(weak, "once", "POST", &records, Some(&body)).await;
    assert_eq!(refused.refusal(), (404, "table_not_found".to_owned()));
}

impl Api {
    /// An owner's deny on members.
    async fn deny_members(&self, table: &str, action: &str, fields: Option<&str>) -> String {
        let mut rule = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": action,
            "effect": "deny"});
        if let Some(field) = fields {
            rule["fields"] = json!([field]);
        }
        let made = self.post("/api/permissions", &rule).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }
}

// Finding 7: what was kept outlived the right to see it.
#[tokio::test]
async fn a_kept_answer_is_given_while_its_actor_may_do_what_they_might() {
    let api = Api::start().await;
    let table = api.orders().await;
    let member = api.member().await;
    let records = format!("/api/tables/{table}/records");
    let body = json!({"fields": {"customer": "Hush"}});
    let send = async || api.keyed_as(&member, "once", "POST", &records, Some(&body)).await;
    let first = send().await;
    assert_eq!(first.status, 201, "{}", first.text());
    let doomed = format!("{records}/{}", first.json()["id"].as_str().unwrap());
    let other = api.keyed_as(&member, "other", "POST", &records, Some(&body)).await.ok();
    let gone = format!("{records}/{}", other["id"].as_str().unwrap());
    let delete = async || api.keyed_as(&member, "delete", "DELETE", &gone, None).await;
    assert_eq!(delete().await.status, 204);

    let rule = api.deny_members(&table, "read", Some("customer")).await;
    let refused = send().await;
    assert_eq!(refused.refusal(), (409, "idempotency_done".to_owned()));
    assert!(!refused.text().contains("Hush") && refused.text().contains("was done"), "{}", refused.text());
    assert_eq!(delete().await.status, 204, "that tells nothing");
    assert_eq!(api.delete(&format!("/api/permissions/{rule}")).await.status, 204);
    same(&first, &send().await);

    let rules =
        [api.deny_members(&table, "read", None).await, api.deny_members(&table, "manage", None).await];
    let unknown = format!("/api/tables/{}/records", docpal::core::TableId::new());
    let unknown = api.keyed_as(&member, "unknown", "POST", &unknown, Some(&body)).await;
    let message = |reply: &Reply| reply.json()["error"]["message"].clone();
    for hidden in [send().await, delete().await] {
        assert_eq!((hidden.refusal(), message(&hidden)), (unknown.refusal(), message(&unknown)));
    }
    for rule in rules {
        assert_eq!(api.delete(&format!("/api/permissions/{rule}")).await.status, 204);
    }
    same(&first, &send().await);
    assert_eq!(api.total(&table).await, 6);
    assert_eq!(api.get(&doomed).await.status, 200);
    assert_eq!(api.delete(&format!("/api/tables/{table}")).await.status, 204);
    assert_eq!(send().await.refusal(), (404, "table_not_found".to_owned()));
}

// Finding 7: the answer tells of a table that the path does not name.
#[tokio::test]
async fn a_kept_answer_about_what_was_made_is_not_given_when_that_is_hidden() {
    let api = Api::start().await;
    let app = api.app().await;
    let made = api.post("/api/api-keys", &json!({"name": "admin", "role": "admin"})).await.ok();
    let admin = made["key"].as_str().unwrap();
    let tables = format!("/api/apps/{app}/tables");
    let body = json!({"name": "Made", "fields": [{"name": "sec", "type": "text"}]});
    let send = async || api.keyed_as(admin, "once", "POST", &tables, Some(&body)).await;
    let first = send().await;
    same(&first, &send().await);
    let table = first.ok()["id"].as_str().unwrap().to_owned();
    let hide = json!({"resource_type": "table", "resource_id": table, "role": "admin", "action": "manage",
        "effect": "deny"});
    api.post("/api/permissions", &hide).await.ok();
    assert_eq!(send().await.refusal(), (409, "idempotency_done".to_owned()));
    assert_eq!(api.delete(&format!("/api/tables/{table}")).await.status, 204);
    assert_eq!(send().await.refusal(), (409, "idempotency_done".to_owned()));
    assert_eq!(api.get(&tables).await.ok()["data"], json!([]), "it was not made again");
}

// Finding: apps, rules and imports could have left out what their answers tell of, and no test saw it.
#[tokio::test]
async fn no_kept_answer_about_an_app_a_rule_or_a_file_outlives_the_right_to_see_it() {
    let api = Api::start().await;
    let table = api.orders().await;
    let app = api.post("/api/apps", &json!({"name": "Files"})).await.ok()["id"].as_str().unwrap().to_owned();
    let made = api.post("/api/api-keys", &json!({"name": "admin", "role": "admin"})).await.ok();
    let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
    let send = async |path: &str, kind: &str, body: &str| {
        let headers =
            [("Authorization", bearer.as_str()), ("Content-Type", kind), ("Idempotency-Key", "once")];
        api.send("POST", path, &headers, body.as_bytes()).await
    };
    let hide = async |kind: &str, id: &str| {
        let rule = json!({"resource_type": kind, "resource_id": id, "role": "admin", "action": "manage",
            "effect": "deny"});
        api.post("/api/permissions", &rule).await.ok();
    };
    let rule = json!({"resource_type": "table", "resource_id": table, "role": "member", "action": "delete",
        "effect": "deny"});
    let import = format!("/api/apps/{app}/tables/import?name=Products");
    let cases = [
        ("app", "/api/apps", "application/json", json!({"name": "Made"}).to_string()),
        ("rule", "/api/permissions", "application/json", rule.to_string()),
        ("file", import.as_str(), "text/csv", "name,price\nTea,18.5\n".to_owned()),
    ];
    for (what, path, kind, body) in cases {
        api.docpal.pool().execute("DELETE FROM docpal_server.answers").await.unwrap();
        let first = send(path, kind, &body).await;
        same(&first, &send(path, kind, &body).await);
        let first = first.ok();
        match what {
            "app" => hide("app", first["id"].as_str().unwrap()).await,
            "rule" => hide("table", &table).await,
            _ => hide("table", first["table"]["id"].as_str().unwrap()).await,
        }
        let refused = send(path, kind, &body).await;
        assert_eq!(refused.refusal(), (409, "idempotency_done".to_owned()), "{what}");
    }
}

// Finding 7
#[tokio::test]
async fn a_key_stands_for_the_version_of_if_match_too() {
    let api = Api::start().await;
    let table = api.orders().await;
    let path = format!("/api/tables/{table}/records");
    let id = api.post(&path, &json!({"fields": {"customer": "Ann"}})).await.ok()["id"].clone();
    let (path, bearer) = (format!("{path}/{}", id.as_str().unwrap()), format!("Bearer {}", api.key()));
    let body = json!({"fields": {"customer": "Bea"}}).to_string();
    let send = async |version: Option<&str>| {
        let mut headers = vec![
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", "k"),
        ];
        headers.extend(version.map(|version| ("If-Match", version)));
        api.send("PATCH", &path, &headers, body.as_bytes()).await
    };
    let first = send(Some("\"1\"")).await;
    assert_eq!(first.status, 200, "{}", first.text());
    same(&first, &send(Some("\"1\"")).await);
    for other in [Some("\"2\""), None] {
        assert_eq!(send(other).await.refusal(), (422, "idempotency_key_reused".to_owned()));
    }
}

/// Asks the database who sends each request, and remembers nobody.
struct Forgetful {
    docpal: docpal::core::Docpal,
    actors: Vec<(String, docpal::core::Actor)>,
}

#[async_trait::async_trait]
impl docpal_server::Authenticator for Forgetful {
    async fn authenticate(
        &self,
        request: &docpal_server::axum::http::request::Parts,
    ) -> Result<docpal_server::Identity, docpal_server::ApiError> {
        drop(self.docpal.acquire().await?);
        let sent = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        let found = self.actors.iter().find(|(name, _)| sent == Some(&format!("Bearer {name}")));
        let unknown = || docpal_server::ApiError::unauthorized("nobody");
        found.map(|(_, actor)| actor.clone().into()).ok_or_else(unknown)
    }
}

// Finding A11: whoever waits for a second connection while holding one waits for the others who do, too.
#[tokio::test]
async fn a_write_with_a_key_takes_one_connection() {
    for connections in [1, 2] {
        let db = docpal::core::testing::TestDb::new().await.unwrap();
        // Met only when something waits for a connection that never comes.
        let pool = sqlx::postgres::PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(120))
            .connect_with(db.connect_options())
            .await
            .unwrap();
        let ids = [(); 2].map(|()| (docpal::core::CompanyId::new(), docpal::core::UserId::new()));
        let actors =
            ids.map(|(company, user)| (company.to_string(), docpal::core::Actor::owner(company, user)));
        let handle = docpal::core::Docpal::start(db.pool().clone()).await.unwrap();
        for (company, _) in ids {
            handle.companies().create(company, "One").await.unwrap();
        }
        let own = docpal::core::Docpal::start(pool.clone()).await.unwrap();
        let forgetful = Forgetful { docpal: own, actors: actors.to_vec() };
        let api = Api::start_on(db, pool, |server| server.authenticator(forgetful)).await;
        let api = std::sync::Arc::new(api);
        let mut writes = tokio::task::JoinSet::new();
        for (bearer, _) in actors {
            for index in 0..2 {
                let (api, bearer) = (std::sync::Arc::clone(&api), bearer.clone());
                writes.spawn(async move {
                    let write = async |key: &str, path: &str, body: Value| loop {
                        let key = format!("{key}-{index}");
                        let reply = api.keyed_as(&bearer, &key, "POST", path, Some(&body)).await;
                        // On a busy machine a turn of the company may be long in coming.
                        if reply.status != 429 {
                            break reply.ok();
                        }
                    };
                    let app = write("app", "/api/apps", json!({"name": format!("App {index}")})).await;
                    let tables = format!("/api/apps/{}/tables", app["id"].as_str().unwrap());
                    let table = json!({"name": "T", "fields": [{"name": "t", "type": "text"}]});
                    let table = write("table", &tables, table).await;
                    let records = format!("/api/tables/{}/records", table["id"].as_str().unwrap());
                    write("record", &records, json!({"fields": {"t": "x"}})).await
                });
            }
        }
        while let Some(made) = writes.join_next().await {
            assert_eq!(made.unwrap()["fields"]["t"], "x");
        }
    }
}
