//! `Idempotency-Key`: a write that is sent again, because its answer was lost, happens once.
//!
//! The write, its audit row and the answer are in one transaction: there is never the one without the other. A key is
//! kept a day and belongs to its actor. Only answers of writes that happened are kept: a refusal changed nothing, so
//! the retry is judged anew. A kept answer is given while what its actor may do is the same: it outlives no right.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use docpal_core::access::Resource;
use docpal_core::{Error, ErrorKind, Transaction};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, MutexGuard};

use super::call::{Caller, place_of};
use super::error::{ApiError, ApiResult};
use super::extract::{self, InMemory, limits_of};
use crate::server::ServerState;
use crate::sql::answers::{self, Answer, AnswerKey};

const NAME: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key.
const LONGEST: usize = 255;

/// The transaction of a request with a key; the handler's write goes into it.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    transaction: Arc<Mutex<Option<Transaction>>>,
    /// What the answer tells of, where the path does not say it.
    about: Arc<OnceLock<Resource>>,
}

/// The transaction while one part of the request uses it.
pub(crate) struct Held<'w>(MutexGuard<'w, Option<Transaction>>);

impl Within {
    fn new(transaction: Transaction) -> Self {
        Self { transaction: Arc::new(Mutex::new(Some(transaction))), about: Arc::default() }
    }

    pub(crate) async fn hold(&self) -> Held<'_> {
        Held(self.transaction.lock().await)
    }

    /// The answer will tell of `about`, which the path does not name, as what was just made.
    pub(crate) fn tells_of(&self, about: Resource) {
        self.about.get_or_init(|| about);
    }
}

impl Held<'_> {
    /// The transaction.
    ///
    /// # Errors
    /// When the request has ended already.
    pub(crate) fn transaction(&mut self) -> docpal_core::Result<&mut Transaction> {
        let ended = || Error::internal("the transaction of the request has ended");
        self.0.as_mut().ok_or_else(ended)
    }
}

/// Runs a write in the transaction of the request's key, or, without a key, in one of its own.
macro_rules! write {
    ($caller:expr, |$conn:ident| $within:expr, $alone:expr) => {
        match &$caller.within {
            Some(within) => {
                let mut held = within.hold().await;
                let $conn = held.transaction()?;
                $within.await
            }
            None => $alone.await,
        }
    };
}
pub(crate) use write;

/// Around every route that writes.
pub(crate) async fn layer(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    if request.method() == Method::GET || !request.headers().contains_key(NAME) {
        return next.run(request).await;
    }
    once(&state, request, next).await.unwrap_or_else(ApiError::into_response)
}

/// For routes whose answer holds a secret, which is stored nowhere.
pub(crate) async fn refuse(request: Request, next: Next) -> Response {
    if !request.headers().contains_key(NAME) {
        return next.run(request).await;
    }
    let message = "answers about keys are not kept; send the request without `Idempotency-Key`";
    ApiError::new(StatusCode::BAD_REQUEST, "idempotency_not_supported", message).into_response()
}

async fn once(state: &ServerState, request: Request, next: Next) -> ApiResult<Response> {
    let (mut parts, body) = request.into_parts();
    let key = key_of(&parts)?;
    let caller = Caller::from_request_parts(&mut parts, state).await?;
    let mut whole = Request::new(body);
    *whole.extensions_mut() = parts.extensions.clone();
    let (body, _room) = extract::bytes_of(whole, state, limits_of(state, &parts.extensions).bytes).await?;
    let request = digest_of(&parts, &body);
    let key = answer_key(&caller, key);
    let mut tx = caller.docpal.begin().await?;
    if !answers::lock(&mut tx, &key).await? {
        tx.rollback().await?;
        let message = "a request with this `Idempotency-Key` is under way; try again shortly";
        return Err(ApiError::new(StatusCode::CONFLICT, "idempotency_in_progress", message));
    }
    let place = place_of(&mut parts).await;
    if let Some(answer) = answers::find(&mut tx, &key).await? {
        let given = again(&mut tx, &caller, place, answer, &request).await;
        tx.rollback().await?;
        return given;
    }
    let within = Within::new(tx);
    let mut inner = Request::from_parts(parts, Body::from(body));
    inner.extensions_mut().insert(InMemory);
    // The handler's call is this one: who asked again who calls would wait for a second connection while it holds one.
    inner.extensions_mut().insert(Caller { within: Some(within.clone()), ..caller.clone() });
    let response = next.run(inner).await;
    let Some(mut tx) = within.hold().await.0.take() else { return Ok(response) };
    if !response.status().is_success() {
        tx.rollback().await?;
        return Ok(response);
    }
    let about = within.about.get().copied().unwrap_or(place);
    let rights = rights(&mut tx, &caller, about).await?;
    let (response, answer) = copy(response, request, (about, rights)).await?;
    answers::keep(&mut tx, &key, &answer).await?;
    tx.commit().await?;
    Ok(response)
}

/// The key that the request carries.
fn key_of(parts: &Parts) -> ApiResult<String> {
    let mut given = parts.headers.get_all(NAME).iter();
    let key = given.next().and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let fits = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if given.next().is_none() && fits {
        return Ok(key.to_owned());
    }
    let message =
        format!("expected one `Idempotency-Key` of 1 to {LONGEST} visible ASCII characters or spaces");
    Err(Error::invalid("invalid_idempotency_key", "Idempotency-Key", message).into())
}

/// What a key stands for: method, path with parameters, the version asked for by `If-Match`, and body.
fn digest_of(parts: &Parts, body: &[u8]) -> Vec<u8> {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let mut digest = Sha256::new();
    // No method begins so; requests without the header have the digest that they had before it counted.
    for version in parts.headers.get_all(header::IF_MATCH) {
        digest.update(b"if-match: ");
        digest.update(version.len().to_be_bytes());
        digest.update(version.as_bytes());
    }
    for part in [parts.method.as_str().as_bytes(), target.as_bytes()] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.update(body);
    digest.finalize().to_vec()
}

fn answer_key(caller: &Caller, key: String) -> AnswerKey {
    // With other roles, or by a key of somebody else, the same user may see less.
    let (company, actor) = (caller.actor.company().uuid(), caller.actor.identity());
    let mut digest = Sha256::new();
    digest.update(b"docpal_server.answers");
    digest.update(company.as_bytes());
    digest.update(actor.len().to_be_bytes());
    digest.update(&actor);
    digest.update(&key);
    let lock = digest.finalize().iter().take(8).fold(0_i64, |lock, byte| (lock << 8) | i64::from(*byte));
    AnswerKey { company, actor, key, lock }
}

/// A digest of what the caller may do where an answer tells of, or of that it does not exist for the caller.
async fn rights(tx: &mut Transaction, caller: &Caller, about: Resource) -> ApiResult<Vec<u8>> {
    let mut digest = Sha256::new();
    match caller.docpal.rules(&caller.actor).reaching_in(tx, about).await {
        Ok(rules) => {
            digest.update(b"rules");
            rules.iter().for_each(|rule| digest.update(rule.uuid().as_bytes()));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => digest.update(b"nothing"),
        Err(error) => return Err(error.into()),
    }
    Ok(digest.finalize().to_vec())
}

/// The kept answer, for the same request only, and for who may do what they might when it was kept. Else the place of
/// the request may not exist for them any more; where it does, they hear that the write was done.
async fn again(
    tx: &mut Transaction,
    caller: &Caller,
    place: Resource,
    answer: Answer,
    request: &[u8],
) -> ApiResult<Response> {
    if answer.request != request {
        let message = "this `Idempotency-Key` stands for another request; a new request needs a new key";
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message));
    }
    if answer.rights != Some(rights(tx, caller, answer.about).await?) {
        caller.docpal.rules(&caller.actor).reaching_in(tx, place).await?;
        // An answer without a body tells nothing but that it was done.
        if !answer.body.is_empty() {
            let message =
                "this write was done; its answer is not given again, as permissions have changed since";
            return Err(ApiError::new(StatusCode::CONFLICT, "idempotency_done", message));
        }
    }
    given(answer)
}

/// The response that was kept.
fn given(answer: Answer) -> ApiResult<Response> {
    let broken = || Error::internal("a kept answer that cannot be given");
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(|_| broken())?;
    if let Some(content_type) = answer.content_type {
        let value = HeaderValue::from_str(&content_type).map_err(|_| broken())?;
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    Ok(response)
}

/// The response, and what is kept of it.
async fn copy(
    response: Response,
    request: Vec<u8>,
    (about, rights): (Resource, Vec<u8>),
) -> ApiResult<(Response, Answer)> {
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.map_err(Error::internal)?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let answer = Answer {
        request,
        status: parts.status.as_u16(),
        content_type: content_type.map(str::to_owned),
        body: body.to_vec(),
        about,
        rights: Some(rights),
    };
    Ok((Response::from_parts(parts, Body::from(body)), answer))
}
