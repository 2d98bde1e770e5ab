//! A view as a file, streamed page by page from one snapshot of the data.

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use docpal_core::Error;
use docpal_query::Page;
use futures_util::stream;

use crate::export::{Format, Writer};
use crate::http::call::TableCall;
use crate::http::error::ApiResult;
use crate::http::extract::Params;
use crate::http::view;

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
    let format = match params.get("format") {
        None => Format::Csv { raw: false },
        Some(word) => Format::from_word(word)
            .ok_or_else(|| Error::invalid("invalid_parameter", "format", "expected csv, json or ndjson"))?,
    };
    let format = match params.get("raw") {
        None | Some("false") => format,
        Some("true") => format.raw(),
        Some(_) => return Err(Error::invalid("invalid_parameter", "raw", "expected true or false").into()),
    };
    let writer = Writer::new(format, view::format(&params)?);
    let spec = view::view(&params)?;
    let mut pages = call.records().export(&spec).await?;
    // The first page comes before the headers, so that a refusal is still a refusal.
    let first = pages.next().await?;
    let state = Stream { pages, writer, first, ended: false };
    let body = Body::from_stream(stream::try_unfold(state, Stream::step));
    let name = format!("attachment; filename=\"export.{}\"", format.word());
    let headers =
        [(header::CONTENT_TYPE, format.content_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, body).into_response())
}

struct Stream {
    pages: docpal_query::records::Export,
    writer: Writer,
    first: Option<Page>,
    ended: bool,
}

impl Stream {
    /// The bytes of the next page. An error cuts the answer off, which the client sees as a broken transfer.
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, Error> {
        if self.ended {
            return Ok(None);
        }
        let page = match self.first.take() {
            Some(page) => Some(page),
            None => {
                self.pages.next().await.inspect_err(|error| tracing::error!(?error, "an export broke off"))?
            }
        };
        let mut out = Vec::new();
        match page {
            Some(page) => self.writer.page(&page, &mut out),
            None => {
                self.writer.end(&mut out);
                self.ended = true;
            }
        }
        Ok(Some((out.into(), self)))
    }
}
