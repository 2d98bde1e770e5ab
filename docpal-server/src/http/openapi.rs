//! The OpenAPI 3.1 document: collected from the handlers, finished with what all of them share.

mod refusals;

use std::collections::BTreeMap;

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, RefOr, Response, Schema, SecurityRequirement,
};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;

use super::error::{DiagnosticBody, ErrorBody, ErrorDetail, FieldErrorBody, SpanBody};
use super::schema;
use crate::server::ServerState;

const ABOUT: &str = "Tables that people make at run time, on PostgreSQL.

- Every refusal has the same body, `ErrorBody`, and a stable code.
- Numbers are exact decimals; `?numbers=string` gives them as strings for clients whose numbers are binary floats.
- Unknown keys and parameters are refused, with the nearest one that exists.
- A write may carry an `Idempotency-Key`, 1 to 255 visible characters that the client makes up, a new one for each
  write. Sent again with the same key within 24 hours, it happens once and gets the same answer, byte for byte; while
  the first is under way the answer is 409 `idempotency_in_progress`, and for another method, path, `If-Match` or
  body 422 `idempotency_key_reused`. An answer is given again only while the rules that reach its actor are the same; else
  the retry gets 409 `idempotency_done`: the write was done, and is not done again. Only writes that happened are kept: a refusal changed nothing, so a retry is judged anew.
  Keys belong to their actor. Making an API key does not take one, because its answer holds a secret.
- `X-Request-Id` is taken over when it is 1 to 128 letters, digits, `-`, `.` or `_`, and always sent back.";

const TAGS: &[(&str, &str)] = &[
    ("apps", "Named groups of tables"),
    ("tables", "Tables and their fields"),
    ("records", "The records of a table"),
    ("formula", "The formula language"),
    ("permissions", "Who may do what to which records and fields"),
    ("keys", "API keys, and who a key stands for"),
    ("audit", "What happened"),
    ("server", "The server itself"),
];

/// The document that the handlers are added to.
pub(crate) fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("DocPal")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    let tags =
        TAGS.iter().map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build());
    let either = [SecurityRequirement::new("bearer", [""; 0]), SecurityRequirement::new("key", [""; 0])];
    let mut components = Components::new();
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("API key").build(),
        ),
    );
    components
        .add_security_scheme("key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))));
    for (name, schema) in [
        (ErrorBody::name(), ErrorBody::schema()),
        (ErrorDetail::name(), ErrorDetail::schema()),
        (FieldErrorBody::name(), FieldErrorBody::schema()),
        (DiagnosticBody::name(), DiagnosticBody::schema()),
        (SpanBody::name(), SpanBody::schema()),
    ] {
        components.schemas.insert(name.into_owned(), schema);
    }
    OpenApiBuilder::new()
        .info(info)
        .tags(Some(tags))
        .security(Some(either))
        .components(Some(components))
        .build()
}

/// Routes around which [`super::idempotency::layer`] stands: those that write take its header.
pub(crate) fn keyed(mut routes: OpenApiRouter<ServerState>) -> OpenApiRouter<ServerState> {
    let about = "Makes the write happen once, however often it is sent: 1 to 255 visible characters, new for each write";
    let header = schema::header("Idempotency-Key", about);
    for item in routes.get_openapi_mut().paths.paths.values_mut() {
        for operation in
            [&mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
        {
            operation.parameters.get_or_insert_default().push(header.clone().into());
        }
    }
    routes
}

/// Adds what all operations have in common: unique ids, how they refuse, and words for what they answer.
pub(crate) fn finish(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    components.responses.extend(refusals::responses());
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(id_of(operation));
            let described = operation.responses.responses.values_mut();
            described.for_each(|response| describe(response, &components.schemas));
            refusals::add(method, path, operation);
        }
    }
    document
}

/// `tables_create`: names of handlers are unique in their file only.
fn id_of(operation: &Operation) -> String {
    let tag = operation.tags.iter().flatten().next().map_or("", String::as_str);
    let handler = operation.operation_id.as_deref().unwrap_or_default();
    format!("{tag}_{handler}")
}

/// Says of an answer what its body is.
fn describe(response: &mut RefOr<Response>, schemas: &BTreeMap<String, RefOr<Schema>>) {
    let RefOr::T(response) = response else { return };
    if !response.description.is_empty() {
        return;
    }
    let schema = response.content.values().next().and_then(|content| match content {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    });
    let about = match schema {
        None => Some("Done; there is no more to say"),
        Some(RefOr::T(schema)) => about(schema),
        Some(RefOr::Ref(to)) => {
            let name = to.ref_location.rsplit('/').next().unwrap_or_default();
            schemas.get(name).and_then(|schema| match schema {
                RefOr::T(schema) => about(schema),
                RefOr::Ref(_) => None,
            })
        }
    };
    response.description = about.unwrap_or("What was asked for").to_owned();
}

fn about(schema: &Schema) -> Option<&str> {
    match schema {
        Schema::Object(object) => object.description.as_deref(),
        Schema::OneOf(either) => either.description.as_deref(),
        _ => None,
    }
}

/// The operations of a path, with their methods.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, patch, delete, .. } = item;
    [("get", get), ("put", put), ("post", post), ("patch", patch), ("delete", delete)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The OpenAPI 3.1 document of the API, as served at `/api/openapi.json`.
///
/// # Example
/// ```
/// let document = docpal_server::openapi();
/// assert!(document.contains(r#""/api/tables/{table_id}/records""#));
/// ```
#[must_use]
pub fn document() -> String {
    finish(whole()).to_pretty_json().unwrap_or_default()
}

/// With every route that there can be.
fn whole() -> OpenApi {
    super::documented(|writing| writing).merge(super::optional()).into_openapi()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_to_a_schema() {
        let text = document();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(json["openapi"].as_str().unwrap().starts_with("3.1"), "{}", json["openapi"]);
        let schemas = json["components"]["schemas"].as_object().unwrap();
        let references =
            text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next());
        for name in references {
            assert!(schemas.contains_key(name), "{name} is referred to and not defined");
        }
    }

    #[test]
    fn every_operation_says_what_it_does_and_how_it_refuses() {
        let mut document = finish(whole());
        assert!(document.paths.paths.len() > 15);
        for (path, item) in &mut document.paths.paths {
            for (_, operation) in operations(item) {
                assert!(operation.summary.is_some(), "{path}: no summary");
                assert!(operation.tags.is_some(), "{path}: no tag");
                assert!(operation.responses.responses.contains_key("default"), "{path}: no refusal");
            }
        }
    }
}
