//! What a cell holds, and what stands in its place, as the document describes answers.

use std::borrow::Cow;

use docpal_core::shape::{Kind, cell_value};
use serde::Serialize;
use utoipa::openapi::schema::{OneOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::schema;

/// A value as an answer shows it: that of a cell, or the error of a formula that has none.
#[derive(Debug)]
pub(crate) struct ShownValue;

/// What a cell holds.
#[derive(Debug, Serialize)]
pub(crate) struct CellValue;

/// The error of a formula in the place of its value.
#[derive(Debug, ToSchema)]
#[schema(as = NoValue)]
#[expect(dead_code, reason = "describes what docpal_query::Page writes")]
pub(crate) struct NoValue {
    error: ValueError,
}

/// Why a formula has no value.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what docpal_query::Page writes")]
pub(crate) struct ValueError {
    /// A stable code.
    #[schema(example = "division_by_zero")]
    code: String,
    /// Words for a person.
    message: String,
}

impl PartialSchema for CellValue {
    fn schema() -> RefOr<Schema> {
        match cell_value() {
            Kind::Named(cell) => schema::of_named(&cell).into(),
            kind => schema::schema(&kind),
        }
    }
}

impl ToSchema for CellValue {}

impl PartialSchema for ShownValue {
    fn schema() -> RefOr<Schema> {
        let either = OneOfBuilder::new()
            .description(Some("A value of a record, or the error in its place"))
            .item(Ref::from_schema_name(CellValue::name()))
            .item(Ref::from_schema_name(NoValue::name()))
            .build();
        RefOr::T(Schema::OneOf(either))
    }
}

impl ToSchema for ShownValue {
    fn name() -> Cow<'static, str> {
        "ShownValue".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((CellValue::name().into_owned(), CellValue::schema()));
        schemas.push((NoValue::name().into_owned(), NoValue::schema()));
        NoValue::schemas(schemas);
    }
}
