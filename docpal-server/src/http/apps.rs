//! `/api/apps`

use axum::Json;
use axum::http::StatusCode;
use docpal_core::{App, AppSpec, Json as Body, Result};
use utoipa::ToSchema;

use super::call::{AppCall, Caller};
use super::error::ApiResult;
use super::extract::{JsonBody, Params};
use super::idempotency::write;
use super::object::Object;
use super::reply::ListOf;

/// An app to make.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
pub(crate) struct NewApp {
    /// 1 to 100 characters on one line, unique in the company ignoring case.
    #[schema(example = "Sales")]
    name: String,
    /// An icon for people.
    icon: Option<String>,
    /// What it is for.
    description: Option<String>,
}

/// A named group of tables.
#[derive(Debug, ToSchema)]
#[schema(as = App)]
#[expect(dead_code, reason = "describes docpal_core::App")]
pub(crate) struct AppBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    icon: Option<String>,
    description: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Make an app
#[utoipa::path(post, path = "/api/apps", tag = "apps", request_body = NewApp,
    responses((status = 201, body = AppBody)))]
pub(crate) async fn create(caller: Caller, JsonBody(body): JsonBody) -> ApiResult<(StatusCode, Json<App>)> {
    let (apps, spec) = (caller.docpal.apps(&caller.actor), read(body)?);
    let app = write!(caller, |conn| apps.create_in(conn, &spec), apps.create(&spec))?;
    Ok((StatusCode::CREATED, Json(app)))
}

/// List the apps
#[utoipa::path(get, path = "/api/apps", tag = "apps", responses((status = 200, body = ListOf<AppBody>)))]
pub(crate) async fn list(caller: Caller, params: Params) -> ApiResult<Json<ListOf<App>>> {
    params.only(&[])?;
    Ok(Json(ListOf::whole(caller.docpal.apps(&caller.actor).list().await?)))
}

/// Get an app
#[utoipa::path(get, path = "/api/apps/{app_id}", tag = "apps", params(("app_id" = String, Path, format = Uuid)),
    responses((status = 200, body = AppBody)))]
pub(crate) async fn get(call: AppCall) -> Json<App> {
    Json(call.app)
}

fn read(body: Body) -> Result<AppSpec> {
    let mut body = Object::read(body, "", &["name", "icon", "description"])?;
    let mut spec = AppSpec::new(body.need_text("name")?);
    spec.icon = body.text("icon")?;
    spec.description = body.text("description")?;
    Ok(spec)
}
