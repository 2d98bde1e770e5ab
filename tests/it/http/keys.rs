//! API keys: the server's own tables, and nobody else's business.

use docpal::core::testing::TestDb;
use docpal::core::{Actor, CompanyId, Docpal, Role, UserId};
use docpal_server::api_key::{self, Secret};
use docpal_server::bootstrap::{OwnerKey, bootstrap};
use serde_json::{Value, json};
use sqlx::{Executor as _, PgPool};
use uuid::Uuid;

use super::client::{Api, until_locked};

async fn exists(pool: &PgPool, table: &str) -> bool {
    sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table).fetch_one(pool).await.unwrap()
}

// Finding B10.
#[tokio::test]
async fn keys_of_an_older_database_move_to_the_servers_own_table_and_still_work() {
    let db = TestDb::new().await.unwrap();
    let docpal = Docpal::start(db.pool().clone()).await.unwrap();
    let company = CompanyId::new();
    docpal.companies().create(company, "Acme").await.unwrap();
    assert!(!exists(db.pool(), "docpal_server.migrations").await, "core alone makes nothing of the server's");
    let (secret, user) = (Secret::random().unwrap(), Uuid::new_v4());
    sqlx::query(
        "INSERT INTO docpal.api_keys (id, company_id, user_id, role, name, prefix, digest)
         VALUES (gen_random_uuid(), $1, $2, 'member', 'old', 'dpk_', $3)",
    )
    .bind(company.uuid())
    .bind(user)
    .bind(secret.digest().as_slice())
    .execute(db.pool())
    .await
    .unwrap();
    let (one, two) = tokio::join!(docpal_server::migrate(&docpal), docpal_server::migrate(&docpal));
    one.and(two).unwrap();
    let holder = api_key::holder(&docpal, &secret).await.unwrap().expect("the old key");
    assert_eq!((holder.company(), holder.roles()), (company, &[Role::Member][..]));
    assert!(!exists(db.pool(), "docpal.api_keys").await, "there is one table of keys");
    assert_eq!(bootstrap(&docpal, "Acme", None).await.unwrap().key, OwnerKey::Kept);
    Docpal::start(db.pool().clone()).await.expect("core does not miss it");
}

// Finding B10.
#[tokio::test]
async fn a_database_that_a_newer_server_migrated_is_refused() {
    let db = TestDb::new().await.unwrap();
    let docpal = Docpal::start(db.pool().clone()).await.unwrap();
    docpal_server::migrate(&docpal).await.unwrap();
    sqlx::query("INSERT INTO docpal_server.migrations (version, name) VALUES (9999, 'later')")
        .execute(db.pool())
        .await
        .unwrap();
    assert_eq!(docpal_server::migrate(&docpal).await.unwrap_err().code(), "database_too_new");
}

// Finding A32.
#[tokio::test]
async fn a_key_acts_for_its_maker_or_a_service_user_unless_an_owner_makes_it() {
    let api = Api::start().await;
    let owner = api.get("/api/auth/me").await.ok()["user_id"].clone();
    let admin = api.post("/api/api-keys", &json!({"name": "admin", "role": "admin"})).await.ok();
    let (admin, admin_id) = (admin["key"].as_str().unwrap(), admin["user_id"].clone());
    let make = async |key: &str, user: &Value, role: &str| {
        let body = json!({"name": "n", "role": role, "user_id": user});
        api.call_as(key, "POST", "/api/api-keys", Some(&body)).await
    };
    for role in ["member", "admin"] {
        assert_eq!(make(admin, &owner, role).await.refusal(), (403, "not_allowed".to_owned()), "{role}");
        assert_eq!(make(admin, &json!(Uuid::new_v4()), role).await.refusal().0, 403, "{role}");
    }
    assert_eq!(make(admin, &admin_id, "admin").await.status, 201);
    // A key with another role would be free of what rules deny its maker.
    for role in ["member", "00000000-0000-4000-8000-0000000000f1"] {
        assert_eq!(make(admin, &admin_id, role).await.refusal(), (403, "not_allowed".to_owned()), "{role}");
    }
    // So would one of several roles.
    let company: CompanyId =
        api.get("/api/auth/me").await.ok()["company_id"].as_str().unwrap().parse().unwrap();
    let custom = Role::Custom("00000000-0000-4000-8000-0000000000f2".parse().unwrap());
    let both = Actor::new(company, UserId::new(), [Role::Admin, custom]);
    let refused = api_key::create(&api.docpal, &both, &api_key::KeySpec::new("k", Role::Admin)).await;
    assert_eq!(refused.unwrap_err().code(), "not_allowed");
    let service = make(admin, &Value::Null, "admin").await.ok();
    assert_eq!(make(admin, &service["user_id"], "admin").await.ok()["user_id"], service["user_id"]);
    assert_eq!(make(api.key(), &json!(Uuid::new_v4()), "member").await.status, 201);
}

// Finding A32.
#[tokio::test]
async fn a_key_is_listed_revoked_and_stops_at_once() {
    let api = Api::start().await;
    let member = api.member().await;
    let table = "/api/apps";
    assert_eq!(api.call_as(&member, "GET", table, None).await.status, 200);
    let keys = async |key: &str| api.call_as(key, "GET", "/api/api-keys", None).await.ok()["data"].clone();
    let (all, own) = (keys(api.key()).await, keys(&member).await);
    assert_eq!((all.as_array().unwrap().len(), own.as_array().unwrap().len()), (2, 1));
    assert!(!all.to_string().contains(&member) && own[0]["last_used_at"].is_string(), "{all}");
    let (first, id) = (all[0]["id"].as_str().unwrap(), own[0]["id"].as_str().unwrap());
    let path = |id: &str| format!("/api/api-keys/{id}");
    let refused = api.call_as(&member, "DELETE", &path(first), None).await;
    assert_eq!(refused.refusal(), (404, "api_key_not_found".to_owned()));
    let admin = api.post("/api/api-keys", &json!({"name": "admin", "role": "admin"})).await.ok();
    let refused = api.call_as(admin["key"].as_str().unwrap(), "DELETE", &path(first), None).await;
    assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()));
    let stranger = api.stranger().await;
    assert_eq!(api.call_as(&stranger, "DELETE", &path(id), None).await.refusal().0, 404);
    assert_eq!(api.delete(&path(id)).await.status, 204);
    assert_eq!(api.call_as(&member, "GET", table, None).await.refusal().0, 401);
    assert_eq!(api.delete(&path(id)).await.refusal().0, 404);
    assert_eq!(keys(api.key()).await.as_array().unwrap().len(), 2);
    let log = api.get("/api/audit/logs?limit=1&details=true").await.ok();
    assert_eq!(log["data"][0]["action"], "api_key.revoke");
    // By its id, which other entries give as their session.
    assert_eq!(log["data"][0]["details"]["key"], id);
}

// Finding A32.
#[tokio::test]
async fn a_key_works_until_it_expires() {
    let api = Api::start().await;
    let make = async |at: &str| {
        let body = json!({"name": "short", "role": "member", "expires_at": at});
        api.post("/api/api-keys", &body).await
    };
    assert_eq!(make("2020-01-01T00:00:00Z").await.refusal(), (422, "validation_failed".to_owned()));
    assert_eq!(make("soon").await.refusal(), (400, "invalid_value".to_owned()));
    let made = make("2999-01-01T00:00:00Z").await.ok();
    let secret = Secret::chosen(made["key"].as_str().unwrap()).unwrap();
    assert!(api_key::holder(&api.docpal, &secret).await.unwrap().is_some());
    sqlx::query("UPDATE docpal_server.api_keys SET expires_at = now() WHERE digest = $1")
        .bind(secret.digest().as_slice())
        .execute(api.docpal.pool())
        .await
        .unwrap();
    assert!(api_key::holder(&api.docpal, &secret).await.unwrap().is_none());
    assert_eq!(api.call_as(secret.reveal(), "GET", "/api/apps", None).await.refusal().0, 401);
}

#[tokio::test]
async fn a_key_that_was_just_used_ends_in_the_moment_in_which_it_expires() {
    let api = Api::start().await;
    let made = api.post("/api/api-keys", &json!({"name": "short", "role": "member"})).await.ok();
    let key = made["key"].as_str().unwrap();
    let digest = Secret::chosen(key).unwrap().digest();
    sqlx::query("UPDATE docpal_server.api_keys SET expires_at = clock_timestamp() + interval '2 seconds' WHERE digest = $1")
        .bind(digest.as_slice())
        .execute(api.docpal.pool())
        .await
        .unwrap();
    let mut over = false;
    while !over {
        over = sqlx::query_scalar(
            "SELECT expires_at < clock_timestamp() FROM docpal_server.api_keys WHERE digest = $1",
        )
        .bind(digest.as_slice())
        .fetch_one(api.docpal.pool())
        .await
        .unwrap();
        let reply = api.call_as(key, "GET", "/api/apps", None).await;
        assert!(!over || reply.status == 401, "{}", reply.status);
    }
}

// Finding A32: a key that has ended is remembered for 90 days, for who reads the audit log.
#[tokio::test]
async fn keys_that_ended_long_ago_are_deleted_when_another_is_made() {
    let api = Api::start().await;
    let make = async |name: &str| {
        let made = api.post("/api/api-keys", &json!({"name": name, "role": "member"})).await.ok();
        Secret::chosen(made["key"].as_str().unwrap()).unwrap()
    };
    let ended = async |secret: &Secret, column: &str, days: i32| {
        let sql = format!(
            "UPDATE docpal_server.api_keys SET {column} = now() - $2 * interval '1 day' WHERE digest = $1"
        );
        let sql = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(secret.digest().to_vec()).bind(days);
        assert_eq!(sql.execute(api.docpal.pool()).await.unwrap().rows_affected(), 1);
    };
    for (name, column, days) in [
        ("revoked long ago", "revoked_at", 91),
        ("expired long ago", "expires_at", 91),
        ("revoked", "revoked_at", 89),
        ("expired", "expires_at", 89),
        ("chosen", "revoked_at", 91),
    ] {
        let secret = make(name).await;
        ended(&secret, column, days).await;
    }
    // A secret that somebody chose stays known, so that it is never taken again.
    sqlx::query("UPDATE docpal_server.api_keys SET chosen = true WHERE name = 'chosen'")
        .execute(api.docpal.pool())
        .await
        .unwrap();
    make("another").await;
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM docpal_server.api_keys ORDER BY name")
        .fetch_all(api.docpal.pool())
        .await
        .unwrap();
    assert_eq!(names, ["another", "chosen", "expired", "first owner", "revoked"]);
}

// Finding N4.
#[tokio::test]
async fn whoever_makes_a_key_can_revoke_it_by_the_answer() {
    let api = Api::start().await;
    let made = api.post("/api/api-keys", &json!({"name": "short", "role": "member"})).await.ok();
    let (id, key) = (made["id"].as_str().expect("an id"), made["key"].as_str().unwrap());
    assert_eq!(api.call_as(key, "GET", "/api/auth/me", None).await.status, 200);
    assert_eq!(api.delete(&format!("/api/api-keys/{id}")).await.status, 204);
    assert_eq!(api.call_as(key, "GET", "/api/auth/me", None).await.status, 401);
}

/// Three keys of one company: of an owner, of a manager and what the manager makes.
struct Puppets {
    api: Api,
    table: String,
    manager: String,
    manager_id: Value,
}

impl Puppets {
    async fn start() -> Self {
        let api = Api::start().await;
        let table = api.orders().await;
        let made = api.post("/api/api-keys", &json!({"name": "manager", "role": "admin"})).await.ok();
        let (manager, manager_id) = (made["key"].as_str().unwrap().to_owned(), made["user_id"].clone());
        Self { api, table, manager, manager_id }
    }

    /// A key that `maker` makes for a new service user.
    async fn puppet(&self, maker: &str) -> String {
        let body = json!({"name": "puppet", "role": "admin"});
        let made = self.api.call_as(maker, "POST", "/api/api-keys", Some(&body)).await.ok();
        made["key"].as_str().unwrap().to_owned()
    }

    /// An owner's deny on the manager as a user.
    async fn deny(&self, mut rule: Value) {
        rule["user_id"] = self.manager_id.clone();
        rule["effect"] = json!("deny");
        self.api.post("/api/permissions", &rule).await.ok();
    }

    async fn status(&self, key: &str, path: &str) -> u16 {
        self.api.call_as(key, "GET", path, None).await.status
    }
}

// Finding 6
#[tokio::test]
async fn what_is_denied_to_a_manager_is_denied_to_the_keys_that_the_manager_made() {
    let all = Puppets::start().await;
    let before = all.puppet(&all.manager).await;
    let of_puppet = all.puppet(&before).await;
    let records = format!("/api/tables/{}/records", all.table);
    all.deny(json!({"resource_type": "table", "resource_id": all.table, "action": "read"})).await;
    let after = all.puppet(&all.manager).await;
    for key in [&all.manager, &before, &of_puppet, &after] {
        assert_eq!(all.status(key, &records).await, 403);
    }
    let other = all.puppet(all.api.key()).await;
    assert_eq!((all.status(&other, &records).await, all.status(all.api.key(), &records).await), (200, 200));
    let logged = all.api.call_as(&before, "GET", "/api/audit/logs", None).await.ok();
    let told = |entry: &Value| entry["action"] == "record.create";
    assert!(!logged["data"].as_array().unwrap().iter().any(told), "{logged}");

    all.deny(json!({"resource_type": "table", "resource_id": all.table, "action": "manage"})).await;
    let tables = format!("/api/apps/{}/tables", all.app().await);
    for key in [&all.manager, &before, &of_puppet, &after] {
        assert_eq!(all.status(key, &records).await, 404);
        let listed = all.api.call_as(key, "GET", &tables, None).await;
        assert!(!listed.text().contains(&all.table), "{}", listed.text());
    }
    all.deny(json!({"resource_type": "company", "action": "manage"})).await;
    for key in [&all.manager, &before, &of_puppet, &after] {
        assert_eq!(all.status(key, "/api/permissions").await, 403);
        assert_eq!(all.status(key, "/api/audit/logs").await, 403);
    }
    assert_eq!(all.status(&other, "/api/permissions").await, 200);
}

impl Puppets {
    async fn app(&self) -> String {
        let table = self.api.get(&format!("/api/tables/{}", self.table)).await.ok();
        table["app_id"].as_str().unwrap().to_owned()
    }
}

// Finding 6
#[tokio::test]
async fn me_in_a_rule_on_a_maker_is_the_maker() {
    let all = Puppets::start().await;
    let records = format!("/api/tables/{}/records", all.table);
    let puppet = all.puppet(&all.manager).await;
    let body = json!({"fields": {"customer": "Own"}});
    all.api.call_as(&all.manager, "POST", &records, Some(&body)).await.ok();
    let own = json!({"field": "created_by", "op": "is_me"});
    all.deny(json!({"resource_type": "table", "resource_id": all.table, "action": "read", "condition": own}))
        .await;
    for key in [&all.manager, &puppet] {
        let listed = all.api.call_as(key, "GET", &format!("{records}?count=exact"), None).await.ok();
        assert_eq!(listed["total"], 5, "{listed}");
    }
    assert_eq!(all.api.get(&format!("{records}?count=exact")).await.ok()["total"], 6);
}

// Finding 6: what a rule gives the service user of somebody else, a key for it would give.
#[tokio::test]
async fn a_manager_makes_no_key_for_the_service_user_of_somebody_else() {
    let all = Puppets::start().await;
    let body = json!({"name": "other", "role": "admin"});
    let other = all.api.post("/api/api-keys", &body).await.ok();
    let body = json!({"name": "puppet", "role": "admin", "user_id": other["user_id"]});
    let refused = all.api.call_as(&all.manager, "POST", "/api/api-keys", Some(&body)).await;
    assert_eq!(refused.refusal(), (403, "not_allowed".to_owned()));
    let own = all.api.call_as(other["key"].as_str().unwrap(), "POST", "/api/api-keys", Some(&body)).await;
    assert_eq!(own.status, 201, "{}", own.text());
}

// Finding 6: keys from before their makers were written down.
#[tokio::test]
async fn older_keys_know_who_made_them_and_who_made_these() {
    let all = Puppets::start().await;
    all.puppet(&all.puppet(&all.manager).await).await;
    let makers = async || -> Vec<Vec<Uuid>> {
        sqlx::query_scalar("SELECT makers FROM docpal_server.api_keys ORDER BY created_at, id")
            .fetch_all(all.api.docpal.pool())
            .await
            .unwrap()
    };
    let written = makers().await;
    assert_eq!(written.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let step = include_str!("../../../docpal-server/src/sql/migrations/0004_makers.sql");
    let again = format!("ALTER TABLE docpal_server.api_keys DROP COLUMN makers; {step}");
    all.api.docpal.pool().execute(sqlx::AssertSqlSafe(again)).await.unwrap();
    assert_eq!(makers().await, written);
}

#[tokio::test]
async fn look_ups_of_unknown_keys_leave_known_ones_served() {
    let api = Api::start().await;
    assert_eq!(api.get("/api/apps").await.status, 200);
    let pool = api.docpal.pool();
    let mut strange = Vec::new();
    for _ in 0..pool.options().get_max_connections() * 2 {
        strange.push(api.member().await);
    }
    // Whoever looks one of these up, and writes down that it was used, hangs.
    let mut lock = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM docpal_server.api_keys WHERE role = 'member' FOR UPDATE")
        .execute(&mut *lock)
        .await
        .unwrap();
    let mut hanging = Vec::new();
    for key in &strange {
        let head = format!("GET /api/apps HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\n\r\n");
        hanging.push(api.open(head.as_bytes()).await);
    }
    until_locked(&mut lock, "api_keys", 1).await;
    for _ in 0..20 {
        assert_eq!(api.get("/api/apps").await.status, 200);
    }
    lock.rollback().await.unwrap();
    for key in &strange {
        while api.call_as(key, "GET", "/api/apps", None).await.status != 200 {}
    }
}
