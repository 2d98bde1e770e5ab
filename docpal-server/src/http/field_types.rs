//! `/api/field-types`

use axum::Json;
use docpal_core::Json as Body;
use docpal_core::field_types::FIELD_TYPES;
use docpal_query::operators::{Operator, operators_of};
use docpal_query::target::Compared;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiResult;
use super::extract::{Caller, Params};
use super::reply::ListOf;

/// A field type: what a person picks before setting options.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldTypeBody {
    #[schema(example = "single_select")]
    code: &'static str,
    summary: &'static str,
    /// Options that show what can be set.
    #[schema(value_type = Object)]
    example_options: Option<Body>,
    /// A value of the type.
    #[schema(value_type = Value)]
    example_value: Option<Body>,
    /// What a filter can ask of it. A formula has the operators of its result.
    operators: Vec<OperatorBody>,
}

/// A filter operator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperatorBody {
    #[schema(example = "gt")]
    code: &'static str,
    summary: &'static str,
    /// A value it takes; null when it takes none.
    #[schema(value_type = Option<Value>)]
    example: Option<Body>,
}

/// List the field types with their filter operators
#[utoipa::path(get, path = "/api/field-types", tag = "tables",
    responses((status = 200, body = ListOf<FieldTypeBody>)))]
pub(crate) async fn list(_: Caller, params: Params) -> ApiResult<Json<ListOf<FieldTypeBody>>> {
    params.only(&[])?;
    let types = FIELD_TYPES.iter().map(|ty| {
        let options = Body::parse(ty.example_options).ok();
        let kind = options.as_ref().and_then(|options| ty.build(options).ok());
        let operators = kind.map_or(&[][..], |kind| operators_of(&Compared::Field(kind.family())));
        FieldTypeBody {
            code: ty.code,
            summary: ty.summary,
            example_options: options,
            example_value: Body::parse(ty.example_value).ok(),
            operators: operators.iter().map(OperatorBody::of).collect(),
        }
    });
    Ok(Json(ListOf::whole(types.collect())))
}

impl OperatorBody {
    fn of(operator: &Operator) -> Self {
        Self { code: operator.code, summary: operator.summary, example: Body::parse(operator.example).ok() }
    }
}
