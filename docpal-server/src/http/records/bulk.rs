//! Writing many records at once: all or none.

use axum::Json;
use axum::http::StatusCode;
use docpal_core::{Error, Json as Body, RecordDraft, RecordId, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Draft, draft};
use crate::aside;
use crate::http::call::TableCall;
use crate::http::error::ApiResult;
use crate::http::extract::BulkBody;
use crate::http::idempotency::write;
use crate::http::object::{Object, wrong_type};

/// Records to make.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
pub(crate) struct Drafts {
    records: Vec<Draft>,
}

/// Records that were made, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Made {
    #[schema(value_type = Vec<String>)]
    ids: Vec<RecordId>,
}

/// Records to delete.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
pub(crate) struct Doomed {
    ids: Vec<String>,
}

/// How many records were deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deleted {
    deleted: u64,
}

/// Make many records, all or none
#[utoipa::path(post, path = "/api/tables/{table_id}/records/bulk", tag = "records", request_body = Drafts,
    params(("table_id" = String, Path, format = Uuid)), responses((status = 201, body = Made)))]
pub(crate) async fn create_many(call: TableCall, body: BulkBody) -> ApiResult<(StatusCode, Json<Made>)> {
    // Reading, validating and encoding many records takes the processor for long.
    let ids = aside::run(move || async move {
        let BulkBody { json, room: _room } = body;
        let drafts = drafts(json)?;
        let records = call.records();
        write!(call.caller, |tx| records.create_many_within(tx, &drafts), records.create_many(&drafts))
    });
    let ids = ids.await??;
    Ok((StatusCode::CREATED, Json(Made { ids })))
}

/// Delete many records, all or none
#[utoipa::path(post, path = "/api/tables/{table_id}/records/bulk/delete", tag = "records", request_body = Doomed,
    params(("table_id" = String, Path, format = Uuid)), responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_many(call: TableCall, body: BulkBody) -> ApiResult<Json<Deleted>> {
    let BulkBody { json, room: _room } = body;
    let mut body = Object::read(json, "", &["ids"])?;
    let ids = match body.need("ids")? {
        Body::List(items) => items.into_iter().enumerate().map(id).collect::<Result<Vec<_>>>()?,
        other => return Err(wrong_type("ids", "a list of ids", &other).into()),
    };
    let records = call.records();
    let deleted = write!(call.caller, |conn| records.delete_many_in(conn, &ids), records.delete_many(&ids))?;
    Ok(Json(Deleted { deleted }))
}

fn drafts(body: Body) -> Result<Vec<RecordDraft>> {
    let mut body = Object::read(body, "", &["records"])?;
    let records = body.list("records")?.map_or_else(|| body.need("records").map(|_| Vec::new()), Ok)?;
    let read = |(index, record)| draft(&mut Object::read(record, &format!("records[{index}]"), &["fields"])?);
    records.into_iter().enumerate().map(read).collect()
}

fn id((index, item): (usize, Body)) -> Result<RecordId> {
    let invalid = || Error::invalid("invalid_id", format!("ids[{index}]"), "expected a UUID");
    item.as_text().and_then(|text| text.parse().ok()).ok_or_else(invalid)
}
