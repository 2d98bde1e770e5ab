//! A view as a file, streamed page by page from one snapshot of the data.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use docpal_core::{Error, Result};
use docpal_query::ViewSpec;

use super::{View, stream};
use crate::export::{Format, Writer};
use crate::http::call::TableCall;
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::{JsonBody, Params};
use crate::http::view;
use crate::room::{Full, Place};

/// Export the records of a view
#[utoipa::path(get, path = "/api/tables/{table_id}/records/export", tag = "records",
    params(
        ("table_id" = String, Path, format = Uuid),
        ("format" = Option<String>, Query, description = "`csv` (the default), `json` or `ndjson`"),
        ("filter" = Option<String>, Query, description = "As for a list"),
        ("sort" = Option<String>, Query, description = "As for a list"),
        ("fields" = Option<String>, Query, description = "As for a list"),
        ("numbers" = Option<String>, Query, description = "`string` gives numbers in JSON as strings"),
        ("raw" = Option<bool>, Query, description = "CSV: texts that a spreadsheet would run as a formula are \
            given as they are, without an apostrophe before them"),
    ),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(crate) async fn export(call: TableCall, params: Params) -> ApiResult<Response> {
    let params = params.only(&["format", "filter", "sort", "fields", "numbers", "raw"])?;
    let writer = Writer::new(format(&params)?, view::format(&params)?);
    start(&call, writer, &view::view(&params)?).await
}

/// Export the records of a view that is in the body
#[utoipa::path(post, path = "/api/tables/{table_id}/export", tag = "records", request_body = View,
    params(
        ("table_id" = String, Path, format = Uuid),
        ("format" = Option<String>, Query, description = "`csv` (the default), `json` or `ndjson`"),
        ("numbers" = Option<String>, Query, description = "`string` gives numbers in JSON as strings"),
        ("raw" = Option<bool>, Query, description = "CSV: as for an export by query parameters"),
    ),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(crate) async fn export_view(
    call: TableCall,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult<Response> {
    let params = params.only(&["format", "numbers", "raw"])?;
    let writer = Writer::new(format(&params)?, view::format(&params)?);
    start(&call, writer, &ViewSpec::from_json(&body)?).await
}

/// The form that the parameters ask for.
fn format(params: &Params) -> Result<Format> {
    let format = match params.get("format") {
        None => Format::Csv { raw: false },
        Some(word) => Format::from_word(word)
            .ok_or_else(|| Error::invalid("invalid_parameter", "format", "expected csv, json or ndjson"))?,
    };
    match params.get("raw") {
        None | Some("false") => Ok(format),
        Some("true") => Ok(format.raw()),
        Some(_) => Err(Error::invalid("invalid_parameter", "raw", "expected true or false")),
    }
}

async fn start(call: &TableCall, writer: Writer, spec: &ViewSpec) -> ApiResult<Response> {
    let place = place(call)?;
    let format = writer.format();
    let mut pages = call.records().export(spec).await?;
    // The first page comes before the headers, so that a refusal is still a refusal.
    let first = pages.next().await?;
    let bytes = stream::start(pages, first, writer, place, call.caller.limits.export_patience);
    let name = format!("attachment; filename=\"export.{}\"", format.word());
    let headers =
        [(header::CONTENT_TYPE, format.content_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(bytes)).into_response())
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
