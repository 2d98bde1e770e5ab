//! What could be written at a position of an unfinished formula.

use axum::Json;
use docpal_core::Error;
use docpal_formula::editor::{self, Completion};
use utoipa::ToSchema;

use super::known_fields;
use crate::aside;
use crate::http::call::Caller;
use crate::http::error::ApiResult;
use crate::http::extract::JsonBody;
use crate::http::object::Object;
use crate::http::reply::ListOf;

/// The longest text completed; longer ones are no formulas.
const LONGEST: usize = 10 * 1024;

/// A formula being typed.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"formula": "{price} * RO", "position": 12, "fields": {"price": "number"}}))]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
pub(crate) struct CompleteRequest {
    /// Any text, finished or not.
    formula: String,
    /// Where the cursor is, in bytes; at the end when absent.
    position: Option<i64>,
    /// As for a check.
    #[schema(value_type = Option<Object>)]
    fields: Option<docpal_core::Json>,
    /// As for a check.
    #[schema(format = Uuid)]
    table_id: Option<String>,
}

/// A text that could stand at the position.
#[derive(Debug, serde::Serialize, ToSchema)]
pub(crate) struct CompletionBody {
    #[serde(flatten)]
    #[schema(value_type = Object, example = json!({
        "label": "ROUND", "insert": "ROUND(", "kind": "function", "span": {"start": 10, "end": 12}, "detail": "(number, [digits])"
    }))]
    completion: Completion,
}

/// Complete a formula
#[utoipa::path(post, path = "/api/formula/complete", tag = "formula", request_body = CompleteRequest,
    responses((status = 200, body = ListOf<CompletionBody>)))]
pub(crate) async fn complete(
    caller: Caller,
    JsonBody(body): JsonBody,
) -> ApiResult<Json<ListOf<CompletionBody>>> {
    let mut body = Object::read(body, "", &["formula", "position", "fields", "table_id"])?;
    let source = body.need_text("formula")?;
    if source.len() > LONGEST {
        let message = format!("a formula has at most {LONGEST} bytes");
        return Err(Error::invalid("invalid_value", "formula", message).into());
    }
    let position = match body.whole("position")? {
        None => source.len(),
        Some(given) => {
            usize::try_from(given).ok().filter(|at| source.is_char_boundary(*at)).ok_or_else(|| {
                Error::invalid(
                    "invalid_value",
                    "position",
                    "expected a byte position between two characters of the formula",
                )
            })?
        }
    };
    let fields = known_fields(&caller, &mut body).await?;
    let complete = move || editor::complete(&source, position, &fields, caller.docpal.functions());
    let found = aside::compute(complete).await?;
    Ok(Json(ListOf::whole(found.into_iter().map(|completion| CompletionBody { completion }).collect())))
}
