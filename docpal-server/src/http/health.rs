//! Is the process alive, and can it serve?

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::{ApiResult, ErrorBody};
use crate::server::ServerState;

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of DocPal.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// Is the process alive?
#[utoipa::path(get, path = "/healthz", tag = "server", security(()),
    responses((status = 200, body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    Json(OK)
}

/// Can the server serve? It can when its database answers. While the embedded PostgreSQL is started again the code is
/// `database_restarting`.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()),
    responses((status = 200, body = Health), (status = 503, body = ErrorBody)))]
pub(crate) async fn ready(State(state): State<ServerState>) -> ApiResult<Json<Health>> {
    use docpal_core::sql::errors::from_sqlx;
    use sqlx::Connection as _;
    let mut connection = state.docpal.acquire().await?;
    connection.ping().await.map_err(from_sqlx)?;
    Ok(Json(OK))
}
