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
use docpal_core::shape::{At, Map};
use docpal_core::{Result, TableId, shape};
use docpal_formula::{
    Context, Diagnostic, Errors, Example, FieldTypes, Formula, Function, Functions, Program, Type, Value,
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::complete::*;
use self::value::{Input, Inputs, TypeName};
use super::call::Caller;
use super::cell::ValueError;
use super::error::{ApiError, ApiResult, DiagnosticBody};
use super::extract::Body;
use super::query::Query;
use super::reply::{ListOf, Written};
use crate::aside;
use crate::server::ServerState;

shape! {
    /// A formula to check.
    #[example = r#"{"formula": "{price} * {quantity}", "fields": {"price": "number", "quantity": "number"}}"#]
    #[derive(Debug)]
    pub(crate) struct CheckRequest {
        formula: String,
        /// The fields it may use: names with types.
        fields: Option<Map<TypeName>>,
        /// A table whose fields it may use, in the place of `fields`.
        table_id: Option<TableId>,
    }
}

pub(crate) type CheckBody = Body<CheckRequest>;

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
    #[schema(value_type = Vec<DiagnosticBody>)]
    diagnostics: Vec<Diagnostic>,
}

shape! {
    /// A formula to evaluate.
    #[example = r#"{"formula": "IF({due} < TODAY(), \"late\", \"in time\")",
        "fields": {"due": {"type": "date", "value": "2026-01-31"}}, "time_zone": "Europe/Berlin"}"#]
    #[derive(Debug)]
    pub(crate) struct EvaluateRequest {
        #[length = 0, LONGEST]
        formula: String,
        /// Names with types and values.
        fields: Option<Map<Input>>,
        /// In which the parts of instants are read; UTC by default.
        #[example = r#""Europe/Berlin""#]
        time_zone: Tz = Tz::UTC,
        /// What `NOW()` is; the server's clock by default.
        now: Option<DateTime<Utc>>,
    }
}

pub(crate) type EvaluateBody = Body<EvaluateRequest>;

/// A value, or the error in its place.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what is written by hand")]
pub(crate) struct EvaluateReply {
    #[schema(example = "text")]
    r#type: String,
    #[schema(value_type = Option<Value>)]
    value: Option<docpal_core::Json>,
    /// Of an evaluation that has no value, such as a division by zero.
    #[schema(value_type = Option<ValueError>)]
    error: Option<docpal_core::Json>,
}

/// A call and its result.
#[derive(Debug, ToSchema)]
#[schema(as = FunctionExample)]
#[expect(dead_code, reason = "describes docpal_formula::Example")]
pub(crate) struct ExampleBody {
    #[schema(example = "ROUND(2.5)")]
    formula: String,
    /// A formula of the same value, or an error code behind `#`.
    #[schema(example = "3")]
    result: String,
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
    #[schema(value_type = Vec<ExampleBody>)]
    examples: Vec<Example>,
}

/// Check a formula
#[utoipa::path(post, path = "/api/formula/check", tag = "formula", request_body = CheckBody,
    responses((status = 200, body = CheckReply)))]
pub(crate) async fn check(
    caller: Caller,
    _: Query<()>,
    Body(request): CheckBody,
) -> ApiResult<Json<CheckReply>> {
    let CheckRequest { formula: source, fields, table_id } = request;
    let fields = known_fields(&caller, fields, table_id).await?;
    let check = move || CheckReply::of(&source, &fields, caller.docpal.functions());
    Ok(Json(aside::compute(check).await?))
}

/// Evaluate a formula
#[utoipa::path(post, path = "/api/formula/evaluate", tag = "formula", request_body = EvaluateBody,
    responses((status = 200, body = EvaluateReply)))]
pub(crate) async fn evaluate(
    caller: Caller,
    _: Query<()>,
    Body(request): EvaluateBody,
) -> ApiResult<Written> {
    aside::compute(move || evaluated(&caller, request)).await?
}

fn evaluated(caller: &Caller, request: EvaluateRequest) -> ApiResult<Written> {
    let EvaluateRequest { formula: source, fields, time_zone, now } = request;
    let inputs = Inputs::read(fields.unwrap_or_default())?;
    let context = Context::new(now.unwrap_or_else(Utc::now)).with_zone(time_zone);
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
    _: Query<()>,
) -> ApiResult<Json<ListOf<FunctionBody>>> {
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

/// The fields that a formula may use: those in `fields`, or those of a table.
async fn known_fields(
    caller: &Caller,
    fields: Option<Map<TypeName>>,
    table: Option<TableId>,
) -> Result<Vec<(String, Type)>> {
    match (fields, table) {
        (Some(_), Some(_)) => Err(At::BODY.key("table_id").invalid("give fields or a table, not both")),
        (None, Some(table)) => fields_of(caller, table).await,
        (fields, None) => {
            Ok(fields.unwrap_or_default().0.into_iter().map(|(name, ty)| (name, ty.0)).collect())
        }
    }
}

/// The fields of a table that the caller may read, with their types.
async fn fields_of(caller: &Caller, table: TableId) -> Result<Vec<(String, Type)>> {
    let table = caller.docpal.tables(&caller.actor).get(table).await?;
    let fields = docpal_query::visible_fields(&scope(&caller.actor, &table), &table);
    Ok(fields.into_iter().map(|field| (field.name().to_owned(), field.formula_type())).collect())
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
