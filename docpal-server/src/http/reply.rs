//! The shapes of answers that are not particular to one resource.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// A list, whole or a part of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListOf<T> {
    /// The items.
    pub(crate) data: Vec<T>,
    /// Where the next part begins; null after the last.
    pub(crate) next_cursor: Option<String>,
}

impl<T> ListOf<T> {
    /// All there is.
    pub(crate) fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None }
    }
}

/// JSON that is written already.
#[derive(Debug)]
pub(crate) struct Written(pub(crate) StatusCode, pub(crate) Vec<u8>);

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        (self.0, [(header::CONTENT_TYPE, "application/json")], self.1).into_response()
    }
}
