//! A table that is deleted while requests about it are on their way.

use std::pin::pin;
use std::sync::Arc;

use docpal::core::TableId;
use docpal_server::bootstrap::oldest_company;
use sqlx::{Connection as _, PgConnection};

use super::client::{Api, Reply};

/// Does a session wait for a lock?
async fn somebody_waits(conn: &mut PgConnection) -> bool {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar::<_, i64>(waiting).fetch_one(conn).await.unwrap() > 0
}

/// The answer to a request about a table that is deleted meanwhile.
async fn outrun(method: &str, path: &str, body: &str, key: Option<&str>) -> Reply {
    let api = Arc::new(Api::start().await);
    let table = api.orders().await;
    let list = api.get(&format!("/api/tables/{table}/records?limit=1")).await.ok();
    let record = list["data"][0]["id"].as_str().unwrap().to_owned();
    let (path, body) =
        (path.replace("TABLE", &table).replace("RECORD", &record), body.replace("RECORD", &record));
    let (_, owner) = oldest_company(&api.docpal).await.unwrap().unwrap();
    let id: TableId = table.parse().unwrap();
    let mut beside = PgConnection::connect_with(&api.docpal.pool().connect_options()).await.unwrap();
    let mut tx = api.docpal.begin().await.unwrap();
    api.docpal.tables(&owner).drop_in(&mut tx, id).await.unwrap();
    let bearer = format!("Bearer {}", api.key());
    let kind = if path.contains("import") { "text/csv" } else { "application/json" };
    let mut headers = vec![("Authorization", bearer.as_str()), ("Content-Type", kind)];
    headers.extend(key.map(|key| ("Idempotency-Key", key)));
    let mut reply = pin!(api.send(method, &path, &headers, body.as_bytes()));
    tokio::select! {
        reply = &mut reply => panic!("{method} {path} waits for the table: {reply:?}"),
        () = async { while !somebody_waits(&mut beside).await {} } => {}
    }
    tx.commit().await.unwrap();
    reply.await
}

#[tokio::test]
async fn a_request_about_a_table_that_is_deleted_meanwhile_hears_that_it_is_not_there() {
    let requests = [
        ("GET", "/api/tables/TABLE/records", ""),
        ("GET", "/api/tables/TABLE/records/RECORD", ""),
        ("GET", "/api/tables/TABLE/records/export", ""),
        ("POST", "/api/tables/TABLE/records", r#"{"fields": {"customer": "Zoe"}}"#),
        ("PATCH", "/api/tables/TABLE/records/RECORD", r#"{"fields": {"customer": "Zoe"}}"#),
        ("DELETE", "/api/tables/TABLE/records/RECORD", ""),
        ("POST", "/api/tables/TABLE/records/bulk", r#"{"records": [{"fields": {"customer": "Zoe"}}]}"#),
        ("POST", "/api/tables/TABLE/records/import", "customer\nZoe\n"),
        ("DELETE", "/api/tables/TABLE", ""),
    ];
    for (method, path, body) in requests {
        for key in [None, Some("once")] {
            let reply = outrun(method, path, body, key).await;
            assert_eq!(reply.refusal(), (404, "table_not_found".to_owned()), "{method} {path} {key:?}");
        }
    }
}
