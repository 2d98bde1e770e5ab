//! What one request may cost, and what many of them may cost together.

use std::time::Duration;

use docpal::core::testing::TestDb;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::Api;

/// So many records make an export larger than all buffers on the way.
const RECORDS: usize = 160;

/// A table of so many long texts.
pub(super) async fn large_table(api: &Api, key: &str, records: usize) -> String {
    let app = api.call_as(key, "POST", "/api/apps", Some(&json!({"name": "Large"}))).await.ok();
    let table = json!({"name": "Texts", "fields": [{"name": "text", "type": "long_text"}]});
    let path = format!("/api/apps/{}/tables", app["id"].as_str().unwrap());
    let table = api.call_as(key, "POST", &path, Some(&table)).await.ok();
    let table = table["id"].as_str().unwrap().to_owned();
    let record = json!({"fields": {"text": "x".repeat(99_000)}});
    let records = json!({"records": vec![record; records]});
    let path = format!("/api/tables/{table}/records/bulk");
    assert_eq!(api.call_as(key, "POST", &path, Some(&records)).await.status, 201);
    table
}

/// An export of which only the first bytes are taken.
async fn slow_reader(api: &Api, key: &str, table: &str) -> TcpStream {
    let head = format!(
        "GET /api/tables/{table}/records/export HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\n\r\n"
    );
    let mut stream = api.open(head.as_bytes()).await;
    let mut first = [0; 15];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    stream
}

// Finding A18.
#[tokio::test]
async fn slow_readers_of_exports_leave_room_for_others() {
    let api = Api::start_with(|server| server.exports(2, 1)).await;
    let (stranger, third) = (api.stranger().await, api.stranger().await);
    let table = large_table(&api, api.key(), RECORDS).await;
    let (other, small) = (large_table(&api, &stranger, RECORDS).await, large_table(&api, &third, 1).await);
    let own = slow_reader(&api, api.key(), &table).await;
    let export = |table: &str| format!("/api/tables/{table}/records/export");
    let refused = api.get(&export(&table)).await;
    assert_eq!(refused.refusal(), (429, "too_many_exports".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    let _theirs = slow_reader(&api, &stranger, &other).await;
    let refused = api.call_as(&third, "GET", &export(&small), None).await;
    assert_eq!(refused.refusal(), (503, "busy".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    let metrics = api.send("GET", "/metrics", &[], b"").await;
    assert!(metrics.text().contains("\ndocpal_exports_running 2\n"), "{}", metrics.text());
    assert_eq!(api.get(&format!("/api/tables/{table}/records?limit=1")).await.status, 200);
    // Whoever goes away gives back the place.
    drop(own);
    while api.get(&export(&table)).await.status != 200 {}
}

// Finding A18.
#[tokio::test]
async fn a_client_that_takes_nothing_of_an_export_is_given_up() {
    let api = Api::start_with(|server| server.exports(1, 1).reader_patience(Duration::from_millis(20))).await;
    let table = large_table(&api, api.key(), RECORDS).await;
    let mut slow = slow_reader(&api, api.key(), &table).await;
    let path = format!("/api/tables/{table}/records/export?fields=");
    while api.get(&path).await.status != 200 {}
    let mut rest = Vec::new();
    drop(slow.read_to_end(&mut rest).await);
    assert!(rest.len() < RECORDS * 99_000, "the transfer is cut off");
}

// Finding A18.
#[tokio::test]
async fn an_export_that_fits_between_server_and_client_lets_go_of_the_database_before_it_is_read() {
    let db = TestDb::new().await.unwrap();
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(60));
    let pool = pool.connect_with(db.connect_options()).await.unwrap();
    let api = Api::start_on(db, pool, |server| server.reader_patience(Duration::from_secs(600))).await;
    let table = large_table(&api, api.key(), 1).await;
    let mut unread = slow_reader(&api, api.key(), &table).await;
    // The one connection is free, and nothing more is taken of the answer.
    assert_eq!(api.get(&format!("/api/tables/{table}/records?limit=1")).await.status, 200);
    assert!(unread.read_u8().await.is_ok());
}

// Finding A18.
#[tokio::test]
async fn an_export_by_body_is_the_export_by_parameters() {
    let api = Api::start().await;
    let table = api.orders().await;
    let by_body = api
        .post(
            &format!("/api/tables/{table}/export?format=csv"),
            &json!({"columns": ["customer", "total"], "sort": [{"field": "total", "direction": "desc"}]}),
        )
        .await;
    let by_parameters =
        api.get(&format!("/api/tables/{table}/records/export?fields=customer,total&sort=-total")).await;
    assert_eq!((by_body.status, by_body.text()), (200, by_parameters.text()));
    assert_eq!(by_body.header("content-type"), by_parameters.header("content-type"));
    let wrong = api.post(&format!("/api/tables/{table}/export"), &json!({"colums": []})).await;
    assert_eq!(wrong.status, 400);
}

// Finding A27.
#[tokio::test]
async fn a_body_has_the_limit_of_its_route() {
    let api = Api::start_with(|server| server.body_limit(3 << 20)).await;
    let table = api.orders().await;
    let wide = |bytes: usize| json!({"records": [{"fields": {"zzz": "x".repeat(bytes)}}], "fields": {}});
    let records = format!("/api/tables/{table}/records");
    let refused = api.post(&records, &wide(2 << 20)).await;
    assert_eq!(refused.refusal(), (413, "body_too_large".to_owned()));
    let bulk = format!("{records}/bulk");
    assert_eq!(api.post(&bulk, &wide(2 << 20)).await.refusal(), (400, "unknown_key".to_owned()));
    assert_eq!(api.post(&bulk, &wide(4 << 20)).await.refusal(), (413, "body_too_large".to_owned()));
}

// Finding A27.
#[tokio::test]
async fn a_body_of_many_small_values_is_refused() {
    let api = Api::start().await;
    let table = api.orders().await;
    let empty = json!({"and": []});
    let bodies: [(&str, Value); 3] = [
        ("query", json!({"filter": {"and": vec![empty; 60_000]}})),
        ("summary", json!({"group": vec![1; 200_000]})),
        ("records", json!({"fields": {"customer": vec![1; 200_000]}})),
    ];
    for (route, body) in bodies {
        let refused = api.post(&format!("/api/tables/{table}/{route}"), &body).await;
        assert_eq!(refused.refusal(), (422, "too_many_values".to_owned()), "{route}");
    }
}

// Finding A19.
#[tokio::test]
async fn one_companys_large_bodies_leave_others_served() {
    let api = Api::start_with(|server| server.body_limit(4 << 20)).await;
    let stranger = api.stranger().await;
    let table = api.orders().await;
    let begin = |key: &str, bytes: usize| {
        format!(
            "POST /api/tables/{table}/records/bulk HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {bytes}\r\n\r\n"
        )
    };
    let mut slow = api.open(begin(api.key(), 3 << 20).as_bytes()).await;
    let mut first = [0; 12];
    // It says so once it begins to read.
    slow.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 100");
    let bulk = format!("/api/tables/{table}/records/bulk");
    let body = json!({"records": "x".repeat(2 << 20)});
    let refused = api.post(&bulk, &body).await;
    assert_eq!(refused.refusal(), (429, "too_many_bodies".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    let app = api.call_as(&stranger, "POST", "/api/apps", Some(&json!({"name": "A"}))).await.ok();
    let spec = json!({"name": "T", "fields": [{"name": "t", "type": "text"}]});
    let path = format!("/api/apps/{}/tables", app["id"].as_str().unwrap());
    let theirs = api.call_as(&stranger, "POST", &path, Some(&spec)).await.ok();
    let path = format!("/api/tables/{}/records/bulk", theirs["id"].as_str().unwrap());
    assert_eq!(api.call_as(&stranger, "POST", &path, Some(&body)).await.refusal().1, "wrong_type");
    drop(slow);
    while api.post(&bulk, &body).await.status == 429 {}
}

// Finding A19: many that are each below a megabyte are as much.
#[tokio::test]
async fn bodies_that_are_not_small_take_room_on_every_route() {
    let api = Api::start_with(|server| server.body_limit(1 << 20)).await;
    let begin = |key: &str, bytes: usize| {
        format!(
            "POST /api/formula/check HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {bytes}\r\n\r\n"
        )
    };
    let mut slow = Vec::new();
    for _ in 0..32 {
        let mut one = api.open(begin(api.key(), 1 << 20).as_bytes()).await;
        let mut first = [0; 12];
        one.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 100");
        slow.push(one);
    }
    let check = |bytes: usize| json!({"formula": "x".repeat(bytes)});
    let refused = api.post("/api/formula/check", &check(200_000)).await;
    assert_eq!(refused.refusal(), (429, "too_many_bodies".to_owned()));
    // What everybody sends all the time is not asked, nor what has room of its own.
    assert_ne!(api.post("/api/formula/check", &check(50_000)).await.status, 429);
    let table = api.orders().await;
    let bulk = json!({"records": "x".repeat(200_000)});
    assert_eq!(api.post(&format!("/api/tables/{table}/records/bulk"), &bulk).await.refusal().1, "wrong_type");
    // Who does not say the length gets no further either, until there is room.
    assert_eq!(chunked(&api, &check(200_000)).await, Some(429));
    assert!(chunked(&api, &check(50_000)).await.is_some_and(|status| status != 429));
    drop(slow);
    while chunked(&api, &check(200_000)).await == Some(429) {}
}

/// The status of the answer to a formula to check whose length is not said.
async fn chunked(api: &Api, body: &Value) -> Option<u16> {
    let head = format!(
        "POST /api/formula/check HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        api.key()
    );
    let mut stream = api.open(head.as_bytes()).await;
    for part in body.to_string().as_bytes().chunks(30_000) {
        let part = [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
        // A refusal may come before the end.
        drop(stream.write_all(&part).await);
    }
    drop(stream.write_all(b"0\r\n\r\n").await);
    next_status(&mut stream).await
}

// Finding A28: a company has three quarters of the pool, and who is slow to send takes none of it.
#[tokio::test]
async fn a_slow_body_takes_nothing_of_the_companys_share() {
    let api = Api::start().await;
    let table = api.orders().await;
    let begin = |more: &str| {
        format!(
            "POST /api/tables/{table}/records HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {}\r\n{more}\
             Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 40\r\n\r\n",
            api.key()
        )
    };
    let mut slow = Vec::new();
    for index in 0..api.docpal.pool().options().get_max_connections() * 2 {
        let keyed = format!("Idempotency-Key: slow-{index}\r\n");
        let mut stream = api.open(begin(if index % 2 == 0 { "" } else { &keyed }).as_bytes()).await;
        let mut first = [0; 12];
        // It says so once it begins to read.
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 100");
        slow.push(stream);
    }
    assert_eq!(api.get("/api/apps").await.status, 200);
    for stream in &mut slow {
        stream.write_all(br#"{"fields": {"customer": "Slow at last"}}"#).await.unwrap();
    }
    for stream in &mut slow {
        let mut answer = [0; 64];
        stream.read_exact(&mut answer).await.unwrap();
        assert!(String::from_utf8_lossy(&answer).contains("HTTP/1.1 201"), "{answer:?}");
    }
}

// Finding A21.
#[tokio::test]
async fn a_head_that_is_too_long_gets_an_answer_of_the_api() {
    let api = Api::start().await;
    let long = "x".repeat(40_000);
    for path in [format!("/api/apps?filter={long}"), format!("/{long}")] {
        assert_eq!(api.get(&path).await.refusal(), (414, "uri_too_long".to_owned()));
    }
    let bearer = format!("Bearer {}", api.key());
    let headers = [("Authorization", bearer.as_str()), ("X-Long", &long)];
    let refused = api.send("GET", "/api/apps", &headers, b"").await;
    assert_eq!(refused.refusal(), (431, "headers_too_large".to_owned()));
    let short = "x".repeat(30_000);
    assert_eq!(api.get(&format!("/api/apps?{short}")).await.refusal().1, "unknown_parameter");
}

// An import with `?name=%ff%fe` made a table that is named with replacement characters.
#[tokio::test]
async fn an_address_that_is_no_text_is_refused_on_every_route() {
    let api = Api::start().await;
    let records = format!("/api/tables/{}/records", api.orders().await);
    let app = api.get("/api/apps").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let import = format!("/api/apps/{app}/tables/import?name=%ff%fe");
    let refused = api.post_text(&import, "text/csv", b"a\n1\n").await;
    assert_eq!(refused.refusal(), (400, "invalid_utf8".to_owned()));
    let tables = api.get(&format!("/api/apps/{app}/tables")).await.ok();
    assert_eq!(tables["data"].as_array().map(Vec::len), Some(1), "{tables}");
    let cases = [
        (format!("{records}?filter=%C3%28"), "`filter`"),
        (format!("{records}?limit=1&%ff=1"), "the name of a query parameter"),
        (format!("{records}/%E2%82"), "the path"),
        ("/api/apps?%80".to_owned(), "the name of a query parameter"),
        ("/healthz?x=%fe".to_owned(), "`x`"),
        ("/api/docs/%ff".to_owned(), "the path"),
        ("/nowhere/%c0%80".to_owned(), "the path"),
    ];
    for (path, named) in cases {
        let refused = api.get(&path).await;
        assert_eq!(refused.refusal(), (400, "invalid_utf8".to_owned()), "{path}");
        assert!(refused.text().contains(named), "{path}: {}", refused.text());
    }
    for path in ["/nowhere/%C3%A4?x=%E2%82%AC", "/nowhere/%", "/nowhere?%zz=%+f"] {
        assert_eq!(api.get(path).await.refusal(), (404, "route_not_found".to_owned()), "{path}");
    }
}

/// A request with a body of so many bytes, all of it sent before anything is read; none when it cannot all be sent.
async fn all_sent(stream: &mut TcpStream, head: &str, bytes: usize) -> Option<()> {
    let head = format!("POST {head}Content-Type: application/json\r\nContent-Length: {bytes}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&vec![b' '; bytes]).await.ok()
}

/// The status of the next answer; none when there is none.
async fn next_status(stream: &mut TcpStream) -> Option<u16> {
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.ok()?;
    std::str::from_utf8(&first).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

// Finding N3: many clients send all of a request before they read.
#[tokio::test]
async fn who_sends_all_before_reading_gets_the_refusal() {
    let api = Api::start_with(|server| server.body_limit(2 << 20)).await;
    let table = api.orders().await;
    let records = format!("/api/tables/{table}/records");
    let own = format!("Authorization: Bearer {}\r\n", api.key());
    let cases = [
        (records.clone(), own.clone(), 413),
        (format!("{records}/bulk"), own.clone(), 413),
        (records, String::new(), 401),
        ("/api/nothing".to_owned(), own, 404),
    ];
    for (path, who, status) in cases {
        for close in ["", "Connection: close\r\n"] {
            let mut stream = api.open(b"").await;
            let head = format!("{path} HTTP/1.1\r\nHost: test\r\n{close}{who}");
            let sent = all_sent(&mut stream, &head, 8 << 20).await;
            assert!(sent.is_some(), "{path} {close}: the connection was closed while the body was sent");
            assert_eq!(next_status(&mut stream).await, Some(status), "{path} {close}");
        }
    }
}

// Finding N3: who asks first is told to keep the body.
#[tokio::test]
async fn a_body_that_waits_for_leave_is_not_called_for_when_it_is_refused() {
    let api = Api::start().await;
    let head =
        "POST /api/apps HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\n\r\n";
    let mut stream = api.open(head.as_bytes()).await;
    assert_eq!(next_status(&mut stream).await, Some(401));
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("the server closes the connection");
}
