//! A server on a database of its own, and the smallest client that can talk to it.

use std::net::SocketAddr;
use std::time::Duration;

use docpal::core::testing::TestDb;
use docpal::core::{Actor, CompanyId, Docpal, Role, UserId};
use docpal_server::api_key::{self, KeySpec};
use docpal_server::bootstrap::{OwnerKey, bootstrap};
use docpal_server::{Server, ServerBuilder, axum};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A running server with an owner's key.
pub(crate) struct Api {
    pub(crate) docpal: Docpal,
    address: SocketAddr,
    key: String,
    serving: tokio::task::JoinHandle<()>,
    _db: TestDb,
}

impl Drop for Api {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("an answer in UTF-8")
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The JSON of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The code of a refusal, whose envelope is checked whole.
    #[track_caller]
    pub(crate) fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let error = &body["error"];
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
        assert!(error["fields"].is_array(), "{body}");
        assert_eq!(error["request_id"].as_str(), self.header("x-request-id"), "{body}");
        (self.status, error["code"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned())
    }

    /// The codes of the failed fields, each with its field.
    pub(crate) fn failed(&self) -> Vec<(String, String)> {
        let body = self.json();
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let entries = body["error"]["fields"].as_array().expect("entries");
        entries.iter().map(|entry| (text(entry, "field"), text(entry, "code"))).collect()
    }
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::start_with(|server| server).await
    }

    pub(crate) async fn start_with(build: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        let db = TestDb::new().await.expect("a test database");
        let pool = db.pool().clone();
        Self::start_on(db, pool, build).await
    }

    /// On a pool of the test's own.
    pub(crate) async fn start_on(
        db: TestDb,
        pool: PgPool,
        build: impl FnOnce(ServerBuilder) -> ServerBuilder,
    ) -> Self {
        let docpal = Docpal::start(pool).await.expect("DocPal starts");
        let first = bootstrap(&docpal, "Acme", None).await.expect("a first company");
        let OwnerKey::Made(secret) = first.key else { panic!("a new database has no key") };
        let server = build(Server::builder(docpal.clone())).start().await.expect("the server starts");
        let router = server.router().into_make_service_with_connect_info::<SocketAddr>();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the server runs");
        });
        Self { docpal, address, key: secret.reveal().to_owned(), serving, _db: db }
    }

    /// A connection on which `begin` was sent.
    pub(crate) async fn open(&self, begin: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(begin).await.expect("the beginning is sent");
        stream
    }

    /// Sends bytes with headers and gives the answer.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        let mut stream = self.open(request.as_bytes()).await;
        // A server that refuses a large body answers before it has read it all.
        drop(stream.write_all(body).await);
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        drop(tokio::time::timeout(Duration::from_secs(60), read).await.expect("an answer in time"));
        parse(&answer)
    }

    /// As somebody with a key.
    pub(crate) async fn call_as(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("Authorization", bearer.as_str())];
        let bytes = body.map(Value::to_string).unwrap_or_default();
        if body.is_some() {
            headers.push(("Content-Type", "application/json"));
        }
        self.send(method, path, &headers, bytes.as_bytes()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call_as(&self.key, "GET", path, None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call_as(&self.key, "DELETE", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call_as(&self.key, "POST", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.call_as(&self.key, "PATCH", path, Some(body)).await
    }

    /// Posts text that need not be JSON.
    pub(crate) async fn post_text(&self, path: &str, content_type: &str, body: &[u8]) -> Reply {
        let bearer = format!("Bearer {}", self.key);
        self.send("POST", path, &[("Authorization", &bearer), ("Content-Type", content_type)], body).await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The key of a new member.
    pub(crate) async fn member(&self) -> String {
        let made = self.post("/api/api-keys", &json!({"name": "member", "role": "member"})).await.ok();
        made["key"].as_str().expect("a key").to_owned()
    }

    /// The key of an owner of another company.
    pub(crate) async fn stranger(&self) -> String {
        let company = CompanyId::new();
        self.docpal.companies().create(company, "Other").await.expect("a company");
        let user = UserId::new();
        let actor = Actor::owner(company, user);
        let key = api_key::create(&self.docpal, &actor, &KeySpec::new("key", Role::Owner).user(user)).await;
        key.expect("a key").secret.reveal().to_owned()
    }

    pub(crate) async fn app(&self) -> String {
        let app = self.post("/api/apps", &json!({"name": "Sales"})).await.ok();
        app["id"].as_str().expect("an id").to_owned()
    }

    /// A table in a new app.
    pub(crate) async fn table(&self, table: &Value) -> String {
        let app = self.app().await;
        let table = self.post(&format!("/api/apps/{app}/tables"), table).await.ok();
        table["id"].as_str().expect("an id").to_owned()
    }

    /// Orders with a formula: five records by the owner.
    pub(crate) async fn orders(&self) -> String {
        let table = self
            .table(&json!({"name": "Orders", "fields": [
                {"name": "customer", "type": "text", "required": true},
                {"name": "price", "type": "currency", "options": {"code": "EUR", "scale": 2}},
                {"name": "quantity", "type": "number", "default": 1},
                {"name": "status", "type": "single_select", "options": {"options": ["open", "paid", "void"]}},
                {"name": "total", "type": "formula", "options": {"formula": "{price} * {quantity}"}}
            ]}))
            .await;
        let order = |customer: &str, price: &str, quantity: u32, status: &str| json!({"fields": {"customer": customer, "price": price, "quantity": quantity, "status": status}});
        let records = json!({"records": [
            order("Ada", "10.00", 3, "open"),
            order("Bob", "2.50", 10, "paid"),
            order("Cleo", "99.99", 1, "open"),
            order("Dan", "0.10", 7, "void"),
            order("Eve", "25.00", 2, "paid"),
        ]});
        self.post(&format!("/api/tables/{table}/records/bulk"), &records).await.ok();
        table
    }
}

/// Waits until so many statements with `words` in them wait for a lock, as `conn` sees it.
pub(crate) async fn until_locked(conn: &mut sqlx::PgConnection, words: &str, count: i64) {
    let question = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                    AND datname = current_database() AND position($1 IN query) > 0";
    loop {
        // A transaction sees the activity as it was when it first looked.
        sqlx::query("SELECT pg_stat_clear_snapshot()").execute(&mut *conn).await.expect("a new look");
        let found: i64 =
            sqlx::query_scalar(question).bind(words).fetch_one(&mut *conn).await.expect("a count");
        if found >= count {
            return;
        }
    }
}

/// `text` as it stands in a query.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// The values of one field in a list of records.
pub(crate) fn column(list: &Value, field: &str) -> Vec<Value> {
    list["data"].as_array().expect("a list").iter().map(|record| record["fields"][field].clone()).collect()
}

fn parse(answer: &[u8]) -> Reply {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = std::str::from_utf8(&answer[..end]).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let body = &answer[end + 4..];
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunked(body) } else { body.to_vec() };
    Reply { status: status.expect("a status"), headers, body }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n").expect("the size of a chunk");
        let size =
            usize::from_str_radix(std::str::from_utf8(&rest[..line]).expect("digits"), 16).expect("a size");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 2 + size + 2..];
    }
}
