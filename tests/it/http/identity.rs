//! Who sent a request and from where, in the audit log.

use docpal::core::{Actor, CompanyId, UserId};
use docpal_server::axum::http::request::Parts;
use docpal_server::{ApiError, Authenticator, Connections, Identity, Server, axum};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::client::Api;

/// The newest entry of the audit log.
async fn newest(api: &Api) -> Value {
    api.get("/api/audit/logs?limit=1").await.ok()["data"][0].clone()
}

/// An app with a name of its own.
fn app() -> Value {
    json!({"name": UserId::new().to_string()})
}

/// Makes an app as a client that calls itself `agent`, and gives its entry in the audit log.
async fn entry_of(api: &Api, agent: Option<&str>, more: &[(&str, &str)]) -> Value {
    let bearer = format!("Bearer {}", api.key());
    let mut headers = vec![("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    headers.extend(agent.map(|agent| ("User-Agent", agent)));
    headers.extend(more);
    api.send("POST", "/api/apps", &headers, app().to_string().as_bytes()).await.ok();
    newest(api).await
}

// Finding B9
#[tokio::test]
async fn a_write_is_logged_with_the_key_and_where_it_came_from() {
    let api = Api::start().await;
    let keys = api.get("/api/api-keys").await.ok();
    let entry = entry_of(&api, Some("curl/8.5"), &[]).await;
    assert_eq!(entry["action"], "app.create");
    assert_eq!(entry["session"], keys["data"][0]["id"]);
    assert_eq!(entry["origin"], "127.0.0.1 curl/8.5");
    let entry = entry_of(&api, Some("curl/8.5"), &[("Idempotency-Key", "once")]).await;
    assert_eq!((&entry["session"], &entry["origin"]), (&keys["data"][0]["id"], &json!("127.0.0.1 curl/8.5")));
    assert!(!entry.to_string().contains(api.key()));
    let table = api.orders().await;
    let entry = newest(&api).await;
    assert_eq!((&entry["action"], &entry["table"]), (&json!("record.create"), &json!(table)));
    assert_eq!((&entry["session"], &entry["origin"]), (&keys["data"][0]["id"], &json!("127.0.0.1")));
}

#[tokio::test]
async fn a_hostile_user_agent_is_bounded_and_moves_nothing() {
    let api = Api::start().await;
    let long = entry_of(&api, Some(&"x".repeat(8_000)), &[]).await;
    assert_eq!(long["origin"].as_str().map(str::len), Some(256));
    let turned = entry_of(&api, Some("a\u{202E}\u{9B}[31m\tb'; --"), &[]).await;
    assert_eq!(turned["origin"], "127.0.0.1 a[31mb'; --");
    let told = [("X-Forwarded-For", "192.0.2.9"), ("Forwarded", "for=192.0.2.9"), ("X-Real-IP", "192.0.2.9")];
    assert_eq!(entry_of(&api, None, &told).await["origin"], "127.0.0.1");
}

/// A host that knows sessions, and trusts the header of its proxy.
struct Host(Actor);

#[async_trait::async_trait]
impl Authenticator for Host {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, ApiError> {
        let told = request.headers.get("x-real-ip").and_then(|value| value.to_str().ok());
        let identity = Identity::from(self.0.clone());
        Ok(told.map_or(identity.clone(), |address| identity.session("s-81").origin(address)))
    }
}

/// Makes an app over `address`.
async fn make_app(address: std::net::SocketAddr, more: &str) {
    let body = app().to_string();
    let head = "POST /api/apps HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json";
    let request = format!("{head}\r\n{more}Content-Length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

#[tokio::test]
async fn a_hosts_own_words_stand_and_an_address_is_known_where_a_server_gives_it() {
    let api = Api::start().await;
    let company = CompanyId::new();
    let owner = Actor::owner(company, UserId::new());
    api.docpal.companies().create(company, "Host").await.unwrap();
    let server =
        Server::builder(api.docpal.clone()).authenticator(Host(owner.clone())).start().await.unwrap();
    let said = async || {
        use docpal::query::AuditExt as _;
        let entry = api.docpal.audit_log(&owner).list(None, 1).await.unwrap().entries.remove(0);
        (entry.session, entry.origin)
    };

    let bare = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = bare.local_addr().unwrap();
    let serving = tokio::spawn(axum::serve(bare, server.router()).into_future());
    make_app(address, "").await;
    assert_eq!(said().await, (None, None));
    make_app(address, "User-Agent: 192.0.2.9 curl\r\n").await;
    assert_eq!(said().await, (None, Some("- 192.0.2.9 curl".to_owned())));
    serving.abort();

    let own = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = own.local_addr().unwrap();
    let serving = tokio::spawn(Connections::default().serve(own, server.router(), std::future::pending()));
    make_app(address, "User-Agent: curl\r\n").await;
    assert_eq!(said().await, (None, Some("127.0.0.1 curl".to_owned())));
    make_app(address, "User-Agent: curl\r\nX-Real-IP: 192.0.2.9\r\n").await;
    assert_eq!(said().await, (Some("s-81".to_owned()), Some("192.0.2.9".to_owned())));
    serving.abort();
}
