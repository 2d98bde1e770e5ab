//! `/api/apps/{app_id}/tables` and `/api/tables/{table_id}`

mod options;

pub(crate) use self::options::FieldOptions;

use std::cell::Cell;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use docpal_core::access::{Resource, scope};
use docpal_core::field_types::FIELD_TYPES;
use docpal_core::model::formula::Computed;
use docpal_core::model::{MAX_FIELDS, TableMeta};
use docpal_core::names::MAX_NAME;
use docpal_core::shape::{At, Kind, Shape};
use docpal_core::{
    Actor, AppId, Field, FieldId, FieldSpec, Json as Value, Result, TableId, TableSnapshot, TableSpec, shape,
};
use serde::Serialize;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::call::{AppCall, TableCall};
use super::cell::CellValue;
use super::error::ApiResult;
use super::extract::Body;
use super::idempotency::write;
use super::query::Query;
use super::reply::ListOf;
use super::schema;

shape! {
    /// A table to make.
    #[example = r#"{"name": "Orders", "fields": [
        {"name": "customer", "type": "text", "required": true},
        {"name": "price", "type": "currency", "options": {"code": "EUR", "scale": 2}},
        {"name": "quantity", "type": "number", "default": 1},
        {"name": "total", "type": "formula", "options": {"formula": "{price} * {quantity}"}}]}"#]
    #[derive(Debug)]
    pub(crate) struct NewTable {
        /// 1 to 100 characters on one line, unique in the app ignoring case.
        #[length = 1, MAX_NAME]
        name: String,
        /// What it is for.
        description: Option<String>,
        /// An icon for people.
        icon: Option<String>,
        /// Its fields, in order; at most 300.
        #[length = 0, MAX_FIELDS]
        fields: Vec<NewField> = Vec::new(),
    }
}

shape! {
    /// A field to make.
    #[derive(Debug)]
    pub(crate) struct NewField {
        /// 1 to 100 characters on one line, unique in the table ignoring case.
        #[length = 1, MAX_NAME]
        name: String,
        r#type: FieldType,
        /// What the type takes; `/api/field-types` has an example for each type.
        options: Option<FieldOptions>,
        /// Must every record have a value?
        required: bool = false,
        /// Must values differ between records?
        unique: bool = false,
        /// The value of a new record that gives none.
        #[kind = shape::cell_value()]
        default: Option<Value>,
        /// Help for people.
        description: Option<String>,
    }
}

pub(crate) type NewTableBody = Body<NewTable>;

/// The code of a field type, as in the list of field types; whether there is such a type is seen later.
#[derive(Debug)]
pub(crate) struct FieldType(String);

impl Shape for FieldType {
    fn kind() -> Kind {
        fn codes() -> Kind {
            Kind::Words(FIELD_TYPES.iter().map(|ty| ty.code).collect())
        }
        let about = FIELD_TYPES
            .iter()
            .map(|ty| format!("- `{}`: {}, as `{}`", ty.code, ty.summary, ty.example_value));
        let mut named = Kind::named("FieldType", &[], codes);
        named.about = about.collect::<Vec<_>>().join("\n").into();
        named.into()
    }

    fn read(json: Value, at: &At<'_>) -> Result<Self> {
        String::read(json, at).map(Self)
    }
}

impl PartialSchema for FieldType {
    fn schema() -> RefOr<Schema> {
        schema::schema_of::<Self>()
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
    #[schema(value_type = FieldOptions)]
    options: Value,
    required: bool,
    unique: bool,
    #[schema(value_type = CellValue)]
    default: Option<Value>,
    description: Option<String>,
    /// The type that formulas see: of a formula, its result.
    #[schema(example = "number")]
    value_type: String,
}

/// Make a table
#[utoipa::path(post, path = "/api/apps/{app_id}/tables", tag = "tables", request_body = NewTableBody,
    params(AppCall), responses((status = 201, body = TableBody)))]
pub(crate) async fn create(
    call: AppCall,
    _: Query<()>,
    Body(table): NewTableBody,
) -> ApiResult<(StatusCode, Json<TableBody>)> {
    let (tables, app, spec) = (call.caller.tables(), call.app.id, TableSpec::from(table));
    let table = write!(call.caller, |conn| tables.create_in(conn, app, &spec), tables.create(app, &spec))?;
    call.caller.tells_of(Resource::Table(table.id()));
    Ok((StatusCode::CREATED, Json(TableBody::of(&call.caller.actor, &table))))
}

/// List the tables of an app
#[utoipa::path(get, path = "/api/apps/{app_id}/tables", tag = "tables",
    params(AppCall), responses((status = 200, body = ListOf<TableBody>)))]
pub(crate) async fn list(call: AppCall, _: Query<()>) -> ApiResult<Json<ListOf<TableBody>>> {
    let tables = call.caller.tables().list(call.app.id).await?;
    Ok(Json(ListOf::whole(tables.iter().map(TableBody::without_fields).collect())))
}

/// Get a table with its fields
#[utoipa::path(get, path = "/api/tables/{table_id}", tag = "tables",
    params(TableCall), responses((status = 200, body = TableBody)))]
pub(crate) async fn get(call: TableCall, _: Query<()>) -> ApiResult<Json<TableBody>> {
    let table = call.caller.tables().get(call.table).await?;
    Ok(Json(TableBody::of(&call.caller.actor, &table)))
}

/// Delete a table with its records, for good
#[utoipa::path(delete, path = "/api/tables/{table_id}", tag = "tables",
    params(TableCall), responses((status = 204)))]
pub(crate) async fn delete(call: TableCall, _: Query<()>) -> ApiResult<StatusCode> {
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
                Value::Object(vec![("formula".to_owned(), formula_for(computed, table, known).into())])
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

impl From<NewTable> for TableSpec {
    fn from(table: NewTable) -> Self {
        let mut spec = Self::new(table.name);
        spec.fields = table.fields.into_iter().map(FieldSpec::from).collect();
        (spec.description, spec.icon) = (table.description, table.icon);
        spec
    }
}

impl From<NewField> for FieldSpec {
    fn from(field: NewField) -> Self {
        let mut spec = Self::new(field.name, field.r#type.0);
        spec.options = field.options.map_or(Value::Null, Value::from);
        (spec.required, spec.unique) = (field.required, field.unique);
        (spec.default, spec.description) = (field.default, field.description);
        spec
    }
}
