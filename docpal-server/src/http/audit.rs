//! `/api/audit/logs`

use std::collections::HashMap;
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use docpal_core::{AppId, RecordId, TableId, shape};
use docpal_query::{AuditEntry, AuditExt as _, MAX_AUDIT_LIMIT};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Caller;
use super::cell::CellValue;
use super::error::{ApiError, ApiResult};
use super::query::Query;
use super::reply::ListOf;
use crate::room::{Full, Place};

/// The longest that a page waits for others.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many entries are given when the caller does not say.
const DEFAULT: u32 = 100;

shape! {
    /// What a list of the audit log takes.
    #[derive(Debug)]
    pub(crate) struct AuditParameters {
        /// At most so many, 100 by default. There may be fewer, also none, before a `next_cursor`
        #[within = 1, MAX_AUDIT_LIMIT]
        limit: Option<u32>,
        /// Where the part before ended, as its `next_cursor` said
        cursor: Option<String>,
        /// Give also `details`: what records held before and after, which is most of a page
        details: bool = false,
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
    /// The records concerned that the caller may read: of more than 1,000 the first.
    #[schema(value_type = Vec<String>)]
    records: Vec<RecordId>,
    /// How many records are concerned that the caller may read.
    record_count: usize,
    /// What was changed; given with `details=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AuditDetails>)]
    details: Option<docpal_core::Json>,
    /// The session or key that was used.
    session: Option<String>,
    /// The address and the user agent.
    origin: Option<String>,
}

/// What was changed, as far as the reader may see it.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the log holds")]
pub(crate) struct AuditDetails {
    /// What a record held before, by field id; of many records that were deleted, a list.
    before: Option<Before>,
    /// What was set, by field id.
    after: Option<HashMap<String, CellValue>>,
    /// Of what was made or deleted.
    name: Option<String>,
    /// Of a key: its id.
    key: Option<String>,
    /// Of a key: its role.
    role: Option<String>,
    /// Of a key: whom it acts for.
    user: Option<String>,
    /// Of a rule: its id.
    rule: Option<String>,
    /// Of a rule: for whom it is.
    subject: Option<String>,
    /// Of a rule: what it is about.
    action: Option<String>,
    /// Of a rule: `allow` or `deny`.
    effect: Option<String>,
}

/// What one record held, or a list of what many held.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what the log holds")]
pub(crate) enum Before {
    One(HashMap<String, CellValue>),
    Many(Vec<HashMap<String, CellValue>>),
}

impl AuditBody {
    fn of(entry: AuditEntry, details: bool) -> Self {
        let details = details.then_some(entry.details);
        let AuditEntry { id, at, actor, action, app, table, records, record_count, session, origin, .. } =
            entry;
        Self { id, at, actor, action, app, table, records, record_count, details, session, origin }
    }
}

/// List what happened, the newest first, as far as the caller may see it; for those who may manage the company
#[utoipa::path(get, path = "/api/audit/logs", tag = "audit",
    params(Query<AuditParameters>), responses((status = 200, body = ListOf<AuditBody>)))]
pub(crate) async fn list(caller: Caller, Query(parameters): Query<AuditParameters>) -> ApiResult<Response> {
    let _place = place(&caller).await?;
    let limit = parameters.limit.unwrap_or(DEFAULT);
    let limit = usize::try_from(limit).unwrap_or(1);
    let page = caller.docpal.audit_log(&caller.actor).list(parameters.cursor.as_deref(), limit).await?;
    let data = page.entries.into_iter().map(|entry| AuditBody::of(entry, parameters.details)).collect();
    // Written while it has its place; the bytes have room of their own.
    Ok(Json(ListOf { data, next_cursor: page.next_cursor }).into_response())
}

async fn place(caller: &Caller) -> Result<Place, ApiError> {
    let company = caller.actor.company();
    caller.rooms.audits.take_within(company, 1, PATIENCE).await.map_err(|full| match full {
        Full::Company => {
            let message = "your company has another page of the audit log under way; try again";
            ApiError::too_many("too_many_requests", message)
        }
        Full::All => ApiError::busy("the server has other pages of the audit log under way; try again"),
    })
}
