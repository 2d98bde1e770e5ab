//! Writing one record.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use docpal_core::{Error, RecordDraft, Result, shape};
use docpal_query::Saved;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::{Draft, OnlyId, SavedBody, one};
use crate::http::call::{RecordCall, TableCall};
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::Body;
use crate::http::idempotency::write;
use crate::http::query::Query;
use crate::http::reply::Written;
use crate::http::schema;
use crate::http::view::Style;

shape! {
    /// The values to change.
    #[derive(Debug)]
    pub(crate) struct Change {
        /// Field names (or ids) with values; the others stay.
        #[example = r#"{"quantity": 3}"#]
        fields: RecordDraft,
        /// Change it only while it has this version. `If-Match` says the same.
        version: Option<i64>,
    }
}

shape! {
    /// Which version to delete.
    #[derive(Debug)]
    pub(crate) struct OfVersion {
        /// Delete it only while it has this version
        version: Option<i64>,
    }
}

pub(crate) type DraftBody = Body<Draft>;
pub(crate) type ChangeBody = Body<Change>;

/// The version that the header `If-Match` asks for.
#[derive(Debug)]
pub(crate) struct IfMatch(Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        Ok(Self(if_match(&parts.headers)?))
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The version that the record must have, as `\"3\"`; any when it is `*` or absent";
        vec![schema::header("If-Match", about)]
    }
}

/// Make a record
#[utoipa::path(post, path = "/api/tables/{table_id}/records", tag = "records", request_body = DraftBody,
    params(TableCall, Query<Style>),
    responses((status = 201, body = SavedBody)))]
pub(crate) async fn create(
    call: TableCall,
    Query(style): Query<Style>,
    Body(Draft { fields: draft }): DraftBody,
) -> ApiResult<Written> {
    let records = call.records();
    let saved = write!(call.caller, |conn| records.create_in(conn, &draft), records.create(&draft))?;
    Ok(Written(StatusCode::CREATED, body_of(&saved, style)?))
}

/// Change the given fields of a record
#[utoipa::path(patch, path = "/api/tables/{table_id}/records/{record_id}", tag = "records", request_body = ChangeBody,
    params(RecordCall, Query<Style>, IfMatch),
    responses((status = 200, body = SavedBody)))]
pub(crate) async fn patch(
    call: RecordCall,
    Query(style): Query<Style>,
    IfMatch(expected): IfMatch,
    Body(change): ChangeBody,
) -> ApiResult<Written> {
    update(call, style, expected, change).await
}

/// Change the given fields of a record (as PATCH)
#[utoipa::path(put, path = "/api/tables/{table_id}/records/{record_id}", tag = "records", request_body = ChangeBody,
    params(RecordCall, Query<Style>, IfMatch),
    responses((status = 200, body = SavedBody)))]
pub(crate) async fn put(
    call: RecordCall,
    Query(style): Query<Style>,
    IfMatch(expected): IfMatch,
    Body(change): ChangeBody,
) -> ApiResult<Written> {
    update(call, style, expected, change).await
}

/// Delete a record
#[utoipa::path(delete, path = "/api/tables/{table_id}/records/{record_id}", tag = "records",
    params(RecordCall, Query<OfVersion>, IfMatch),
    responses((status = 204)))]
pub(crate) async fn delete(
    RecordCall { call, record }: RecordCall,
    Query(OfVersion { version }): Query<OfVersion>,
    IfMatch(expected): IfMatch,
) -> ApiResult<StatusCode> {
    let version = one_version(version, expected, "version")?;
    let records = call.records();
    write!(call.caller, |conn| records.delete_in(conn, record, version), records.delete(record, version))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn update(
    RecordCall { call, record }: RecordCall,
    style: Style,
    expected: Option<i64>,
    Change { fields: draft, version }: Change,
) -> ApiResult<Written> {
    let version = one_version(version, expected, "version")?;
    let records = call.records();
    let saved = write!(
        call.caller,
        |conn| records.update_in(conn, record, &draft, version),
        records.update(record, &draft, version)
    )?;
    Ok(Written(StatusCode::OK, body_of(&saved, style)?))
}

fn body_of(saved: &Saved, style: Style) -> Result<Vec<u8>> {
    match saved.record() {
        Some(page) => Ok(one(page, style.numbers.0)),
        None => serde_json::to_vec(&OnlyId { id: saved.id() }).map_err(Error::internal),
    }
}

/// The version in `If-Match`: `"3"`, `W/"3"` or `3`; `*` means any.
fn if_match(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let digits = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    let version = digits.parse().map_err(|_| {
        Error::invalid("invalid_version", "If-Match", "expected the version of the record, as `\"3\"`")
    })?;
    Ok(Some(version))
}

/// A version may be given in two places, but not two versions.
fn one_version(first: Option<i64>, second: Option<i64>, path: &str) -> Result<Option<i64>> {
    match (first, second) {
        (Some(first), Some(second)) if first != second => {
            Err(Error::invalid("invalid_version", path, "`version` and `If-Match` differ"))
        }
        (first, second) => Ok(first.or(second)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(text: &'static str) -> Result<Option<i64>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_static(text));
        if_match(&headers)
    }

    #[test]
    fn a_version_is_read_from_if_match() {
        assert_eq!(read("\"3\"").unwrap(), Some(3));
        assert_eq!(read("W/\"3\"").unwrap(), Some(3));
        assert_eq!(read("3").unwrap(), Some(3));
        assert_eq!(read("*").unwrap(), None);
        assert_eq!(read("\"x\"").unwrap_err().code(), "invalid_version");
        assert_eq!(if_match(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn two_versions_are_refused() {
        assert_eq!(one_version(Some(1), Some(1), "version").unwrap(), Some(1));
        assert_eq!(one_version(Some(1), Some(2), "version").unwrap_err().code(), "invalid_version");
    }
}
