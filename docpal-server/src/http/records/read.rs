//! Reading records: one, a list by query parameters, a list by a whole view spec.

use axum::http::StatusCode;
use docpal_core::json_out::JsonFormat;
use docpal_core::{Json, Result};
use docpal_query::ViewSpec;
use utoipa::ToSchema;

use super::{RecordBody, RecordList, one};
use crate::http::call::{RecordCall, TableCall};
use crate::http::error::ApiResult;
use crate::http::extract::{JsonBody, Params};
use crate::http::reply::Written;
use crate::http::view;

/// List records
#[utoipa::path(get, path = "/api/tables/{table_id}/records", tag = "records",
    params(
        ("table_id" = String, Path, format = Uuid),
        ("filter" = Option<String>, Query, description = "JSON: `{\"field\", \"op\", \"value\"}`, or `and`, `or`, `not`; `/api/field-types` lists the operators",
            example = r#"{"field": "total", "op": "gt", "value": 5000}"#),
        ("sort" = Option<String>, Query, description = "`-total,name`, or a JSON list of `{\"field\", \"direction\", \"empty\"}`", example = "-total"),
        ("fields" = Option<String>, Query, description = "Which fields to give: `a,b`, or a JSON list"),
        ("limit" = Option<u32>, Query, maximum = 1000, description = "At most so many; 100 by default"),
        ("cursor" = Option<String>, Query, description = "Where the part before ended, as its `next_cursor` said"),
        ("offset" = Option<u32>, Query, maximum = 10000, description = "So many records in; not together with a cursor"),
        ("count" = Option<String>, Query, description = "`none`, `capped` (up to 10,001) or `exact`"),
        ("numbers" = Option<String>, Query, description = "`string` gives numbers as strings"),
    ),
    responses((status = 200, body = RecordList)))]
pub(crate) async fn list(call: TableCall, params: Params) -> ApiResult<Written> {
    let params = params.only(view::LIST)?;
    let (spec, format) = (view::view(&params)?, view::format(&params)?);
    let page = call.records().list(&spec).await?;
    let mut out = Vec::new();
    page.write_list(format, &mut out);
    Ok(Written(StatusCode::OK, out))
}

/// A whole view.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "columns": ["name", "total"], "filter": {"field": "total", "op": "gt", "value": 5000},
    "sort": [{"field": "total", "direction": "desc"}], "page": {"limit": 50}, "count": "exact"
}))]
#[expect(dead_code, reason = "describes the body; docpal_query::ViewSpec reads it")]
pub(crate) struct View {
    /// The fields to give; all when absent.
    columns: Option<Vec<String>>,
    /// `{"field", "op", "value"?, "case_sensitive"?}`, `{"and": [..]}`, `{"or": [..]}`, `{"not": ..}`
    #[schema(value_type = Option<Object>)]
    filter: Option<Json>,
    /// `{"field", "direction": "asc" | "desc", "empty": "first" | "last"}`
    #[schema(value_type = Option<Vec<Object>>)]
    sort: Option<Json>,
    /// `{"field", "bucket": "day" | "week" | "month" | "quarter" | "year" | a number, "zone", "direction", "empty"}`;
    /// the records come in the order of their groups
    #[schema(value_type = Option<Vec<Object>>)]
    group: Option<Json>,
    /// `{"field", "function"}`; `/api/field-types` lists the functions
    #[schema(value_type = Option<Vec<Object>>)]
    aggregates: Option<Json>,
    /// `{"limit", "cursor", "offset"}`
    #[schema(value_type = Option<Object>)]
    page: Option<Json>,
    /// `none`, `capped` or `exact`
    count: Option<String>,
}

/// List the records of a view
#[utoipa::path(post, path = "/api/tables/{table_id}/query", tag = "records", request_body = View,
    params(("table_id" = String, Path, format = Uuid),
        ("numbers" = Option<String>, Query, description = "`string` gives numbers as strings")),
    responses((status = 200, body = RecordList)))]
pub(crate) async fn query(call: TableCall, params: Params, JsonBody(body): JsonBody) -> ApiResult<Written> {
    let (spec, format) = whole_view(params, &body)?;
    let page = call.records().list(&spec).await?;
    let mut out = Vec::new();
    page.write_list(format, &mut out);
    Ok(Written(StatusCode::OK, out))
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
    #[schema(value_type = Vec<Object>)]
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
    #[schema(value_type = Object)]
    value: Json,
    /// True for the records whose value could not be computed.
    error: Option<bool>,
    count: i64,
    #[schema(value_type = Vec<Object>)]
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
    params(("table_id" = String, Path, format = Uuid),
        ("numbers" = Option<String>, Query, description = "`string` gives numbers as strings")),
    responses((status = 200, body = SummaryBody)))]
pub(crate) async fn summary(call: TableCall, params: Params, JsonBody(body): JsonBody) -> ApiResult<Written> {
    let (spec, format) = whole_view(params, &body)?;
    let summary = call.records().summary(&spec).await?;
    let mut out = Vec::new();
    summary.write(format, &mut out);
    Ok(Written(StatusCode::OK, out))
}

/// Get a record
#[utoipa::path(get, path = "/api/tables/{table_id}/records/{record_id}", tag = "records",
    params(("table_id" = String, Path, format = Uuid), ("record_id" = String, Path, format = Uuid),
        ("numbers" = Option<String>, Query, description = "`string` gives numbers as strings")),
    responses((status = 200, body = RecordBody)))]
pub(crate) async fn get(RecordCall { call, record }: RecordCall, params: Params) -> ApiResult<Written> {
    let format = view::format(&params.only(&["numbers"])?)?;
    let page = call.records().get(record).await?;
    Ok(Written(StatusCode::OK, one(&page, format)))
}

/// The view in the body, and how its numbers are written.
fn whole_view(params: Params, body: &Json) -> Result<(ViewSpec, JsonFormat)> {
    let format = view::format(&params.only(&["numbers"])?)?;
    Ok((ViewSpec::from_json(body)?, format))
}
