//! `/api/api-keys` and `/api/auth/me`

use axum::Json;
use axum::http::StatusCode;
use docpal_core::{CompanyId, Role, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Caller;
use super::error::ApiResult;
use super::extract::JsonBody;
use super::object::Object;
use crate::api_key;

/// A key to make.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
pub(crate) struct NewKey {
    /// What people call it.
    #[schema(example = "night import")]
    name: String,
    /// `member`, `admin`, `owner`, or the id of a custom role.
    #[schema(example = "member")]
    role: String,
    /// The user it acts for; a new one when it is not given.
    #[schema(format = Uuid)]
    user_id: Option<String>,
}

/// A key that was made. The secret is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeKey {
    name: String,
    role: String,
    #[schema(value_type = String, format = Uuid)]
    user_id: UserId,
    /// The whole key; it is not stored and cannot be shown again.
    #[schema(example = "dpk_..")]
    key: String,
}

/// Who a request acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whoami {
    #[schema(value_type = String, format = Uuid)]
    company_id: CompanyId,
    #[schema(value_type = Option<String>, format = Uuid)]
    user_id: Option<UserId>,
    roles: Vec<String>,
}

/// Make an API key; for those who may manage the company
#[utoipa::path(post, path = "/api/api-keys", tag = "keys", request_body = NewKey,
    responses((status = 201, body = MadeKey)))]
pub(crate) async fn create(
    caller: Caller,
    JsonBody(body): JsonBody,
) -> ApiResult<(StatusCode, Json<MadeKey>)> {
    let mut body = Object::read(body, "", &["name", "role", "user_id"])?;
    let name = body.need_text("name")?;
    let role: Role = body.need_parsed("role", "member, admin, owner or the id of a role")?;
    let user_id = body.parsed("user_id", "a UUID")?.unwrap_or_else(UserId::new);
    let secret = api_key::create(&caller.docpal, &caller.actor, user_id, role, &name).await?;
    let made = MadeKey { name, role: role.to_string(), user_id, key: secret.reveal().to_owned() };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Tell who the key stands for
#[utoipa::path(get, path = "/api/auth/me", tag = "keys", responses((status = 200, body = Whoami)))]
pub(crate) async fn whoami(caller: Caller) -> Json<Whoami> {
    let actor = caller.actor;
    let roles = actor.roles().iter().map(ToString::to_string).collect();
    Json(Whoami { company_id: actor.company(), user_id: actor.user(), roles })
}
