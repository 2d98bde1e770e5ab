//! What handlers take from a request beside its entry (see [`super::call`]): query parameters, a body. Each failure
//! is an [`ApiError`].

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use docpal_core::{Error, Json};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::call::Payer;
use super::error::ApiError;
use super::object;
use crate::aside;
use crate::limits::BodyLimit;
use crate::room::{Full, Place};
use crate::server::ServerState;

/// Bodies larger than this are parsed off the threads that serve requests.
const LARGE: usize = 64 * 1024;

/// The query parameters, each at most once.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::parse(parts.uri.query().unwrap_or_default()).map_err(ApiError::from)
    }
}

impl Params {
    fn parse(query: &str) -> docpal_core::Result<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(Error::invalid("duplicate_parameter", key, "the parameter is given twice"));
            }
            pairs.push((key.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// Refuses every parameter but these.
    ///
    /// # Errors
    /// `unknown_parameter` with the nearest one.
    pub(crate) fn only(self, known: &[&'static str]) -> docpal_core::Result<Self> {
        match self.0.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            None => Ok(self),
            Some((key, _)) => {
                let near = object::hint(key, known);
                let all = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let message = format!("there is no parameter `{key}`{near} The parameters are: {all}");
                Err(Error::invalid("unknown_parameter", key.as_str(), message))
            }
        }
    }

    /// The value of `key`, if it is given.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// The value of `key` as a number.
    ///
    /// # Errors
    /// `invalid_parameter`.
    pub(crate) fn number<N: std::str::FromStr>(&self, key: &str) -> docpal_core::Result<Option<N>> {
        let read = |text: &str| {
            text.parse().map_err(|_| Error::invalid("invalid_parameter", key, "expected a whole number"))
        };
        self.get(key).map(read).transpose()
    }
}

/// Among the extensions of a request whose body is in memory, and has its room, already.
#[derive(Clone, Copy, Debug)]
pub(super) struct InMemory;

/// A JSON body with exact numbers.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Json);

impl FromRequest<ServerState> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        json(request, state, state.limits.body()).await.map(|(json, _)| Self(json))
    }
}

/// A JSON body that may be large, with the room that it takes until it is dropped.
#[derive(Debug)]
pub(crate) struct BulkBody {
    pub(crate) json: Json,
    pub(crate) room: Option<Place>,
}

impl FromRequest<ServerState> for BulkBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        json(request, state, state.limits.large()).await.map(|(json, room)| Self { json, room })
    }
}

/// A CSV body, with the room that it takes until it is dropped.
#[derive(Debug)]
pub(crate) struct CsvBody {
    pub(crate) bytes: Bytes,
    pub(crate) room: Option<Place>,
}

impl FromRequest<ServerState> for CsvBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        require_type(request.headers(), "text/csv", |essence| essence == "text/csv")?;
        let (bytes, room) = bytes_of(request, state, state.limits.large().bytes).await?;
        Ok(Self { bytes, room })
    }
}

async fn json(
    request: Request,
    state: &ServerState,
    limit: BodyLimit,
) -> Result<(Json, Option<Place>), ApiError> {
    require_type(request.headers(), "application/json", |essence| {
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })?;
    let (bytes, room) = bytes_of(request, state, limit.bytes).await?;
    let json = match bytes.len() <= LARGE {
        true => parse(&bytes, limit.values)?,
        false => aside::compute(move || parse(&bytes, limit.values)).await??,
    };
    Ok((json, room))
}

fn require_type(headers: &HeaderMap, wanted: &str, fits: impl Fn(&str) -> bool) -> Result<(), ApiError> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if fits(&essence) {
        return Ok(());
    }
    let message = format!("the body must be sent with the header `Content-Type: {wanted}`");
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message))
}

/// The bytes of a body. A large one takes room for what it says it has, or could have.
pub(super) async fn bytes_of(
    request: Request,
    state: &ServerState,
    limit: usize,
) -> Result<(Bytes, Option<Place>), ApiError> {
    let hint = request.body().size_hint();
    let says = hint.upper().unwrap_or(u64::try_from(limit).unwrap_or(u64::MAX));
    if hint.lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(too_large(limit));
    }
    let large = says > u64::try_from(state.limits.body().bytes).unwrap_or(u64::MAX);
    let room = match large && request.extensions().get::<InMemory>().is_none() {
        true => Some(room_for(&request, state, says)?),
        false => None,
    };
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(collected) => Ok((collected.to_bytes(), room)),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(_) => {
            let message = "the body ended early or could not be read";
            Err(ApiError::new(StatusCode::BAD_REQUEST, "broken_body", message))
        }
    }
}

fn room_for(request: &Request, state: &ServerState, bytes: u64) -> Result<Place, ApiError> {
    let Some(Payer(company)) = request.extensions().get() else {
        return Err(Error::internal("a body is read before it is known whose it is").into());
    };
    state.rooms.bodies.take(*company, bytes).map_err(|full| match full {
        Full::Company => {
            ApiError::too_many("too_many_bodies", "your company sends other large bodies; try again")
        }
        Full::All => ApiError::busy("the server works on other large bodies; try again"),
    })
}

fn too_large(limit: usize) -> ApiError {
    let message = format!("the body is larger than the {limit} bytes that are taken here");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
}

fn parse(bytes: &[u8], values: usize) -> Result<Json, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::invalid("invalid_json", "", format!("the body is not UTF-8: {error}")))?;
    if text.trim().is_empty() {
        return Err(Error::invalid("invalid_json", "", "the body is empty; a JSON object is expected").into());
    }
    Ok(Json::parse_within(text, values)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_parameter_names_the_nearest() {
        let params = Params::parse("limt=5").unwrap();
        let error = params.only(&["limit", "cursor"]).unwrap_err();
        assert_eq!(error.code(), "unknown_parameter");
        assert!(error.message().contains("did you mean `limit`?"), "{error}");
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert_eq!(Params::parse("limit=1&limit=2").unwrap_err().code(), "duplicate_parameter");
    }

    #[test]
    fn a_body_that_is_no_json_is_refused() {
        for body in [&b"{"[..], b"", b"\xff", b"{\"a\":1,\"a\":2}", b"{\"a\":\"\0\"}"] {
            assert_eq!(parse(body, 100).unwrap_err().code(), "invalid_json");
        }
    }
}
