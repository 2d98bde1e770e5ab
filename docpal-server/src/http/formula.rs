//! `/api/formula`

mod complete;
mod value;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use docpal_core::access::scope;
use docpal_core::json_out::{self, JsonFormat};
use docpal_core::{Error, Json as Body, Result, TableId};
use docpal_formula::{
    Context, Diagnostic, Errors, Example, FieldTypes, Formula, Function, Functions, Program, Type, Value,
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::complete::*;
use self::value::Inputs;
use super::call::Caller;
use super::error::{ApiError, ApiResult};
use super::extract::{JsonBody, Params};
use super::object::{Object, wrong_type};
use super::reply::{ListOf, Written};
use crate::aside;
use crate::server::ServerState;

/// A formula to check.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"formula": "{price} * {quantity}", "fields": {"price": "number", "quantity": "number"}}))]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
pub(crate) struct CheckRequest {
    formula: String,
    /// The fields it may use: names with types (`number`, `text`, `bool`, `date`, `datetime`, `json`, `list<..>`).
    #[schema(value_type = Option<Object>)]
    fields: Option<Body>,
    /// A table whose fields it may use, in the place of `fields`.
    #[schema(format = Uuid)]
    table_id: Option<String>,
}

/// What a check found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckReply {
    /// Can it be used?
    valid: bool,
    /// The type of its result.
    #[schema(value_type = Option<String>, example = "number")]
    r#type: Option<Type>,
    /// The fields it uses.
    fields: Vec<String>,
    /// What is wrong, or allowed but probably not meant; spans are in bytes of the formula.
    #[schema(value_type = Vec<Object>)]
    diagnostics: Vec<Diagnostic>,
}

/// A formula to evaluate.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "formula": "IF({due} < TODAY(), \"late\", \"in time\")",
    "fields": {"due": {"type": "date", "value": "2026-01-31"}}, "time_zone": "Europe/Berlin"
}))]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
pub(crate) struct EvaluateRequest {
    formula: String,
    /// Names with `{"type", "value"}`.
    #[schema(value_type = Option<Object>)]
    fields: Option<Body>,
    /// In which the parts of instants are read; UTC by default.
    time_zone: Option<String>,
    /// What `NOW()` is; the server's clock by default.
    #[schema(format = DateTime)]
    now: Option<String>,
}

/// A value, or the error in its place.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct EvaluateReply {
    #[schema(example = "text")]
    r#type: String,
    #[schema(value_type = Option<Value>)]
    value: Option<Body>,
    /// `{"code", "message"}` of an evaluation that has no value, such as a division by zero.
    #[schema(value_type = Option<Object>)]
    error: Option<Body>,
}

/// A function of the formula language.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FunctionBody {
    #[schema(example = "ROUND")]
    name: String,
    aliases: Vec<String>,
    #[schema(value_type = String, example = "number")]
    category: docpal_formula::Category,
    /// As a call is written; optional parameters in brackets.
    #[schema(example = "ROUND(number, [digits])")]
    syntax: String,
    summary: String,
    #[schema(value_type = Vec<Object>)]
    examples: Vec<Example>,
}

/// Check a formula
#[utoipa::path(post, path = "/api/formula/check", tag = "formula", request_body = CheckRequest,
    responses((status = 200, body = CheckReply)))]
pub(crate) async fn check(caller: Caller, JsonBody(body): JsonBody) -> ApiResult<Json<CheckReply>> {
    let mut body = Object::read(body, "", &["formula", "fields", "table_id"])?;
    let source = body.need_text("formula")?;
    let fields = known_fields(&caller, &mut body).await?;
    let check = move || CheckReply::of(&source, &fields, caller.docpal.functions());
    Ok(Json(aside::compute(check).await?))
}

/// Evaluate a formula
#[utoipa::path(post, path = "/api/formula/evaluate", tag = "formula", request_body = EvaluateRequest,
    responses((status = 200, body = EvaluateReply)))]
pub(crate) async fn evaluate(caller: Caller, JsonBody(body): JsonBody) -> ApiResult<Written> {
    aside::compute(move || evaluated(&caller, body)).await?
}

fn evaluated(caller: &Caller, body: Body) -> ApiResult<Written> {
    let mut body = Object::read(body, "", &["formula", "fields", "time_zone", "now"])?;
    let source = body.need_text("formula")?;
    let inputs = Inputs::read(body.take("fields"))?;
    let zone: Tz =
        body.parsed("time_zone", "the name of a time zone, as `Europe/Berlin`")?.unwrap_or(Tz::UTC);
    let now: Option<DateTime<Utc>> = body.parsed("now", "an instant in RFC 3339")?;
    let context = Context::new(now.unwrap_or_else(Utc::now)).with_zone(zone);
    let program = compile(&source, &inputs, caller.docpal.functions())?;
    let row = inputs.row(&program);
    let outcome = program.eval(&row, &context);
    Ok(Written(StatusCode::OK, write_outcome(program.ty(), outcome)))
}

/// List the functions of the formula language
#[utoipa::path(get, path = "/api/formula/functions", tag = "formula", security(()),
    responses((status = 200, body = ListOf<FunctionBody>)))]
pub(crate) async fn functions(
    State(state): State<ServerState>,
    params: Params,
) -> ApiResult<Json<ListOf<FunctionBody>>> {
    params.only(&[])?;
    let functions = state.docpal.functions();
    Ok(Json(ListOf::whole(functions.iter().map(|function| FunctionBody::of(&*function)).collect())))
}

impl CheckReply {
    fn of(source: &str, fields: &impl FieldTypes, functions: &Functions) -> Self {
        let checked =
            Formula::parse(source).and_then(|formula| Ok((formula.check(fields, functions)?, formula)));
        match checked {
            Ok((program, formula)) => Self {
                valid: true,
                r#type: Some(program.ty().clone()),
                fields: formula.field_names().into_iter().map(str::to_owned).collect(),
                diagnostics: program.warnings().to_vec(),
            },
            Err(errors) => {
                Self { valid: false, r#type: None, fields: Vec::new(), diagnostics: errors.into_vec() }
            }
        }
    }
}

impl FunctionBody {
    fn of(function: &dyn Function) -> Self {
        Self {
            name: function.name().to_owned(),
            aliases: function.aliases().iter().map(|alias| (*alias).to_owned()).collect(),
            category: function.category(),
            syntax: format!("{}({})", function.name(), function.signature()),
            summary: function.doc().to_owned(),
            examples: function.examples().to_vec(),
        }
    }
}

/// The fields that a formula may use: those in `fields`, or those of the table in `table_id`.
async fn known_fields(caller: &Caller, body: &mut Object) -> Result<Vec<(String, Type)>> {
    match (body.take("fields"), body.parsed::<TableId>("table_id", "a UUID")?) {
        (Some(_), Some(_)) => {
            Err(Error::invalid("invalid_value", "table_id", "give fields or a table, not both"))
        }
        (None, Some(table)) => fields_of(caller, table).await,
        (fields, None) => types(fields),
    }
}

/// The fields of a table that the caller may read, with their types.
async fn fields_of(caller: &Caller, table: TableId) -> Result<Vec<(String, Type)>> {
    let table = caller.docpal.tables(&caller.actor).get(table).await?;
    let fields = docpal_query::visible_fields(&scope(&caller.actor, &table), &table);
    Ok(fields.into_iter().map(|field| (field.name().to_owned(), field.formula_type())).collect())
}

/// `{"price": "number"}`
fn types(fields: Option<Body>) -> Result<Vec<(String, Type)>> {
    let entries = match fields {
        None => return Ok(Vec::new()),
        Some(Body::Object(entries)) => entries,
        Some(other) => return Err(wrong_type("fields", "an object of names and types", &other)),
    };
    entries
        .into_iter()
        .map(|(name, json)| Ok((value::read_type(&json, &format!("fields.{name}"))?, name)))
        .map(|entry: Result<_>| entry.map(|(ty, name)| (name, ty)))
        .collect()
}

fn compile(source: &str, inputs: &Inputs, functions: &Functions) -> Result<Program, ApiError> {
    Formula::parse(source).and_then(|formula| formula.check(&inputs.types(), functions)).map_err(refused)
}

fn refused(errors: Errors) -> ApiError {
    let entries = errors
        .iter()
        .map(|found| docpal_core::FieldError::new("formula", found.code, found.message.as_str()))
        .collect();
    let message = errors.first().message.clone();
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_formula", message)
        .with_fields(entries)
        .with_diagnostics(errors.into_vec())
}

fn write_outcome(ty: &Type, outcome: std::result::Result<Value<'_>, docpal_formula::EvalError>) -> Vec<u8> {
    let mut out = b"{\"type\":".to_vec();
    json_out::text(&ty.to_string(), &mut out);
    match outcome {
        Ok(value) => {
            out.extend_from_slice(b",\"value\":");
            docpal_query::page::write_value(&value, JsonFormat::default(), &mut out);
        }
        Err(error) => {
            out.extend_from_slice(b",\"error\":{\"code\":");
            json_out::text(error.code().as_str(), &mut out);
            out.extend_from_slice(b",\"message\":");
            json_out::text(error.message(), &mut out);
            out.push(b'}');
        }
    }
    out.push(b'}');
    out
}
