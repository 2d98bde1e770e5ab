//! What handlers take from a request beside its entry (see [`super::call`]): query parameters, a body. Each failure
//! is an [`ApiError`].

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use docpal_core::{Error, Json};

use super::error::ApiError;
use super::object;

/// Bodies larger than this are parsed off the threads that serve requests.
const LARGE: usize = 256 * 1024;

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

/// A JSON body with exact numbers.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Json);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        require_type(request.headers(), "application/json", |essence| {
            essence == "application/json"
                || (essence.starts_with("application/") && essence.ends_with("+json"))
        })?;
        let bytes = bytes_of(request, state).await?;
        if bytes.len() <= LARGE {
            return parse(&bytes).map(Self);
        }
        let parsed = tokio::task::spawn_blocking(move || parse(&bytes)).await;
        parsed.map_err(|error| ApiError::from(Error::internal(error)))?.map(Self)
    }
}

/// A CSV body.
#[derive(Debug)]
pub(crate) struct CsvBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for CsvBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        require_type(request.headers(), "text/csv", |essence| essence == "text/csv")?;
        bytes_of(request, state).await.map(Self)
    }
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

async fn bytes_of<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| broken(&rejection))
}

/// Why a body could not be taken.
pub(super) fn broken(rejection: &BytesRejection) -> ApiError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "the body is larger than this server takes",
        ),
        _ => {
            ApiError::new(StatusCode::BAD_REQUEST, "broken_body", "the body ended early or could not be read")
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Json, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::invalid("invalid_json", "", format!("the body is not UTF-8: {error}")))?;
    if text.trim().is_empty() {
        return Err(Error::invalid("invalid_json", "", "the body is empty; a JSON object is expected").into());
    }
    Ok(Json::parse(text)?)
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
            assert_eq!(parse(body).unwrap_err().code(), "invalid_json");
        }
    }
}
