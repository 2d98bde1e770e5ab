//! The HTTP API: one file per resource, one list of routes.

mod answer;
mod api_keys;
mod apps;
mod audit;
mod call;
mod cell;
mod drain;
pub(crate) mod error;
mod extract;
mod field_types;
mod formula;
mod guard;
mod health;
mod idempotency;
mod import;
pub(crate) mod metrics;
pub(crate) mod openapi;
mod pages;
mod permissions;
mod query;
mod records;
mod reply;
mod request_id;
mod schema;
mod tables;
mod view;

use std::sync::Arc;

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Extension, Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::error::ApiError;
use crate::server::ServerState;

/// The routes of the API with their documentation: the one list. Those that write stand in [`writing`] and
/// [`writing_much`], those that a
/// host can do without in [`optional`].
fn documented(
    layered: impl Fn(OpenApiRouter<ServerState>) -> OpenApiRouter<ServerState>,
) -> OpenApiRouter<ServerState> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(api_keys::whoami))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(api_keys::create, api_keys::list))
                .routes(routes!(api_keys::revoke))
                .layer(middleware::from_fn(idempotency::refuse)),
        )
        .merge(layered(openapi::keyed(writing())))
        // Around what reads bodies: a handler, and what keeps its answer.
        .merge(layered(openapi::keyed(writing_much())).layer(Extension(extract::Large)))
        .merge(previews().layer(Extension(extract::Large)))
        .routes(routes!(apps::get))
        .routes(routes!(records::export))
        .routes(routes!(records::export_view))
        .routes(routes!(records::query))
        .routes(routes!(records::summary))
        .routes(routes!(audit::list))
        .routes(routes!(formula::check))
        .routes(routes!(formula::evaluate))
        .routes(routes!(formula::complete))
        .routes(routes!(formula::functions))
        .routes(routes!(field_types::list))
}

/// The routes that [`crate::ServerBuilder::metrics`] turns off.
fn optional() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(metrics::get))
}

/// The routes that write, with what is read under the same paths. They take an `Idempotency-Key`.
fn writing() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(apps::create, apps::list))
        .routes(routes!(tables::create, tables::list))
        .routes(routes!(tables::get, tables::delete))
        .routes(routes!(records::create, records::list))
        .routes(routes!(records::get, records::put, records::patch, records::delete))
        .routes(routes!(permissions::create, permissions::list))
        .routes(routes!(permissions::delete))
}

/// Those that write and whose bodies may be large.
fn writing_much() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(import::new_table))
        .routes(routes!(import::append_rows))
        .routes(routes!(records::create_many))
        .routes(routes!(records::delete_many))
}

/// Those whose bodies may be large and that write nothing.
fn previews() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(import::preview)).routes(routes!(import::append_preview))
}

/// The whole router.
pub(crate) fn router(state: ServerState) -> Router {
    let idempotent = middleware::from_fn_with_state(state.clone(), idempotency::layer);
    let writes = middleware::from_fn(answer::writes);
    let mut routes = documented(|writing| writing.layer(idempotent.clone()).layer(writes.clone()));
    if state.metrics.is_some() {
        routes = routes.merge(optional());
    }
    let (routes, document) = routes.split_for_parts();
    let document = openapi::finish(document);
    let whole = routes
        .merge(pages::routes(&document))
        .route("/", get(pages::start))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method);
    let watched = match &state.health {
        Some(health) => whole.layer(middleware::from_fn_with_state(health.clone(), guard::database)),
        None => whole,
    };
    let router = watched
        .layer(middleware::from_fn_with_state(state.limits.timeout, guard::timeout))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(middleware::from_fn(guard::head))
        // Around all that answers, so that no route can be without.
        .layer(middleware::from_fn_with_state(state.clone(), answer::layer));
    // Around the time-out and the net for panics: their answers count, too.
    let counted = match &state.metrics {
        Some(metrics) => router.layer(middleware::from_fn_with_state(Arc::clone(metrics), metrics::layer)),
        None => router,
    };
    counted
        .layer(middleware::from_fn(drain::layer))
        .layer(middleware::from_fn(request_id::layer))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(guard::headers))
        .with_state(state)
}

async fn unknown_route() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "route_not_found",
        "there is nothing here; /api/docs lists what there is",
    )
}

async fn wrong_method() -> ApiError {
    let message = "this path does not take this method; /api/docs lists what there is";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}
