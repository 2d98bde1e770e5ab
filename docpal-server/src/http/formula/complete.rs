//! What could be written at a position of an unfinished formula.

use axum::Json;
use docpal_core::shape::{At, Map};
use docpal_core::{TableId, shape};
use docpal_formula::editor::{self, Completion};
use utoipa::ToSchema;

use super::known_fields;
use super::value::TypeName;
use crate::aside;
use crate::http::call::Caller;
use crate::http::error::{ApiResult, SpanBody};
use crate::http::extract::Body;
use crate::http::query::Query;
use crate::http::reply::ListOf;

/// The longest text completed; longer ones are no formulas.
pub(super) const LONGEST: usize = 10 * 1024;

shape! {
    /// A formula being typed.
    #[example = r#"{"formula": "{price} * RO", "position": 12, "fields": {"price": "number"}}"#]
    #[derive(Debug)]
    pub(crate) struct CompleteRequest {
        /// Any text, finished or not.
        #[length = 0, LONGEST]
        formula: String,
        /// Where the cursor is, in bytes; at the end when absent.
        #[within = 0, i64::MAX]
        position: Option<i64>,
        /// As for a check.
        fields: Option<Map<TypeName>>,
        /// As for a check.
        table_id: Option<TableId>,
    }
}

pub(crate) type CompleteBody = Body<CompleteRequest>;

/// A text that could stand at the position.
#[derive(Debug, ToSchema)]
#[schema(as = Completion)]
#[expect(dead_code, reason = "describes docpal_formula::editor::Completion")]
pub(crate) struct CompletionBody {
    /// What to show.
    #[schema(example = "ROUND")]
    label: String,
    /// What to write in the place of `span`; for a function up to its opening parenthesis.
    #[schema(example = "ROUND(")]
    insert: String,
    /// `field`, `function`, `literal` or `word`.
    #[schema(example = "function")]
    kind: String,
    span: SpanBody,
    /// The type of a field, the signature of a function.
    #[schema(example = "(number, [digits])")]
    detail: String,
}

/// Complete a formula
#[utoipa::path(post, path = "/api/formula/complete", tag = "formula", request_body = CompleteBody,
    responses((status = 200, body = ListOf<CompletionBody>)))]
pub(crate) async fn complete(
    caller: Caller,
    _: Query<()>,
    Body(request): CompleteBody,
) -> ApiResult<Json<ListOf<Completion>>> {
    let CompleteRequest { formula: source, position, fields, table_id } = request;
    if source.len() > LONGEST {
        let message = format!("a formula has at most {LONGEST} bytes");
        return Err(At::BODY.key("formula").invalid(&message).into());
    }
    let inside = |at: i64| usize::try_from(at).ok().filter(|at| source.is_char_boundary(*at));
    let position = position.map_or(Some(source.len()), inside).ok_or_else(|| {
        let message = "expected a byte position between two characters of the formula";
        At::BODY.key("position").invalid(message)
    })?;
    let fields = known_fields(&caller, fields, table_id).await?;
    let complete = move || editor::complete(&source, position, &fields, caller.docpal.functions());
    let found = aside::compute(complete).await?;
    Ok(Json(ListOf::whole(found)))
}
