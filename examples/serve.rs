//! The HTTP API inside a host's own axum application, under a path of its own, with the host's own way to know
//! its users. Runs on a throw-away PostgreSQL of its own.
//!
//! `cargo run --features server --example serve`; with `-- --once` it asks itself one request and ends.

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::net::SocketAddr;

use docpal::core::testing::TestDb;
use docpal::core::{Actor, AppSpec, CompanyId, Docpal, UserId};
use docpal::server::axum::http::request::Parts;
use docpal::server::axum::routing::get;
use docpal::server::axum::{self, Router};
use docpal::server::{ApiError, Authenticator, Identity, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A host has sessions; this one has two people, who say their names.
struct People {
    ada: Actor,
    bob: Actor,
}

#[async_trait::async_trait]
impl Authenticator for People {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, ApiError> {
        match request.headers.get("x-name").and_then(|name| name.to_str().ok()) {
            Some("ada") => Ok(self.ada.clone().into()),
            Some("bob") => Ok(self.bob.clone().into()),
            _ => Err(ApiError::unauthorized("say who you are: `X-Name: ada`")),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A host passes its own pool here, and the ids of its own tenants and users.
    let db = TestDb::empty().await?;
    let docpal = Docpal::start(db.pool().clone()).await?;
    let acme = CompanyId::new();
    docpal.companies().create(acme, "Acme").await?;
    let ada = Actor::owner(acme, UserId::new());
    let bob = Actor::new(acme, UserId::new(), [docpal::core::Role::Member]);
    docpal.apps(&ada).create(&AppSpec::new("Sales")).await?;

    let server = Server::builder(docpal).authenticator(People { ada, bob }).start().await?;
    let host =
        Router::new().route("/", get(|| async { "the host's own page" })).nest("/docpal", server.router());

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    println!("curl -H 'X-Name: ada' http://{address}/docpal/api/apps");
    println!("http://{address}/docpal/api/docs/");
    // With the addresses of the connections, for the audit log.
    let host = host.into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(axum::serve(listener, host).into_future());

    if std::env::args().any(|argument| argument == "--once") {
        let mut stream = TcpStream::connect(address).await?;
        let request =
            "GET /docpal/api/apps HTTP/1.1\r\nHost: localhost\r\nX-Name: ada\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        println!("{answer}");
        serving.abort();
        return Ok(());
    }
    Ok(serving.await??)
}
