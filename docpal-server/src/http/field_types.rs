//! `/api/field-types`

use axum::Json;
use docpal_core::Json as Body;
use docpal_core::field_types::FIELD_TYPES;
use docpal_core::operators::{Operator, operators_of};
use docpal_core::target::Compared;
use docpal_query::aggregates::{Aggregate, aggregates_of, every_aggregate};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Caller;
use super::cell::CellValue;
use super::error::ApiResult;
use super::query::Query;
use super::reply::ListOf;
use super::tables::FieldOptions;

/// A field type: what a person picks before setting options.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldTypeBody {
    #[schema(example = "single_select")]
    code: &'static str,
    summary: &'static str,
    /// Options that show what can be set.
    #[schema(value_type = FieldOptions)]
    example_options: Option<Body>,
    /// A value of the type.
    #[schema(value_type = CellValue)]
    example_value: Option<Body>,
    /// What a filter can ask of it. A formula has the operators of its result.
    operators: Vec<OperatorBody>,
    /// What can be computed over its values.
    aggregates: Vec<AggregateBody>,
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

/// A function of all values of a field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AggregateBody {
    #[schema(example = "sum")]
    code: &'static str,
    summary: &'static str,
}

/// List the field types with their filter operators and aggregates
#[utoipa::path(get, path = "/api/field-types", tag = "tables", operation_id = "field_types",
    responses((status = 200, body = ListOf<FieldTypeBody>)))]
pub(crate) async fn list(_: Caller, _: Query<()>) -> ApiResult<Json<ListOf<FieldTypeBody>>> {
    let types = FIELD_TYPES.iter().map(|ty| {
        let options = Body::parse(ty.example_options).ok();
        let kind = options.as_ref().and_then(|options| ty.build(options).ok());
        let compared = kind.map(|kind| Compared::of_kind(kind.as_ref()));
        let operators = compared.as_ref().map_or(&[][..], operators_of);
        let aggregates = compared.as_ref().map_or(&[][..], aggregates_of).iter().chain(every_aggregate());
        FieldTypeBody {
            code: ty.code,
            summary: ty.summary,
            example_options: options,
            example_value: Body::parse(ty.example_value).ok(),
            operators: operators.iter().map(OperatorBody::of).collect(),
            aggregates: aggregates.map(AggregateBody::of).collect(),
        }
    });
    Ok(Json(ListOf::whole(types.collect())))
}

impl OperatorBody {
    fn of(operator: &Operator) -> Self {
        Self { code: operator.code, summary: operator.summary, example: Body::parse(operator.example).ok() }
    }
}

impl AggregateBody {
    fn of(aggregate: &Aggregate) -> Self {
        Self { code: aggregate.code, summary: aggregate.summary }
    }
}
