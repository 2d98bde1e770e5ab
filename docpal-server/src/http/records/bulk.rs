//! Writing many records at once: all or none.

use axum::Json;
use axum::http::StatusCode;
use docpal_core::{RecordId, shape};
use docpal_query::records::{MAX_IDS, MAX_RECORDS};
use serde::Serialize;
use utoipa::ToSchema;

use super::Draft;
use crate::aside;
use crate::http::call::TableCall;
use crate::http::error::ApiResult;
use crate::http::extract::BulkBody;
use crate::http::idempotency::write;
use crate::http::query::Query;

shape! {
    /// Records to make.
    #[derive(Debug)]
    pub(crate) struct Drafts {
        /// At most 100,000.
        #[length = 0, MAX_RECORDS]
        records: Vec<Draft>,
    }
}

/// Records that were made, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Made {
    #[schema(value_type = Vec<String>)]
    ids: Vec<RecordId>,
}

shape! {
    /// Records to delete.
    #[derive(Debug)]
    pub(crate) struct Doomed {
        /// At most 10,000.
        #[length = 0, MAX_IDS]
        ids: Vec<RecordId>,
    }
}

pub(crate) type DraftsBody = BulkBody<Drafts>;
pub(crate) type DoomedBody = BulkBody<Doomed>;

/// How many records were deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deleted {
    deleted: u64,
}

/// Make many records, all or none
#[utoipa::path(post, path = "/api/tables/{table_id}/records/bulk", tag = "records", request_body = DraftsBody,
    params(TableCall), responses((status = 201, body = Made)))]
pub(crate) async fn create_many(
    call: TableCall,
    _: Query<()>,
    body: DraftsBody,
) -> ApiResult<(StatusCode, Json<Made>)> {
    // Validating and encoding many records takes the processor for long.
    let ids = aside::run(move || async move {
        let BulkBody { read, room: _room } = body;
        let drafts: Vec<_> = read.records.into_iter().map(|draft| draft.fields).collect();
        let records = call.records();
        write!(call.caller, |tx| records.create_many_in(tx, &drafts), records.create_many(&drafts))
    });
    let ids = ids.await??;
    Ok((StatusCode::CREATED, Json(Made { ids })))
}

/// Delete many records, all or none
#[utoipa::path(post, path = "/api/tables/{table_id}/records/bulk/delete", tag = "records", request_body = DoomedBody,
    params(TableCall), responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_many(call: TableCall, _: Query<()>, body: DoomedBody) -> ApiResult<Json<Deleted>> {
    let BulkBody { read: Doomed { ids }, room: _room } = body;
    let records = call.records();
    let deleted = write!(call.caller, |conn| records.delete_many_in(conn, &ids), records.delete_many(&ids))?;
    Ok(Json(Deleted { deleted }))
}
