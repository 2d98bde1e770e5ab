//! `/api/audit/logs`

use axum::Json;
use chrono::{DateTime, Utc};
use docpal_core::{AppId, RecordId, TableId};
use docpal_query::{AuditEntry, AuditExt as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Caller;
use super::error::ApiResult;
use super::extract::Params;
use super::reply::ListOf;

/// So many entries are given when the caller does not say.
const DEFAULT: i64 = 100;
const MOST: i64 = 1_000;

/// An entry of the audit log, as its reader may see it
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditBody {
    /// Names the entry, and says nothing else.
    id: String,
    #[schema(value_type = String, format = DateTime)]
    at: DateTime<Utc>,
    /// `user:<id>` or `system:<reason>`.
    actor: String,
    #[schema(example = "record.create")]
    action: String,
    #[schema(value_type = Option<String>, format = Uuid)]
    app: Option<AppId>,
    #[schema(value_type = Option<String>, format = Uuid)]
    table: Option<TableId>,
    #[schema(value_type = Vec<String>)]
    records: Vec<RecordId>,
    /// `before` and `after`: what records held, by field id.
    #[schema(value_type = Object)]
    details: docpal_core::Json,
    /// The session or key that was used.
    session: Option<String>,
    /// The address and the user agent.
    origin: Option<String>,
}

impl From<AuditEntry> for AuditBody {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { id, at, actor, action, app, table, records, details, session, origin, .. } = entry;
        Self { id, at, actor, action, app, table, records, details, session, origin }
    }
}

/// List what happened, the newest first, as far as the caller may see it; for those who may manage the company
#[utoipa::path(get, path = "/api/audit/logs", tag = "audit",
    params(("limit" = Option<i64>, Query, minimum = 1, maximum = 1000), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ListOf<AuditBody>)))]
pub(crate) async fn list(caller: Caller, params: Params) -> ApiResult<Json<ListOf<AuditBody>>> {
    let params = params.only(&["limit", "cursor"])?;
    let limit = params.number("limit")?.unwrap_or(DEFAULT).clamp(1, MOST);
    let limit = usize::try_from(limit).unwrap_or(1);
    let page = caller.docpal.audit_log(&caller.actor).list(params.get("cursor"), limit).await?;
    let data = page.entries.into_iter().map(AuditBody::from).collect();
    Ok(Json(ListOf { data, next_cursor: page.next_cursor }))
}
