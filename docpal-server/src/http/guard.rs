//! What stands around every handler: bounds of the head, a time-out, a net for panics, headers for browsers.

use std::any::Any;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use docpal_core::embedded::Health;
use docpal_core::{Error, ErrorKind, names};
use futures_util::FutureExt as _;
use tokio::sync::watch;

use super::error::ApiError;

/// The longest path with its parameters; longer views go into a body.
const URI: usize = 32 * 1024;
/// The most bytes of all headers together.
const HEADERS: usize = 32 * 1024;

/// Refuses a head that is too long, or whose path with its parameters is no text, before anything of it is read. What serves takes heads of a little more than that.
pub(crate) async fn head(request: Request, next: Next) -> Response {
    let uri = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let headers =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
    let refused = if uri > URI {
        let message =
            format!("a path with its parameters has at most {URI} bytes; send a long view in a body");
        ApiError::new(StatusCode::URI_TOO_LONG, "uri_too_long", message)
    } else if headers > HEADERS {
        let message = format!("the headers have at most {HEADERS} bytes together");
        ApiError::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", message)
    } else if let Some(part) = garbled(request.uri()) {
        ApiError::new(StatusCode::BAD_REQUEST, "invalid_utf8", format!("{part} is not UTF-8"))
    } else {
        return next.run(request).await;
    };
    refused.into_response()
}

/// What of the address is no UTF-8. Read all the same it would be another text than was sent.
fn garbled(uri: &Uri) -> Option<String> {
    if !is_text(uri.path()) {
        return Some("the path".to_owned());
    }
    let pair = uri.query()?.split('&').find(|pair| !is_text(pair))?;
    match pair.split('=').next().filter(|name| is_text(name)) {
        Some(name) => Some(format!("the query parameter `{}`", names::shown(name))),
        None => Some("the name of a query parameter".to_owned()),
    }
}

/// Are these characters of an address UTF-8, once their escapes are undone?
fn is_text(escaped: &str) -> bool {
    if !escaped.contains('%') {
        return true;
    }
    let mut pieces = escaped.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|_| !piece.starts_with('+')) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(piece.get(2..).unwrap_or_default().as_bytes());
            }
            // No escape.
            None => bytes.extend_from_slice(format!("%{piece}").as_bytes()),
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

/// Gives up on a request whose answer does not begin in time; its transaction is undone.
pub(crate) async fn timeout(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let message = format!("the request took longer than {} seconds", limit.as_secs());
            ApiError::new(StatusCode::GATEWAY_TIMEOUT, "request_timeout", message).into_response()
        }
    }
}

/// Among the extensions of a refusal: the database was not reachable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unreachable;

/// Refuses, while the embedded PostgreSQL is down, what waits for it or did not reach it; what needs no database is
/// answered.
pub(crate) async fn database(
    State(health): State<watch::Receiver<Health>>,
    request: Request,
    next: Next,
) -> Response {
    let response = tokio::select! {
        biased;
        response = next.run(request) => response,
        refused = down(health.clone()) => return refused.into_response(),
    };
    // What failed at once is refused with the same words as what waits.
    let unreachable = response.extensions().get::<Unreachable>().is_some();
    match down(health).now_or_never() {
        Some(refused) if unreachable => refused.into_response(),
        _ => response,
    }
}

/// Waits until the database is down.
async fn down(mut health: watch::Receiver<Health>) -> ApiError {
    let is_down = |health: &Health| !matches!(health, Health::Running { .. });
    let found = health.wait_for(is_down).await.map(|health| health.clone());
    let refused = match found {
        Ok(Health::Lost { .. }) => {
            let message = "the database has ended and cannot be brought back";
            Error::new(ErrorKind::Unavailable, "database_lost", message)
        }
        Ok(_) => {
            let message = "the database has ended and is being started again; try again shortly";
            Error::new(ErrorKind::Unavailable, "database_restarting", message)
        }
        // Nobody watches any more.
        Err(_) => return std::future::pending().await,
    };
    refused.into()
}

/// A defect that panicked is an error like any other for the client.
#[expect(clippy::needless_pass_by_value, reason = "the signature that CatchPanicLayer calls")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    ApiError::from(docpal_core::Error::internal(format!("a handler panicked: {words}"))).into_response()
}

/// Nothing that is served here is sniffed, framed, or kept by a shared cache.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    const ALWAYS: [(HeaderName, &str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let mut response = next.run(request).await;
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let caching = response.headers_mut().entry(header::CACHE_CONTROL);
    caching.or_insert(HeaderValue::from_static("no-store"));
    response
}
