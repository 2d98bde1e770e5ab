//! The one error envelope, and the one table from kinds to statuses.

use std::error::Error as _;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use docpal_core::{Error, ErrorKind, FieldError};
use serde::Serialize;
use utoipa::ToSchema;

use super::guard::Unreachable;
use super::request_id;

/// The result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

/// A refusal on its way to the client. Made from a [`docpal_core::Error`], or here for what HTTP alone knows.
///
/// # Example
/// ```
/// use docpal_core::{Error, ErrorKind};
/// use docpal_server::ApiError;
/// let error = ApiError::from(Error::new(ErrorKind::NotFound, "table_not_found", "there is no such table"));
/// assert_eq!(error.status().as_u16(), 404);
/// assert_eq!(error.code(), "table_not_found");
/// ```
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    fields: Vec<FieldError>,
    diagnostics: Vec<docpal_formula::Diagnostic>,
    /// For the log, when the fault is the server's.
    cause: Option<Error>,
}

impl ApiError {
    /// A refusal with a status of its own.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            fields: Vec::new(),
            diagnostics: Vec::new(),
            cause: None,
        }
    }

    /// Nobody is known by what the request carries.
    #[must_use]
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// The company, or the user, has enough under way; the same request may be taken later.
    #[must_use]
    pub(crate) fn too_many(code: &'static str, message: &str) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, message)
    }

    /// The server has enough under way; the same request may be taken later.
    #[must_use]
    pub(crate) fn busy(message: &str) -> Self {
        Error::new(ErrorKind::Unavailable, "busy", message).into()
    }

    /// The same refusal with what is wrong with a formula, each with its place in the source.
    #[must_use]
    pub fn with_diagnostics(mut self, diagnostics: Vec<docpal_formula::Diagnostic>) -> Self {
        self.diagnostics = diagnostics;
        self
    }

    /// The same refusal with entries per field.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<FieldError>) -> Self {
        self.fields = fields;
        self
    }

    /// The same refusal with other paths.
    #[must_use]
    pub(crate) fn with_paths(mut self, path: impl Fn(&str) -> String) -> Self {
        self.fields.iter_mut().for_each(|entry| entry.field = path(&entry.field));
        self
    }

    /// May the same request be taken in a moment?
    fn is_for_later(&self) -> bool {
        matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS)
            || self.code == "idempotency_in_progress"
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let status = status_of(error.kind());
        let fields = error.fields().to_vec();
        let cause = Some(error);
        let (code, message) =
            cause.as_ref().map_or(("internal", ""), |error| (error.code(), error.message()));
        Self { status, code, message: message.to_owned(), fields, diagnostics: Vec::new(), cause }
    }
}

/// The status of a kind of failure.
fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Validation | ErrorKind::Limit => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// A stable code to decide on.
    #[schema(example = "validation_failed")]
    pub code: &'static str,
    /// Words for a person.
    #[schema(example = "`quantity`: expected a number, got a text")]
    pub message: String,
    /// One entry per field or value that is not acceptable; empty when the failure is not about fields.
    #[schema(value_type = Vec<FieldErrorBody>)]
    pub fields: Vec<FieldError>,
    /// What is wrong with a formula, each with its place in the source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<DiagnosticBody>)]
    pub diagnostics: Vec<docpal_formula::Diagnostic>,
    /// The request this belongs to, as in the header `X-Request-Id` and in the server's log.
    pub request_id: String,
}

/// One field or value that is not acceptable.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldErrorBody {
    /// The field's name, or the path of the wrong part of the request.
    #[schema(example = "quantity")]
    pub field: String,
    /// A stable code.
    #[schema(example = "wrong_type")]
    pub code: String,
    /// Words for a person.
    #[schema(example = "expected a number, got a text")]
    pub message: String,
    /// The position of the record in a bulk request, from 0.
    pub record: Option<usize>,
}

/// One finding about a formula.
#[derive(Debug, ToSchema)]
#[schema(as = Diagnostic)]
#[expect(dead_code, reason = "describes docpal_formula::Diagnostic")]
pub(crate) struct DiagnosticBody {
    /// A stable code.
    #[schema(example = "unknown_field")]
    code: String,
    span: SpanBody,
    /// Words for a person.
    message: String,
    /// What to do about it.
    help: Option<String>,
    /// Texts that could stand in the place of the span, the best first.
    suggestions: Vec<String>,
}

/// A piece of a formula, in bytes.
#[derive(Debug, ToSchema)]
#[schema(as = Span)]
#[expect(dead_code, reason = "describes docpal_formula::Span")]
pub(crate) struct SpanBody {
    start: usize,
    /// Where it ends: the first byte behind it.
    end: usize,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let request_id = request_id::current();
        let retry = self.is_for_later();
        if self.status.is_server_error() {
            let cause = self.cause.as_ref().and_then(|cause| cause.source());
            // What passes by itself must not hide, in the log, what does not.
            if retry {
                tracing::warn!(%request_id, code = self.code, cause = ?cause, "{}", self.message);
            } else {
                tracing::error!(%request_id, code = self.code, cause = ?cause, "{}", self.message);
            }
        }
        let unauthorized = self.status == StatusCode::UNAUTHORIZED;
        let unreachable = self.code == "database_unavailable";
        let body = ErrorBody {
            error: ErrorDetail {
                code: self.code,
                message: self.message,
                fields: self.fields,
                diagnostics: self.diagnostics,
                request_id,
            },
        };
        let mut response = (self.status, Json(body)).into_response();
        if retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if unreachable {
            response.extensions_mut().insert(Unreachable);
        }
        if unauthorized {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_fault_shows_nothing_of_its_cause() {
        let error = ApiError::from(Error::internal("relation \"secret\" does not exist"));
        assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!error.message.contains("secret"));
    }

    #[test]
    fn every_kind_has_its_status() {
        let kinds = [
            (ErrorKind::Invalid, 400),
            (ErrorKind::Validation, 422),
            (ErrorKind::NotFound, 404),
            (ErrorKind::Forbidden, 403),
            (ErrorKind::Conflict, 409),
            (ErrorKind::Limit, 422),
            (ErrorKind::Unavailable, 503),
            (ErrorKind::Internal, 500),
        ];
        for (kind, status) in kinds {
            assert_eq!(status_of(kind).as_u16(), status, "{kind:?}");
        }
    }
}
