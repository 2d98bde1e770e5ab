//! The id of a request: taken from `X-Request-Id` when it is sane, else made; known to everything that runs
//! for the request, sent back, and logged with one line per request.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 128;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that the current task works on; empty outside of one.
pub(crate) fn current() -> String {
    CURRENT.try_with(String::clone).unwrap_or_default()
}

/// Runs a request under its id.
pub(crate) async fn layer(request: Request, next: Next) -> Response {
    let id = given(request.headers()).unwrap_or_else(|| Uuid::now_v7().to_string());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut response = CURRENT.scope(id.clone(), next.run(request)).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    // The query string and headers stay out of the log: they can hold data and keys.
    let ms = started.elapsed().as_secs_f64() * 1_000.0;
    tracing::info!(request_id = %id, %method, path, status = response.status().as_u16(), ms = format_args!("{ms:.1}"));
    response
}

/// The client's own id, if it cannot break a log line or a header.
fn given(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(HEADER)?.to_str().ok()?;
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    ((1..=LONGEST).contains(&text.len()) && text.bytes().all(sane)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_str(text).unwrap());
        given(&headers)
    }

    #[test]
    fn only_sane_ids_are_taken_over() {
        assert_eq!(read("abc-1.2_Z").as_deref(), Some("abc-1.2_Z"));
        assert_eq!(read(""), None);
        assert_eq!(read("a b"), None);
        assert_eq!(read(&"a".repeat(129)), None);
        assert_eq!(given(&HeaderMap::new()), None);
    }
}
