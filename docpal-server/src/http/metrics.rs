//! `/metrics`: what the server does, in the text format of Prometheus. Labels are of the route table, methods and classes
//! of statuses: there is nothing of a tenant in them, and no client can make new ones. A
//! request whose client goes away before its answer begins is not counted.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, Utc};
use docpal_core::Error;

use super::error::ApiResult;
use super::query::Query;
use crate::server::ServerState;

const TEXT: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
/// The upper bounds of the histogram, as they are written and in milliseconds.
const BOUNDS: [(&str, u128); 8] = [
    ("0.005", 5),
    ("0.025", 25),
    ("0.1", 100),
    ("0.25", 250),
    ("1", 1_000),
    ("2.5", 2_500),
    ("10", 10_000),
    ("60", 60_000),
];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// The route of paths that no route takes.
const NO_ROUTE: &str = "none";

/// What a server has counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    started: DateTime<Utc>,
    /// By route, then by method.
    routes: Mutex<BTreeMap<String, BTreeMap<&'static str, Series>>>,
}

/// The requests of a route with a method.
#[derive(Debug, Default)]
struct Series {
    /// By class of status.
    classes: [u64; CLASSES.len()],
    /// By time until the answer began: those up to each bound and above the one before.
    buckets: [u64; BOUNDS.len()],
    time: Duration,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self { started: Utc::now(), routes: Mutex::default() }
    }

    fn count(&self, route: &str, method: &'static str, status: StatusCode, time: Duration) {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), BTreeMap::new());
        }
        let Some(methods) = routes.get_mut(route) else { return };
        methods.entry(method).or_default().count(status, time);
    }
}

impl Series {
    fn count(&mut self, status: StatusCode, time: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(count) = self.classes.get_mut(class.min(CLASSES.len() - 1)) {
            *count += 1;
        }
        let place = BOUNDS.iter().position(|(_, bound)| time.as_micros() <= bound * 1_000);
        if let Some(count) = place.and_then(|place| self.buckets.get_mut(place)) {
            *count += 1;
        }
        self.time = self.time.saturating_add(time);
    }
}

/// Around every route: counts the request once its answer begins.
pub(crate) async fn layer(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = known(request.method());
    let started = Instant::now();
    let response = next.run(request).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    metrics.count(route, method, response.status(), started.elapsed());
    response
}

/// A client may make up methods; they are one.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| method.as_str() == *known).unwrap_or("other")
}

/// What the server does, in the text format of Prometheus
#[utoipa::path(get, path = "/metrics", tag = "server", operation_id = "metrics", security(()),
    responses((status = 200, content_type = "text/plain", body = String,
        description = "Requests by route, method and class of status; the time until answers begin; connections to the \
            database; exports under way; answers that are not taken yet. Nothing of any company is in it.")))]
pub(crate) async fn get(
    State(state): State<ServerState>,
    _: Query<()>,
) -> ApiResult<([(HeaderName, &'static str); 1], String)> {
    let mut out = String::new();
    write(&state, &mut out).map_err(Error::internal)?;
    Ok((TEXT, out))
}

fn write(state: &ServerState, out: &mut String) -> fmt::Result {
    let pool = state.docpal.pool();
    let gauges = [
        ("docpal_pool_connections", "Connections to the database.", u64::from(pool.size())),
        (
            "docpal_pool_connections_idle",
            "Connections to the database that nobody uses.",
            u64::try_from(pool.num_idle()).unwrap_or(u64::MAX),
        ),
        (
            "docpal_pool_connections_max",
            "The most connections to the database.",
            u64::from(pool.options().get_max_connections()),
        ),
        ("docpal_exports_running", "Exports under way.", state.rooms.exports.in_use()),
        (
            "docpal_answers_bytes",
            "Bytes of answers of more than 64 KiB that their clients have not taken whole.",
            state.rooms.answers.in_use().saturating_add(state.rooms.written.in_use()),
        ),
    ];
    for (name, help, value) in gauges {
        head(out, name, "gauge", help)?;
        writeln!(out, "{name} {value}")?;
    }
    match &state.metrics {
        Some(metrics) => metrics.write(out),
        None => Ok(()),
    }
}

impl Metrics {
    fn write(&self, out: &mut String) -> fmt::Result {
        const STARTED: &str = "docpal_start_time_seconds";
        const REQUESTS: &str = "docpal_http_requests_total";
        const TIME: &str = "docpal_http_request_duration_seconds";
        head(out, STARTED, "gauge", "When the server started, in seconds since 1970.")?;
        writeln!(out, "{STARTED} {}", self.started.timestamp())?;
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let each = || {
            routes.iter().flat_map(|(route, methods)| {
                methods.iter().map(move |(method, series)| (Labels { route, method }, series))
            })
        };
        head(out, REQUESTS, "counter", "Requests, by route, method and class of status.")?;
        for (labels, series) in each() {
            for (class, count) in CLASSES.iter().zip(series.classes).filter(|(_, count)| *count > 0) {
                writeln!(out, "{REQUESTS}{{{labels},status=\"{class}\"}} {count}")?;
            }
        }
        head(out, TIME, "histogram", "The time until the answer begins.")?;
        for (labels, series) in each() {
            let all: u64 = series.classes.iter().sum();
            let mut below = 0;
            for ((bound, _), count) in BOUNDS.iter().zip(series.buckets) {
                below += count;
                writeln!(out, "{TIME}_bucket{{{labels},le=\"{bound}\"}} {below}")?;
            }
            writeln!(out, "{TIME}_bucket{{{labels},le=\"+Inf\"}} {all}")?;
            let (seconds, nanos) = (series.time.as_secs(), series.time.subsec_nanos());
            writeln!(out, "{TIME}_sum{{{labels}}} {seconds}.{nanos:09}")?;
            writeln!(out, "{TIME}_count{{{labels}}} {all}")?;
        }
        Ok(())
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

/// The labels that all series have.
struct Labels<'m> {
    route: &'m str,
    method: &'m str,
}

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A host may mount the routes under a path of its own, with any characters.
        let route = self.route.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        write!(f, "route=\"{route}\",method=\"{}\"", self.method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_once_in_its_class_and_in_every_bucket_above_its_time() {
        let metrics = Metrics::new();
        metrics.count("/a\"b", "GET", StatusCode::OK, Duration::from_millis(25));
        metrics.count("/a\"b", "GET", StatusCode::NOT_FOUND, Duration::from_micros(25_001));
        metrics.count("/a\"b", "GET", StatusCode::OK, Duration::from_secs(61));
        let mut text = String::new();
        metrics.write(&mut text).unwrap();
        for line in [
            r#"docpal_http_requests_total{route="/a\"b",method="GET",status="2xx"} 2"#,
            r#"docpal_http_requests_total{route="/a\"b",method="GET",status="4xx"} 1"#,
            r#"docpal_http_request_duration_seconds_bucket{route="/a\"b",method="GET",le="0.005"} 0"#,
            r#"docpal_http_request_duration_seconds_bucket{route="/a\"b",method="GET",le="0.025"} 1"#,
            r#"docpal_http_request_duration_seconds_bucket{route="/a\"b",method="GET",le="0.1"} 2"#,
            r#"docpal_http_request_duration_seconds_bucket{route="/a\"b",method="GET",le="60"} 2"#,
            r#"docpal_http_request_duration_seconds_bucket{route="/a\"b",method="GET",le="+Inf"} 3"#,
            r#"docpal_http_request_duration_seconds_sum{route="/a\"b",method="GET"} 61.050001000"#,
            r#"docpal_http_request_duration_seconds_count{route="/a\"b",method="GET"} 3"#,
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
    }

    #[test]
    fn a_method_that_somebody_made_up_is_no_label() {
        assert_eq!(known(&Method::PATCH), "PATCH");
        assert_eq!(known(&Method::from_bytes(b"BREW").unwrap()), "other");
        assert_eq!(known(&Method::from_bytes(b"get").unwrap()), "other");
    }
}
