//! Answers that their clients do not read.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{Api, until_locked};
use super::limits::large_table;

/// So many records make a page larger than all buffers on the way.
const RECORDS: usize = 160;
/// Room for one such page, and for two.
const ONE: u64 = 20 << 20;
const TWO: u64 = 2 * ONE;

fn page(table: &str) -> String {
    format!("/api/tables/{table}/records?limit=1000")
}

/// An answer of which only the first bytes are taken.
async fn unread(api: &Api, key: &str, method: &str, path: &str, body: &[u8]) -> TcpStream {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = api.open(head.as_bytes()).await;
    stream.write_all(body).await.unwrap();
    let mut first = [0; 11];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 20");
    stream
}

#[tokio::test]
async fn slow_readers_of_one_company_leave_others_served() {
    let api = Api::start_with(|server| server.answers(TWO, ONE)).await;
    let stranger = api.stranger().await;
    let table = large_table(&api, api.key(), RECORDS).await;
    let other = large_table(&api, &stranger, RECORDS).await;
    let own = unread(&api, api.key(), "GET", &page(&table), b"").await;
    let metrics = api.send("GET", "/metrics", &[], b"").await;
    assert!(metrics.text().contains("\ndocpal_answers_bytes 15"), "{}", metrics.text());
    let refused = api.get(&page(&table)).await;
    assert_eq!(refused.refusal(), (429, "too_many_answers".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    let fits = api.get(&format!("/api/tables/{table}/records?limit=1")).await;
    assert_eq!(fits.status, 200, "what fits is given");
    // Others are served, to the last byte.
    let served = api.call_as(&stranger, "GET", &page(&other), None).await.ok();
    assert_eq!(served["data"].as_array().unwrap().len(), RECORDS);
    // Whoever goes away gives back the room.
    drop(own);
    while api.get(&page(&table)).await.status != 200 {}
}

#[tokio::test]
async fn a_full_server_says_when_to_come_again() {
    let api = Api::start_with(|server| server.answers(ONE, ONE)).await;
    let stranger = api.stranger().await;
    let table = large_table(&api, api.key(), RECORDS).await;
    let other = large_table(&api, &stranger, RECORDS).await;
    let own = unread(&api, api.key(), "GET", &page(&table), b"").await;
    let refused = api.call_as(&stranger, "GET", &page(&other), None).await;
    assert_eq!(refused.refusal(), (503, "busy".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    drop(own);
    while api.call_as(&stranger, "GET", &page(&other), None).await.status != 200 {}
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_an_answer_is_given_up() {
    let api =
        Api::start_with(|server| server.answers(TWO, 1).reader_patience(Duration::from_millis(20))).await;
    let table = large_table(&api, api.key(), RECORDS).await;
    // With a share of one byte, for one after the other only.
    let mut slow = unread(&api, api.key(), "GET", &page(&table), b"").await;
    while api.get(&format!("/api/tables/{table}/records?limit=1")).await.status != 200 {}
    let mut rest = Vec::new();
    drop(slow.read_to_end(&mut rest).await);
    assert!(rest.len() < RECORDS * 99_000, "the transfer is cut off");
}

#[tokio::test]
async fn a_write_finds_no_room_for_its_answer_before_it_is_done_or_never() {
    let api = Api::start_with(|server| server.answers(TWO, 1)).await;
    // One record as large as a page: a small change of it has a large answer.
    let names: Vec<String> = (0..41).map(|at| format!("text {at}")).collect();
    let fields: Vec<_> = names.iter().map(|name| json!({"name": name, "type": "long_text"})).collect();
    let table = api.table(&json!({"name": "Wide", "fields": fields})).await;
    let text = "\u{1F600}".repeat(99_000);
    let texts: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), json!(text))).collect();
    let records = format!("/api/tables/{table}/records");
    let made = api.post(&format!("{records}/bulk"), &json!({"records": [{"fields": texts}]})).await.ok();
    let record = format!("{records}/{}", made["ids"][0].as_str().unwrap());
    let change = |text: &str| json!({"fields": {"text 0": text}});
    let _read = unread(&api, api.key(), "GET", &record, b"").await;
    let refused = api.get(&record).await;
    assert_eq!(refused.refusal(), (429, "too_many_answers".to_owned()));
    let changed = api.patch(&record, &change("read")).await.ok();
    assert_eq!(changed["fields"]["text 40"], text, "it is done, so it is answered");
    let written = unread(&api, api.key(), "PATCH", &record, change("unread").to_string().as_bytes()).await;
    let refused = api.patch(&record, &change("refused")).await;
    assert_eq!(refused.refusal(), (429, "too_many_answers".to_owned()));
    let found = api.get(&format!("{records}?fields=text%200")).await.ok();
    assert_eq!(found["data"][0]["fields"]["text 0"], "unread", "nothing was done");
    drop(written);
    while api.patch(&record, &change("later")).await.status != 200 {}
}

#[tokio::test]
async fn two_pages_of_the_audit_log_are_made_at_once_and_one_for_a_company() {
    const LOGS: &str = "/api/audit/logs";
    let api = Api::start().await;
    let (stranger, third) = (api.stranger().await, api.stranger().await);
    for key in [api.key(), &stranger, &third] {
        assert_eq!(api.call_as(key, "GET", LOGS, None).await.status, 200);
    }
    let mut lock = api.docpal.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE docpal.audit_log IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let mut hanging = Vec::new();
    for (count, key) in [(1, api.key()), (2, stranger.as_str())] {
        let head = format!("GET {LOGS} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {key}\r\n\r\n");
        hanging.push(api.open(head.as_bytes()).await);
        until_locked(&mut lock, "docpal.audit_log", count).await;
    }
    let refused = api.get(LOGS).await;
    assert_eq!(refused.refusal(), (429, "too_many_requests".to_owned()));
    assert_eq!(api.call_as(&third, "GET", LOGS, None).await.refusal(), (503, "busy".to_owned()));
    lock.rollback().await.unwrap();
    for mut stream in hanging {
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
    }
    assert_eq!(api.call_as(&third, "GET", LOGS, None).await.status, 200);
}
