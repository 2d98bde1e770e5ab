//! `/api/apps`

use axum::Json;
use axum::http::StatusCode;
use docpal_core::names::MAX_NAME;
use docpal_core::{App, AppSpec, Resource, shape};
use utoipa::ToSchema;

use super::call::{AppCall, Caller};
use super::error::ApiResult;
use super::extract::Body;
use super::idempotency::write;
use super::query::Query;
use super::reply::ListOf;

shape! {
    /// An app to make.
    #[derive(Debug)]
    pub(crate) struct NewApp {
        /// 1 to 100 characters on one line, unique in the company ignoring case.
        #[example = r#""Sales""#]
        #[length = 1, MAX_NAME]
        name: String,
        /// An icon for people.
        icon: Option<String>,
        /// What it is for.
        description: Option<String>,
    }
}

pub(crate) type NewAppBody = Body<NewApp>;

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
#[utoipa::path(post, path = "/api/apps", tag = "apps", request_body = NewAppBody,
    responses((status = 201, body = AppBody)))]
pub(crate) async fn create(
    caller: Caller,
    _: Query<()>,
    Body(app): NewAppBody,
) -> ApiResult<(StatusCode, Json<App>)> {
    let (apps, spec) = (caller.docpal.apps(&caller.actor), AppSpec::from(app));
    let app = write!(caller, |conn| apps.create_in(conn, &spec), apps.create(&spec))?;
    caller.tells_of(Resource::App(app.id));
    Ok((StatusCode::CREATED, Json(app)))
}

/// List the apps
#[utoipa::path(get, path = "/api/apps", tag = "apps", responses((status = 200, body = ListOf<AppBody>)))]
pub(crate) async fn list(caller: Caller, _: Query<()>) -> ApiResult<Json<ListOf<App>>> {
    Ok(Json(ListOf::whole(caller.docpal.apps(&caller.actor).list().await?)))
}

/// Get an app
#[utoipa::path(get, path = "/api/apps/{app_id}", tag = "apps", params(AppCall),
    responses((status = 200, body = AppBody)))]
pub(crate) async fn get(call: AppCall, _: Query<()>) -> Json<App> {
    Json(call.app)
}

impl From<NewApp> for AppSpec {
    fn from(app: NewApp) -> Self {
        let mut spec = Self::new(app.name);
        (spec.icon, spec.description) = (app.icon, app.description);
        spec
    }
}
