//! A view as a file, streamed page by page from one snapshot of the data.

use axum::body;
use axum::http::{Uri, header};
use axum::response::{IntoResponse as _, Response};
use docpal_query::ViewSpec;
use utoipa::ToSchema;

use super::{RecordBody, View, stream};
use crate::export::{Format, Writer};
use crate::http::call::TableCall;
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::Body;
use crate::http::query::Query;
use crate::http::view::{ExportParameters, FileStyle, Numbers, refusal};
use crate::room::{Full, Place};

/// The records of a view as one JSON.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what crate::export writes")]
pub(crate) struct RecordFile {
    data: Vec<RecordBody>,
}

/// Export the records of a view
#[utoipa::path(get, path = "/api/tables/{table_id}/records/export", tag = "records",
    params(TableCall, Query<ExportParameters>),
    responses((status = 200, description = "The file", content(
        (String = "text/csv"), (RecordFile = "application/json"), (String = "application/x-ndjson")))))]
pub(crate) async fn export(
    call: TableCall,
    uri: Uri,
    Query(parameters): Query<ExportParameters>,
) -> ApiResult<Response> {
    let writer = writer(parameters.format, parameters.numbers, parameters.raw);
    start(&call, writer, &parameters.view()).await.map_err(|error| refusal(&uri, error))
}

/// Export the records of a view that is in the body
#[utoipa::path(post, path = "/api/tables/{table_id}/export", tag = "records", request_body = View,
    params(TableCall, Query<FileStyle>),
    responses((status = 200, description = "The file", content(
        (String = "text/csv"), (RecordFile = "application/json"), (String = "application/x-ndjson")))))]
pub(crate) async fn export_view(
    call: TableCall,
    Query(style): Query<FileStyle>,
    Body(spec): View,
) -> ApiResult<Response> {
    start(&call, writer(style.format, style.numbers, style.raw), &spec).await
}

fn writer(format: Format, numbers: Numbers, raw: bool) -> Writer {
    Writer::new(if raw { format.raw() } else { format }, numbers.0)
}

async fn start(call: &TableCall, writer: Writer, spec: &ViewSpec) -> ApiResult<Response> {
    let place = place(call)?;
    let format = writer.format();
    let mut pages = call.records().export(spec).await?;
    // The first page comes before the headers, so that a refusal is still a refusal.
    let first = pages.next().await?;
    let bytes = stream::start(pages, first, writer, place, call.caller.limits.reader_patience);
    let name = format!("attachment; filename=\"export.{}\"", format.word());
    let headers =
        [(header::CONTENT_TYPE, format.content_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, body::Body::from_stream(bytes)).into_response())
}

fn place(call: &TableCall) -> Result<Place, ApiError> {
    let company = call.caller.actor.company();
    call.caller.rooms.exports.take(company, 1).map_err(|full| match full {
        Full::Company => {
            ApiError::too_many("too_many_exports", "your company has other exports under way; try again")
        }
        Full::All => ApiError::busy("the server has other exports under way; try again"),
    })
}
