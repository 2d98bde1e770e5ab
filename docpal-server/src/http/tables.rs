//! `/api/apps/{app_id}/tables` and `/api/tables/{table_id}`

use std::cell::Cell;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use docpal_core::access::scope;
use docpal_core::field_types::FIELD_TYPES;
use docpal_core::model::TableMeta;
use docpal_core::model::formula::Computed;
use docpal_core::{
    Actor, AppId, Field, FieldId, FieldSpec, Json as Body, Result, TableId, TableSnapshot, TableSpec,
};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::call::{AppCall, TableCall};
use super::error::ApiResult;
use super::extract::{JsonBody, Params};
use super::idempotency::write;
use super::object::Object;
use super::reply::ListOf;

/// A table to make.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
#[schema(example = json!({"name": "Orders", "fields": [
    {"name": "customer", "type": "text", "required": true},
    {"name": "price", "type": "currency", "options": {"code": "EUR", "scale": 2}},
    {"name": "quantity", "type": "number", "default": 1},
    {"name": "total", "type": "formula", "options": {"formula": "{price} * {quantity}"}}
]}))]
pub(crate) struct NewTable {
    /// 1 to 100 characters on one line, unique in the app ignoring case.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// An icon for people.
    icon: Option<String>,
    /// Its fields, in order; at most 300.
    fields: Option<Vec<NewField>>,
}

/// A field to make.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
pub(crate) struct NewField {
    /// 1 to 100 characters on one line, unique in the table ignoring case.
    name: String,
    #[schema(value_type = FieldType)]
    r#type: String,
    /// What the type takes; see `/api/field-types`.
    #[schema(value_type = Option<Object>)]
    options: Option<Body>,
    /// Must every record have a value?
    required: Option<bool>,
    /// Must values differ between records?
    unique: Option<bool>,
    /// The value of a new record that gives none.
    #[schema(value_type = Option<Value>)]
    default: Option<Body>,
    /// Help for people.
    description: Option<String>,
}

/// The codes of the field types, from the list of field types.
#[derive(Debug)]
pub(crate) struct FieldType;

impl PartialSchema for FieldType {
    fn schema() -> RefOr<Schema> {
        let codes = FIELD_TYPES.iter().map(|ty| ty.code);
        let about = FIELD_TYPES
            .iter()
            .map(|ty| format!("- `{}`: {}, as `{}`", ty.code, ty.summary, ty.example_value));
        let about = about.collect::<Vec<_>>().join("\n");
        let codes =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).description(Some(about));
        RefOr::T(codes.into())
    }
}

impl ToSchema for FieldType {}

/// A table, with the fields that the caller may read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Table)]
pub(crate) struct TableBody {
    #[schema(value_type = String, format = Uuid)]
    id: TableId,
    #[schema(value_type = String, format = Uuid)]
    app_id: AppId,
    name: String,
    description: Option<String>,
    icon: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
    #[schema(value_type = String, format = DateTime)]
    updated_at: DateTime<Utc>,
    /// Not given in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<FieldBody>>,
}

/// A field of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Field)]
pub(crate) struct FieldBody {
    #[schema(value_type = String, format = Uuid)]
    id: FieldId,
    name: String,
    #[schema(value_type = FieldType)]
    r#type: &'static str,
    /// Of a formula, `formula` is null when it names a field that the caller may not know of.
    #[schema(value_type = Object)]
    options: Body,
    required: bool,
    unique: bool,
    #[schema(value_type = Option<Value>)]
    default: Option<Body>,
    description: Option<String>,
    /// The type that formulas see: of a formula, its result.
    #[schema(example = "number")]
    value_type: String,
}

/// Make a table
#[utoipa::path(post, path = "/api/apps/{app_id}/tables", tag = "tables", request_body = NewTable,
    params(("app_id" = String, Path, format = Uuid)), responses((status = 201, body = TableBody)))]
pub(crate) async fn create(
    call: AppCall,
    JsonBody(body): JsonBody,
) -> ApiResult<(StatusCode, Json<TableBody>)> {
    let (tables, app, spec) = (call.caller.tables(), call.app.id, read_table(body)?);
    let table = write!(call.caller, |conn| tables.create_in(conn, app, &spec), tables.create(app, &spec))?;
    Ok((StatusCode::CREATED, Json(TableBody::of(&call.caller.actor, &table))))
}

/// List the tables of an app
#[utoipa::path(get, path = "/api/apps/{app_id}/tables", tag = "tables",
    params(("app_id" = String, Path, format = Uuid)), responses((status = 200, body = ListOf<TableBody>)))]
pub(crate) async fn list(call: AppCall, params: Params) -> ApiResult<Json<ListOf<TableBody>>> {
    params.only(&[])?;
    let tables = call.caller.tables().list(call.app.id).await?;
    Ok(Json(ListOf::whole(tables.iter().map(TableBody::without_fields).collect())))
}

/// Get a table with its fields
#[utoipa::path(get, path = "/api/tables/{table_id}", tag = "tables",
    params(("table_id" = String, Path, format = Uuid)), responses((status = 200, body = TableBody)))]
pub(crate) async fn get(call: TableCall) -> ApiResult<Json<TableBody>> {
    let table = call.caller.tables().get(call.table).await?;
    Ok(Json(TableBody::of(&call.caller.actor, &table)))
}

/// Delete a table with its records, for good
#[utoipa::path(delete, path = "/api/tables/{table_id}", tag = "tables",
    params(("table_id" = String, Path, format = Uuid)), responses((status = 204)))]
pub(crate) async fn delete(call: TableCall) -> ApiResult<StatusCode> {
    let tables = call.caller.tables();
    write!(call.caller, |conn| tables.drop_in(conn, call.table), tables.drop(call.table))?;
    Ok(StatusCode::NO_CONTENT)
}

impl TableBody {
    fn without_fields(table: &TableMeta) -> Self {
        Self {
            id: table.id,
            app_id: table.app,
            name: table.name.clone(),
            description: table.description.clone(),
            icon: table.icon.clone(),
            created_at: table.created_at,
            updated_at: table.updated_at,
            fields: None,
        }
    }

    /// The table as `actor` may know it.
    pub(crate) fn of(actor: &Actor, table: &Arc<TableSnapshot>) -> Self {
        let known = docpal_query::known_fields(&scope(actor, table), table);
        let fields = known.iter().map(|field| FieldBody::of(field, table, &known)).collect();
        Self { fields: Some(fields), ..Self::without_fields(table.meta()) }
    }
}

impl FieldBody {
    fn of(field: &Field, table: &TableSnapshot, known: &[&Field]) -> Self {
        let options = match field.computed() {
            Some(computed) => {
                Body::Object(vec![("formula".to_owned(), formula_for(computed, table, known).into())])
            }
            None => field.kind().options(),
        };
        Self {
            id: field.id(),
            name: field.name().to_owned(),
            r#type: field.kind().code(),
            options,
            required: field.is_required(),
            unique: field.is_unique(),
            default: field.default_value().cloned(),
            description: field.description().map(str::to_owned),
            value_type: field.formula_type().to_string(),
        }
    }
}

/// The text of a formula for one who knows of the fields `known`. A formula is stored by field ids and shown by names:
/// by names that its reader may know, or not at all. A formula can name a field without computing with its value, as
/// `LAST_MODIFIED_TIME({salary})` does, so that it has a value for those who may not know of that field.
fn formula_for(computed: &Computed, table: &TableSnapshot, known: &[&Field]) -> Option<String> {
    let hidden = Cell::new(false);
    let text = computed.shown(|id| {
        let field = table.field(id)?;
        hidden.set(hidden.get() || !known.iter().any(|known| known.id() == id));
        Some(field.name().to_owned())
    });
    (!hidden.get()).then_some(text)
}

fn read_table(body: Body) -> Result<TableSpec> {
    let mut body = Object::read(body, "", &["name", "description", "icon", "fields"])?;
    let fields = body.list("fields")?.unwrap_or_default();
    let fields =
        fields.into_iter().enumerate().map(|(index, field)| read_field(field, &format!("fields[{index}]")));
    let fields = fields.collect::<Result<_>>()?;
    let mut spec = TableSpec::new(body.need_text("name")?);
    spec.fields = fields;
    spec.description = body.text("description")?;
    spec.icon = body.text("icon")?;
    Ok(spec)
}

fn read_field(body: Body, path: &str) -> Result<FieldSpec> {
    let keys = ["name", "type", "options", "required", "unique", "default", "description"];
    let mut body = Object::read(body, path, &keys)?;
    let mut spec = FieldSpec::new(body.need_text("name")?, body.need_text("type")?);
    spec.options = body.take("options").unwrap_or(Body::Null);
    spec.required = body.flag("required")?;
    spec.unique = body.flag("unique")?;
    spec.default = body.take("default");
    spec.description = body.text("description")?;
    Ok(spec)
}
