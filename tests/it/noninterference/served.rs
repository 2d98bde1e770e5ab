//! A database with DocPal's real router on it, asked in the same process; and answers made comparable.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use docpal::core::Docpal;
use docpal::core::testing::TestDb;
use docpal_server::Server;
use docpal_server::axum::Router;
use docpal_server::axum::body::{Body, to_bytes};
use docpal_server::axum::http::Request as HttpRequest;
use serde_json::Value;
use tower::ServiceExt as _;

/// The header that has an answer kept for a retry.
pub(super) const KEPT: &str = "idempotency-key";

/// A request as it goes over the wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    None,
    Json(Value),
    /// Anything else, with its type.
    Raw(&'static str, String),
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// A server on a database of its own.
pub(super) struct Served {
    router: Router,
    pub(super) docpal: Docpal,
    pub(super) db: TestDb,
}

impl Request {
    pub(super) fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.to_owned(), path: path.into(), headers: Vec::new(), body: Content::None }
    }

    pub(super) fn json(mut self, body: Value) -> Self {
        self.body = Content::Json(body);
        self
    }

    pub(super) fn raw(mut self, content_type: &'static str, body: impl Into<String>) -> Self {
        self.body = Content::Raw(content_type, body.into());
        self
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Is its answer kept?
    pub(super) fn is_kept(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == KEPT)
    }

    /// Does it change nothing?
    pub(super) fn reads(&self) -> bool {
        let reading = ["/query", "/summary", "/export", "/formula/"];
        self.method == "GET" || reading.iter().any(|part| self.path.contains(part))
    }

    fn build(&self, key: &str) -> HttpRequest<Body> {
        // The id of a request is the only thing in an answer that is random by intention.
        let mut request = HttpRequest::builder()
            .method(self.method.as_str())
            .uri(&self.path)
            .header("authorization", format!("Bearer {key}"))
            .header("x-request-id", "the-same");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let (content_type, body) = match &self.body {
            Content::None => (None, Body::empty()),
            Content::Json(json) => (Some("application/json"), Body::from(json.to_string())),
            Content::Raw(content_type, text) => (Some(*content_type), Body::from(text.clone())),
        };
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        request.body(body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (name, value) in &self.headers {
            write!(f, "\n    {name}: {value}")?;
        }
        match &self.body {
            Content::None => Ok(()),
            Content::Json(json) => write!(f, "\n    {json}"),
            Content::Raw(content_type, text) => write!(f, "\n    ({content_type}) {text:?}"),
        }
    }
}

impl Served {
    pub(super) async fn on(db: TestDb) -> Self {
        let docpal = Docpal::start(db.pool().clone()).await.expect("DocPal starts");
        let server = Server::builder(docpal.clone()).start().await.expect("the server starts");
        let router = server.router();
        Self { router, docpal, db }
    }

    pub(super) async fn send(&self, key: &str, request: &Request) -> Answer {
        let response = self.router.clone().oneshot(request.build(key)).await.expect("a router never fails");
        let (head, body) = response.into_parts();
        let headers = head.headers.iter().filter(|(name, _)| *name != "date");
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let mut headers: Vec<(String, String)> =
            headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
        headers.sort();
        let body = match to_bytes(body, usize::MAX).await {
            Ok(bytes) => text(&bytes),
            Err(error) => format!("the answer broke off: {error}"),
        };
        Answer { status: head.status.as_u16(), headers, body }
    }

    /// The JSON of a success.
    #[track_caller]
    pub(super) fn expect(&self, request: &Request, answer: &Answer) -> Value {
        assert!((200..300).contains(&answer.status), "{request}\n{answer}");
        serde_json::from_str(&answer.body).unwrap_or(Value::Null)
    }

    pub(super) async fn call(&self, key: &str, request: Request) -> Value {
        let answer = self.send(key, &request).await;
        self.expect(&request, &answer)
    }

    pub(super) async fn get(&self, key: &str, path: &str) -> Value {
        self.call(key, Request::new("GET", path)).await
    }

    pub(super) async fn post(&self, key: &str, path: &str, body: Value) -> Value {
        self.call(key, Request::new("POST", path).json(body)).await
    }
}

impl Answer {
    /// The answer with ids and moments that came into the world after `since` in the order of their appearance: two
    /// databases cannot make the same ones. Ids that are `known` stay.
    pub(super) fn comparable(&self, known: &dyn Fn(&str) -> bool, since: DateTime<Utc>) -> Self {
        let mut seen = BTreeMap::new();
        let mut body = String::with_capacity(self.body.len());
        let in_word = |c: char| c.is_ascii_alphanumeric() || "-:.+".contains(c);
        // A word with what ends it.
        for part in self.body.split_inclusive(|c| !in_word(c)) {
            let word = part.trim_end_matches(|c| !in_word(c));
            match replaced(word, known, since, &mut seen) {
                Some(other) => body.push_str(&part.replacen(word, &other, 1)),
                None => body.push_str(part),
            }
        }
        // A moment is written with as many digits as it needs, so the length counts after the replacement.
        let (said, is) = (self.body.len().to_string(), body.len().to_string());
        let mut headers = self.headers.clone();
        for (_, length) in
            headers.iter_mut().filter(|header| header.0 == "content-length" && header.1 == said)
        {
            length.clone_from(&is);
        }
        Self { status: self.status, headers, body }
    }
}

fn replaced(
    word: &str,
    known: &dyn Fn(&str) -> bool,
    since: DateTime<Utc>,
    seen: &mut BTreeMap<String, usize>,
) -> Option<String> {
    let is_id = word.len() == 36 && uuid::Uuid::parse_str(word).is_ok();
    if is_id && !known(word) {
        let next = seen.len();
        return Some(format!("(new id {})", seen.entry(word.to_owned()).or_insert(next)));
    }
    let moment = DateTime::parse_from_rfc3339(word).ok()?.with_timezone(&Utc);
    (since..=Utc::now()).contains(&moment).then(|| "(now)".to_owned())
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}\n    {}", self.status, self.headers, self.body)
    }
}
