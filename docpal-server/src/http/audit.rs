//! `/api/audit/logs`

use axum::Json;
use docpal_core::audit::AuditEntry;
use utoipa::ToSchema;

use super::call::Caller;
use super::error::ApiResult;
use super::extract::Params;
use super::reply::ListOf;

/// So many entries are given when the caller does not say.
const DEFAULT: i64 = 100;
const MOST: i64 = 1_000;

/// An entry of the audit log.
#[derive(Debug, ToSchema)]
#[schema(as = AuditEntry)]
#[expect(dead_code, reason = "describes docpal_core::audit::AuditEntry")]
pub(crate) struct AuditBody {
    id: i64,
    #[schema(format = DateTime)]
    at: String,
    /// `user:<id>` or `system`.
    actor: String,
    #[schema(example = "record.create")]
    action: String,
    #[schema(format = Uuid)]
    app: Option<String>,
    #[schema(format = Uuid)]
    table: Option<String>,
    records: Vec<String>,
    #[schema(value_type = Object)]
    details: String,
}

/// List what happened, the newest first; for those who may manage the company
#[utoipa::path(get, path = "/api/audit/logs", tag = "audit",
    params(("limit" = Option<i64>, Query, minimum = 1, maximum = 1000), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ListOf<AuditBody>)))]
pub(crate) async fn list(caller: Caller, params: Params) -> ApiResult<Json<ListOf<AuditEntry>>> {
    let params = params.only(&["limit", "cursor"])?;
    let limit = params.number("limit")?.unwrap_or(DEFAULT).clamp(1, MOST);
    let data = caller.docpal.audit(&caller.actor, params.number("cursor")?, limit).await?;
    let full = i64::try_from(data.len()).is_ok_and(|count| count == limit);
    let next_cursor = data.last().filter(|_| full).map(|entry| entry.id.to_string());
    Ok(Json(ListOf { data, next_cursor }))
}
