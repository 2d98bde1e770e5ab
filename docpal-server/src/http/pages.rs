//! Pages for people: the start page, and the API page (Swagger UI, compiled in: no internet needed).

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use super::error::ApiError;
use crate::server::ServerState;

const START: &str = include_str!("pages/start.html");
/// A page may load from this server only, but for the styles that Swagger UI sets on its elements.
const POLICY: (HeaderName, &str) = (
    header::CONTENT_SECURITY_POLICY,
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
);

/// `/`
pub(crate) async fn start() -> impl IntoResponse {
    ([POLICY], Html(START.replace("{version}", env!("CARGO_PKG_VERSION"))))
}

/// `/api/openapi.json` and `/api/docs`.
pub(crate) fn routes(document: &OpenApi) -> Router<ServerState> {
    let json: Bytes = document.to_json().unwrap_or_default().into();
    let config =
        Config::new(["../openapi.json"]).validator_url("none").doc_expansion("none").try_it_out_enabled(true);
    let config = Arc::new(config);
    let file = move |Path(path): Path<String>| file(path, Arc::clone(&config));
    let index = file.clone();
    Router::new()
        .route(
            "/api/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], json) }),
        )
        // Relative, so that it works under whatever path the host mounts this.
        .route("/api/docs", get(|| async { Redirect::temporary("docs/") }))
        .route("/api/docs/", get(move || index(Path("index.html".to_owned()))))
        .route("/api/docs/{*file}", get(file))
}

async fn file(path: String, config: Arc<Config<'static>>) -> Result<Response, ApiError> {
    let missing = || ApiError::new(StatusCode::NOT_FOUND, "route_not_found", "the API page has no such file");
    let file = utoipa_swagger_ui::serve(&path, config)
        .map_err(|error| ApiError::from(docpal_core::Error::internal(error.to_string())))?
        .ok_or_else(missing)?;
    Ok(([(header::CONTENT_TYPE, file.content_type.as_str()), (POLICY.0, POLICY.1)], file.bytes.into_owned())
        .into_response())
}
