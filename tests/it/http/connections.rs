//! What a connection may cost a server that serves itself.

use std::net::SocketAddr;
use std::time::Duration;

use docpal_server::Connections;
use docpal_server::axum::Router;
use docpal_server::axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Longer than any bound in these tests, and only met when one of them does not work.
const NEVER: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_millis(500);

struct Serving {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

async fn serve(bounds: Connections) -> Serving {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let router = Router::new().route("/", get(async || "here"));
    let task = tokio::spawn(bounds.serve(listener, router, async move { drop(stopped.await) }));
    Serving { address, stop, task }
}

/// Sends `bytes`, then reads until the server ends the connection.
async fn until_ended(stream: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    drop(stream.write_all(bytes).await);
    let mut answer = Vec::new();
    // A reset is an end, too.
    drop(tokio::time::timeout(NEVER, stream.read_to_end(&mut answer)).await.expect("the server ends it"));
    answer
}

/// A whole request on a connection that stays open; false when the server has ended it.
async fn ask(stream: &mut TcpStream) -> bool {
    if stream.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await.is_err() {
        return false;
    }
    let mut answer = Vec::new();
    while !answer.ends_with(b"here") {
        match tokio::time::timeout(NEVER, stream.read_buf(&mut answer)).await.expect("an answer or an end") {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    true
}

// Finding A28
#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let serving = serve(Connections::default().head(SOON)).await;
    for slow in [&b""[..], b"P", b"GET / HTTP/1.1\r\nHost: test\r\n", b"GET / HTTP/1.1\r\nX: "] {
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        let answer = until_ended(&mut stream, slow).await;
        assert!(!answer.ends_with(b"here"), "{slow:?}");
    }
    // Also a whole head may come too late, on a machine that is busy.
    while !ask(&mut TcpStream::connect(serving.address).await.unwrap()).await {}
}

// Finding A28
#[tokio::test]
async fn an_idle_connection_is_ended() {
    let serving = serve(Connections::default().idle(SOON)).await;
    // One that was served, and is not asked any more.
    let mut stream = loop {
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        if ask(&mut stream).await {
            break stream;
        }
    };
    assert!(until_ended(&mut stream, b"").await.is_empty());
}

// Finding A28
#[tokio::test]
async fn an_address_has_a_bounded_number_of_connections() {
    let serving = serve(Connections::default().limit(10, 2)).await;
    let mut first = TcpStream::connect(serving.address).await.unwrap();
    let mut second = TcpStream::connect(serving.address).await.unwrap();
    assert!(ask(&mut first).await && ask(&mut second).await);
    let mut third = TcpStream::connect(serving.address).await.unwrap();
    assert!(!ask(&mut third).await);
    assert!(ask(&mut first).await, "those that are there are served on");
    drop(second);
    // The server notices the end by itself; until then it refuses.
    while !ask(&mut TcpStream::connect(serving.address).await.unwrap()).await {}
}

// Finding A28
#[tokio::test]
async fn connections_over_the_limit_wait_for_a_place() {
    let serving = serve(Connections::default().limit(1, 1)).await;
    let mut first = TcpStream::connect(serving.address).await.unwrap();
    assert!(ask(&mut first).await);
    let mut second = TcpStream::connect(serving.address).await.unwrap();
    let waiting = ask(&mut second);
    tokio::pin!(waiting);
    tokio::select! {
        biased;
        served = &mut waiting => panic!("a second place: {served}"),
        first = ask(&mut first) => assert!(first),
    }
    drop(first);
    // The place and the count of the address are given back together.
    assert!(waiting.await);
}

// Finding A28
#[tokio::test]
async fn a_server_that_is_stopped_ends_what_is_idle_and_returns() {
    let serving = serve(Connections::default()).await;
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    assert!(ask(&mut stream).await);
    serving.stop.send(()).unwrap();
    tokio::time::timeout(NEVER, serving.task).await.expect("it returns").unwrap();
    assert!(until_ended(&mut stream, b"").await.is_empty());
    assert!(TcpStream::connect(serving.address).await.is_err());
}

// Finding A21: what is too long for the API still comes to it, and what no client sends is not read.
#[tokio::test]
async fn heads_are_read_up_to_a_bound() {
    let serving = serve(Connections::default()).await;
    let head = |uri: usize, header: usize| {
        let (uri, header) = ("x".repeat(uri), "x".repeat(header));
        format!("GET /?{uri} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nX-Long: {header}\r\n\r\n")
    };
    for (uri, header, expected) in
        [(60_000, 0, "200"), (0, 60_000, "200"), (0, 400_000, "431"), (70_000, 0, "414")]
    {
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        let answer = until_ended(&mut stream, head(uri, header).as_bytes()).await;
        let answer = String::from_utf8_lossy(&answer);
        // Who is refused while still sending may find the connection reset before the answer.
        let refused = answer.is_empty() && expected != "200";
        assert!(refused || answer.starts_with(&format!("HTTP/1.1 {expected}")), "{uri} {header}: {answer}");
    }
}
