//! Reading records: one, a list by query parameters, a list by a whole view spec.

use axum::http::{StatusCode, Uri};
use docpal_core::Json;
use docpal_query::ViewSpec;
use utoipa::ToSchema;

use super::{Listed, RecordBody, one};
use crate::http::call::{RecordCall, TableCall};
use crate::http::cell::ShownValue;
use crate::http::error::ApiResult;
use crate::http::extract::Body;
use crate::http::query::Query;
use crate::http::reply::Written;
use crate::http::view::{ListParameters, ListStyle, Style, refusal};

/// List records
#[utoipa::path(get, path = "/api/tables/{table_id}/records", tag = "records",
    params(TableCall, Query<ListParameters>), responses((status = 200, body = Listed)))]
pub(crate) async fn list(
    call: TableCall,
    uri: Uri,
    Query(parameters): Query<ListParameters>,
) -> ApiResult<Written> {
    let (format, numbers, spec) = (parameters.format, parameters.numbers, parameters.view());
    let page = call.records().list(&spec).await.map_err(|error| refusal(&uri, error))?;
    Ok(Written(StatusCode::OK, format.write(&page, numbers)))
}

/// A whole view.
pub(crate) type View = Body<ViewSpec>;

/// List the records of a view
#[utoipa::path(post, path = "/api/tables/{table_id}/query", tag = "records", request_body = View,
    params(TableCall, Query<ListStyle>),
    responses((status = 200, body = Listed)))]
pub(crate) async fn query(
    call: TableCall,
    Query(style): Query<ListStyle>,
    Body(spec): View,
) -> ApiResult<Written> {
    let page = call.records().list(&spec).await?;
    Ok(Written(StatusCode::OK, style.format.write(&page, style.numbers)))
}

/// The groups of a view and what is computed over them.
#[derive(Debug, ToSchema)]
#[schema(as = Summary)]
#[expect(dead_code, reason = "describes what docpal_query::Summary writes")]
pub(crate) struct SummaryBody {
    /// How many records.
    count: i64,
    /// The values of the aggregates, in the order they were asked for; `{"error": {"code", "message"}}` in the place of
    /// one that has none.
    #[schema(value_type = Vec<ShownValue>)]
    aggregates: Vec<Json>,
    /// The groups of the first level, each with those inside it; only when the view has groups.
    groups: Option<Vec<SummaryGroupBody>>,
    /// Whether there are more groups than the 1,000 of a summary.
    truncated: Option<bool>,
}

/// The records of a view that have one value.
#[derive(Debug, ToSchema)]
#[schema(as = SummaryGroup)]
#[expect(dead_code, reason = "describes what docpal_query::Summary writes")]
pub(crate) struct SummaryGroupBody {
    /// What they have in common, as in records; where a range begins, when they are grouped by ranges.
    #[schema(value_type = ShownValue)]
    value: Json,
    /// True for the records whose value could not be computed.
    error: Option<bool>,
    count: i64,
    #[schema(value_type = Vec<ShownValue>)]
    aggregates: Vec<Json>,
    #[schema(no_recursion)]
    groups: Option<Vec<SummaryGroupBody>>,
}

/// Group the records of a view and compute over them
#[utoipa::path(post, path = "/api/tables/{table_id}/summary", tag = "records",
    request_body(content = View, example = json!({
        "filter": {"field": "total", "op": "gt", "value": 100}, "group": [{"field": "ordered", "bucket": "month"}],
        "aggregates": [{"field": "total", "function": "sum"}]
    })),
    params(TableCall, Query<Style>),
    responses((status = 200, body = SummaryBody)))]
pub(crate) async fn summary(
    call: TableCall,
    Query(style): Query<Style>,
    Body(spec): View,
) -> ApiResult<Written> {
    let summary = call.records().summary(&spec).await?;
    let mut out = Vec::new();
    summary.write(style.numbers.0, &mut out);
    Ok(Written(StatusCode::OK, out))
}

/// Get a record
#[utoipa::path(get, path = "/api/tables/{table_id}/records/{record_id}", tag = "records",
    params(RecordCall, Query<Style>),
    responses((status = 200, body = RecordBody)))]
pub(crate) async fn get(
    RecordCall { call, record }: RecordCall,
    Query(style): Query<Style>,
) -> ApiResult<Written> {
    let page = call.records().get(record).await?;
    Ok(Written(StatusCode::OK, one(&page, style.numbers.0)))
}
