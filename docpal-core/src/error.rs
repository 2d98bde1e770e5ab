//! The error of docpal-core and docpal-query: a kind to decide on, a stable code, words for a person,
//! and one entry per failed field. Never SQL text, never another tenant's data.

use std::error::Error as StdError;
use std::fmt;

/// The result of everything in docpal-core and docpal-query that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is; a server maps it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request cannot be understood: malformed JSON, unknown key, bad cursor.
    Invalid,
    /// The request is understood, its values are not acceptable; see [`Error::fields`].
    Validation,
    /// The thing does not exist, or the actor may not know that it does.
    NotFound,
    /// The actor sees the thing and may not do this to it.
    Forbidden,
    /// The thing changed meanwhile, or a unique value is taken.
    Conflict,
    /// A limit protects the service: too many fields, too deep, too large.
    Limit,
    /// The database is not reachable or asked to retry; the same call may succeed later.
    Unavailable,
    /// A defect of DocPal or a broken database. The text says nothing more to the user.
    Internal,
}

/// One field that failed, for a form to show beside it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FieldError {
    /// The field's name as the caller wrote it, or a path into the request.
    pub field: String,
    /// The stable code, for example `required`.
    pub code: &'static str,
    /// What is wrong and what to do, for a person.
    pub message: String,
    /// The position of the record in a bulk request, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<usize>,
}

impl FieldError {
    /// An entry for `field`.
    #[must_use]
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into(), record: None }
    }

    /// The same entry, pointing at record `index` of a bulk request.
    #[must_use]
    pub fn in_record(mut self, index: usize) -> Self {
        self.record = Some(index);
        self
    }
}

/// A failure. Decide on [`Error::kind`] or the predicates; show [`Error::message`] and [`Error::fields`].
///
/// # Example
/// ```
/// use docpal_core::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::NotFound, "table_not_found", "there is no such table");
/// assert!(error.is_not_found());
/// assert_eq!(error.code(), "table_not_found");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    code: &'static str,
    message: String,
    fields: Vec<FieldError>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error with a stable snake_case `code` and a message for a person.
    #[must_use]
    pub fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, code, message: message.into(), fields: Vec::new(), source: None }))
    }

    /// A validation error with one entry per failed field.
    #[must_use]
    pub fn validation(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [one] => format!("`{}`: {}", one.field, one.message),
            many => format!("{} values are not acceptable", many.len()),
        };
        Self::new(ErrorKind::Validation, "validation_failed", message).with_fields(fields)
    }

    /// A request that cannot be understood, with the path in it that is wrong.
    #[must_use]
    pub fn invalid(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        let entry = FieldError::new(path, code, message.clone());
        Self::new(ErrorKind::Invalid, code, message).with_fields(vec![entry])
    }

    /// A defect or a broken database; `source` goes to the log, never to the user.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(
            ErrorKind::Internal,
            "internal",
            "something went wrong inside DocPal; the log has the cause",
        )
        .with_source(source)
    }

    /// The same error with entries per field.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<FieldError>) -> Self {
        self.0.fields = fields;
        self
    }

    /// The same error with the underlying cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code, listed in docs/errors.md.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What is wrong and what to do, for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// One entry per failed field; empty when the failure is not about fields.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// The thing does not exist, or the actor may not know that it does.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// The actor sees the thing and may not do this to it.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.kind() == ErrorKind::Forbidden
    }

    /// The values, or the request itself, are not acceptable.
    #[must_use]
    pub fn is_validation(&self) -> bool {
        matches!(self.kind(), ErrorKind::Validation | ErrorKind::Invalid)
    }

    /// The thing changed meanwhile, or a unique value is taken.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.kind() == ErrorKind::Conflict
    }

    /// The same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind() == ErrorKind::Unavailable
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("code", &self.0.code)
            .field("message", &self.0.message)
            .field("fields", &self.0.fields)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
