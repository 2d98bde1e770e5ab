//! `/api/audit/logs`

use axum::Json;
use chrono::{DateTime, Utc};
use docpal_core::{AppId, RecordId, TableId, shape};
use docpal_query::{AuditEntry, AuditExt as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Caller;
use super::error::ApiResult;
use super::query::Query;
use super::reply::ListOf;

/// So many entries are given when the caller does not say.
const DEFAULT: i64 = 100;
const MOST: i64 = 1_000;

shape! {
    /// What a list of the audit log takes.
    #[derive(Debug)]
    pub(crate) struct AuditParameters {
        /// At most so many; 100 by default, 1,000 at most
        limit: Option<i64>,
        /// Where the part before ended, as its `next_cursor` said
        cursor: Option<String>,
    }
}

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
    params(Query<AuditParameters>), responses((status = 200, body = ListOf<AuditBody>)))]
pub(crate) async fn list(
    caller: Caller,
    Query(parameters): Query<AuditParameters>,
) -> ApiResult<Json<ListOf<AuditBody>>> {
    let limit = parameters.limit.unwrap_or(DEFAULT).clamp(1, MOST);
    let limit = usize::try_from(limit).unwrap_or(1);
    let page = caller.docpal.audit_log(&caller.actor).list(parameters.cursor.as_deref(), limit).await?;
    let data = page.entries.into_iter().map(AuditBody::from).collect();
    Ok(Json(ListOf { data, next_cursor: page.next_cursor }))
}
