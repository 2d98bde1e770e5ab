//! `/metrics`: what it counts, and what it never names.

use std::collections::BTreeSet;

use docpal_server::Server;
use docpal_server::axum::Router;
use docpal_server::axum::body::{Body, to_bytes};
use docpal_server::axum::http::Request;
use tower::ServiceExt as _;

use super::client::{Api, Reply};

async fn metrics(api: &Api) -> Reply {
    api.send("GET", "/metrics", &[], b"").await
}

/// The value of the series that `line` begins with; zero when there is none.
fn value(text: &str, line: &str) -> u64 {
    let rest = text.lines().find_map(|known| known.strip_prefix(line)?.strip_prefix(' '));
    rest.map_or(0, |number| number.parse().expect("a whole number"))
}

fn series(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(' ').expect("a name and a value").0).collect()
}

// Finding B9
#[tokio::test]
async fn requests_are_counted_by_route_method_and_class_of_status() {
    const OK: &str =
        r#"docpal_http_requests_total{route="/api/tables/{table_id}/records",method="GET",status="2xx"}"#;
    const REFUSED: &str =
        r#"docpal_http_requests_total{route="/api/tables/{table_id}/records",method="GET",status="4xx"}"#;
    let api = Api::start().await;
    let table = api.orders().await;
    let before = metrics(&api).await;
    assert_eq!(before.status, 200);
    assert_eq!(before.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!((value(before.text(), OK), value(before.text(), REFUSED)), (0, 0));
    let path = format!("/api/tables/{table}/records");
    api.get(&path).await.ok();
    api.get(&path).await.ok();
    api.get(&format!("{path}?limt=1")).await.refusal();
    let after = metrics(&api).await;
    let text = after.text();
    assert_eq!((value(text, OK), value(text, REFUSED)), (2, 1));
    let time =
        r#"docpal_http_request_duration_seconds_count{route="/api/tables/{table_id}/records",method="GET"}"#;
    assert_eq!(value(text, time), 3);
    assert!(value(text, "docpal_pool_connections") >= 1);
    assert!(value(text, "docpal_pool_connections") <= value(text, "docpal_pool_connections_max"));
    assert!(value(text, "docpal_start_time_seconds") > 1_700_000_000);
    assert_eq!(value(text, "docpal_exports_running"), 0);
    assert!(!text.contains(&table) && !text.contains("Orders"), "{text}");
}

#[tokio::test]
async fn paths_and_methods_that_do_not_exist_make_no_labels() {
    const NONE: &str = r#"docpal_http_requests_total{route="none",method="GET",status="4xx"}"#;
    let api = Api::start().await;
    for method in ["GET", "BREW"] {
        api.send(method, "/nothing", &[], b"").await.refusal();
        api.send(method, "/api/apps", &[], b"").await.refusal();
    }
    metrics(&api).await;
    let before = metrics(&api).await;
    for round in 0..20 {
        api.send("GET", &format!("/nothing/{round}"), &[], b"").await.refusal();
        api.send(&format!("BREW{round}"), &format!("/nothing/{round}"), &[], b"").await.refusal();
        api.send(&format!("BREW{round}"), "/api/apps", &[], b"").await.refusal();
    }
    let after = metrics(&api).await;
    assert_eq!(series(before.text()), series(after.text()));
    assert_eq!(value(after.text(), NONE), value(before.text(), NONE) + 20);
    assert!(!after.text().contains("nothing") && !after.text().contains("BREW"), "{}", after.text());
}

#[tokio::test]
async fn under_a_path_of_the_host_labels_are_templates_too() {
    let api = Api::start().await;
    let server = Server::builder(api.docpal.clone()).start().await.unwrap();
    let ask = async |path: &str| {
        let host = Router::new().nest("/in/{tenant}", server.router());
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let body = host.oneshot(request).await.unwrap().into_body();
        String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap()
    };
    for path in ["/in/acme/healthz", "/in/acme/nothing"] {
        ask(path).await;
    }
    let text = ask("/in/acme/metrics").await;
    let ok = r#"docpal_http_requests_total{route="/in/{tenant}/healthz",method="GET",status="2xx"}"#;
    assert_eq!(value(&text, ok), 1, "{text}");
    assert!(!text.contains("acme") && !text.contains("nothing"), "{text}");
}

#[tokio::test]
async fn a_host_can_do_without_metrics() {
    let api = Api::start_with(|server| server.metrics(false)).await;
    assert_eq!(metrics(&api).await.refusal(), (404, "route_not_found".to_owned()));
    assert_eq!(api.get("/api/apps").await.status, 200);
}
