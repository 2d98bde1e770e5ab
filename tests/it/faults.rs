//! The database goes away: stopped, killed, or one connection of it. Nothing is there by half, nothing twice; callers are
//! told to come again, and when they do it works, without a restart of the server.

use std::sync::Arc;
use std::time::{Duration, Instant};

use docpal::core::embedded::{Cluster, Settings};
use docpal::core::{Docpal, Limits};
use docpal_server::Server;
use docpal_server::axum::Router;
use docpal_server::axum::body::{Body, to_bytes};
use docpal_server::axum::http::{Request, StatusCode, header};
use docpal_server::bootstrap::{OwnerKey, bootstrap};
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::child::kill;
use crate::embedded::Dir;

/// A database that is back serves a caller long before this, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server on a PostgreSQL of its own.
struct Stage {
    dir: Dir,
    cluster: Option<Cluster>,
    api: Arc<Api>,
    table: String,
}

struct Api {
    router: Router,
    key: String,
}

struct Reply {
    status: StatusCode,
    retry_after: bool,
    body: Value,
}

impl Api {
    async fn call(&self, method: &str, path: &str, body: &Value, idempotency: Option<String>) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = idempotency {
            request = request.header("Idempotency-Key", key);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: head.status,
            retry_after: head.headers.contains_key(header::RETRY_AFTER),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }
}

impl Reply {
    /// A refusal that asks to come again, in words that tell nothing of the database.
    #[track_caller]
    fn expect_unavailable(&self) {
        assert_eq!(self.status, StatusCode::SERVICE_UNAVAILABLE, "{}", self.body);
        assert!(self.retry_after, "{}", self.body);
        let text = self.body.to_string().to_lowercase();
        assert!(!["socket", "sqlx", "backend", "postgres"].iter().any(|word| text.contains(word)), "{text}");
    }
}

impl Stage {
    async fn new(name: &str) -> Self {
        let dir = Dir::new(name);
        let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap();
        cluster.ensure_database("docpal").await.unwrap();
        let limits = Limits::default().acquire(Duration::from_secs(2)).pool_size(6);
        let options = cluster.connect_options("docpal");
        let docpal = Docpal::builder(options).limits(limits).start().await.unwrap();
        let first = bootstrap(&docpal, "Acme", None).await.unwrap();
        let OwnerKey::Made(secret) = first.key else { panic!("a new database has no key") };
        let router = Server::builder(docpal).start().await.unwrap().router();
        let api = Api { router, key: secret.reveal().to_owned() };
        let app = api.call("POST", "/api/apps", &json!({"name": "Sales"}), None).await.body;
        let fields = json!([{"name": "number", "type": "number"}]);
        let path = format!("/api/apps/{}/tables", app["id"].as_str().unwrap());
        let made = api.call("POST", &path, &json!({"name": "Notes", "fields": fields}), None).await.body;
        let table = format!("/api/tables/{}", made["id"].as_str().unwrap());
        Self { dir, cluster: Some(cluster), api: Arc::new(api), table }
    }

    async fn stop(&mut self) {
        self.cluster.take().unwrap().stop().await.unwrap();
    }

    fn kill(&mut self) {
        let cluster = self.cluster.take().unwrap();
        kill(cluster.pid());
        drop(cluster);
    }

    async fn start(&mut self) {
        self.cluster = Some(Cluster::start(Settings::durable(&self.dir.0)).await.unwrap());
    }

    async fn connection(&self) -> PgConnection {
        self.cluster.as_ref().unwrap().connect_options("docpal").connect().await.unwrap()
    }

    fn records(&self) -> String {
        format!("{}/records", self.table)
    }

    /// The numbers of all records, sorted.
    async fn numbers(&self) -> Vec<i64> {
        let path = format!("{}?limit=1000&sort=number", self.records());
        // A machine that is busy may not find a connection in time.
        let page = loop {
            let page = self.api.call("GET", &path, &Value::Null, None).await;
            if page.status != StatusCode::SERVICE_UNAVAILABLE {
                break page;
            }
        };
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let records = page.body["data"].as_array().unwrap().iter();
        records.map(|record| record["fields"]["number"].as_i64().unwrap()).collect()
    }
}

fn number(value: usize) -> Value {
    json!({"fields": {"number": value}})
}

/// Asks again for as long as the answer is to come again.
async fn until_it_works(api: &Api, path: &str, body: &Value, idempotency: &str) -> Reply {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let reply = api.call("POST", path, body, Some(idempotency.to_owned())).await;
        // The first attempt may be under way at the server still.
        let under_way = reply.body["error"]["code"] == "idempotency_in_progress";
        if reply.status != StatusCode::SERVICE_UNAVAILABLE && !under_way {
            return reply;
        }
        assert!(under_way || reply.retry_after, "{}", reply.body);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the server does not recover");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_database_is_a_503_with_retry_after_and_one_that_is_back_just_works() {
    let mut stage = Stage::new("stopped").await;
    let (api, records) = (Arc::clone(&stage.api), stage.records());
    assert_eq!(api.call("POST", &records, &number(1), None).await.status, StatusCode::CREATED);
    for round in 2..4 {
        stage.stop().await;
        api.call("POST", &records, &number(99), None).await.expect_unavailable();
        api.call("GET", &records, &Value::Null, None).await.expect_unavailable();
        api.call("POST", &format!("{}/summary", stage.table), &json!({}), None).await.expect_unavailable();
        assert_eq!(api.call("GET", "/healthz", &Value::Null, None).await.status, StatusCode::OK);
        stage.start().await;
        let reply = until_it_works(&api, &records, &number(round), &format!("round {round}")).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    }
    assert_eq!(stage.numbers().await, [1, 2, 3]);
}

/// Writers that ask again with the same `Idempotency-Key` after a lost answer, while the database goes and comes.
async fn writes_while(name: &str, mut gone: impl AsyncFnMut(&mut Stage)) {
    const WRITERS: usize = 5;
    const EACH: usize = 24;
    let mut stage = Stage::new(name).await;
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let (api, records) = (Arc::clone(&stage.api), stage.records());
        tasks.spawn(async move {
            for round in 0..EACH {
                let value = writer * EACH + round;
                let reply = until_it_works(&api, &records, &number(value), &format!("key-{value}")).await;
                assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
            }
        });
    }
    for goal in [10, 50] {
        // Under load: some are written, others under way.
        while stage.numbers().await.len() < goal {
            tokio::task::yield_now().await;
        }
        gone(&mut stage).await;
        stage.start().await;
        let probe = Value::Null;
        let records = stage.records();
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if stage.api.call("GET", &records, &probe, None).await.status == StatusCode::OK {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let all: Vec<i64> = (0..i64::try_from(WRITERS * EACH).unwrap()).collect();
    assert_eq!(stage.numbers().await, all, "each once, none lost");
    // With each record its audit row, and none without.
    let audited: i64 =
        sqlx::query_scalar("SELECT count(*) FROM docpal.audit_log WHERE action = 'record.create'")
            .fetch_one(&mut stage.connection().await)
            .await
            .unwrap();
    assert_eq!(audited, i64::try_from(all.len()).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_restarted_under_load_loses_and_doubles_nothing() {
    writes_while("restarted", async |stage: &mut Stage| stage.stop().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_killed_under_load_loses_and_doubles_nothing() {
    writes_while("killed", async |stage: &mut Stage| stage.kill()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_in_mid_write_is_a_503_and_leaves_nothing() {
    let stage = Stage::new("cut").await;
    let (api, records) = (Arc::clone(&stage.api), stage.records());
    let made = api.call("POST", &records, &number(1), None).await.body;
    let path = format!("{records}/{}", made["id"].as_str().unwrap());
    // Who holds the log keeps each write from its end, after it has written the record.
    let (mut holder, mut killer) = (stage.connection().await, stage.connection().await);
    for round in 0..3 {
        sqlx::query("BEGIN").execute(&mut holder).await.unwrap();
        sqlx::query("LOCK TABLE docpal.audit_log IN ACCESS EXCLUSIVE MODE")
            .execute(&mut holder)
            .await
            .unwrap();
        let write = tokio::spawn({
            let (api, path) = (Arc::clone(&api), path.clone());
            async move { api.call("PATCH", &path, &number(50 + round), None).await }
        });
        let began = Instant::now();
        let cut = loop {
            let cut = sqlx::query_scalar::<_, i64>(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE wait_event_type = 'Lock' AND datname = 'docpal'",
            )
            .fetch_one(&mut killer)
            .await
            .unwrap();
            if cut > 0 || began.elapsed() > PATIENCE {
                break cut;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(cut, 1, "the write did not come to where it waits");
        write.await.unwrap().expect_unavailable();
        sqlx::query("ROLLBACK").execute(&mut holder).await.unwrap();
        let record = api.call("GET", &path, &Value::Null, None).await.body;
        assert_eq!((&record["version"], &record["fields"]["number"]), (&json!(1), &json!(1)), "{record}");
    }
    let changed = api.call("PATCH", &path, &number(2), None).await;
    assert_eq!((changed.status, &changed.body["version"]), (StatusCode::OK, &json!(2)), "{}", changed.body);
    let audited: i64 =
        sqlx::query_scalar("SELECT count(*) FROM docpal.audit_log WHERE action = 'record.update'")
            .fetch_one(&mut killer)
            .await
            .unwrap();
    assert_eq!(audited, 1);
}
