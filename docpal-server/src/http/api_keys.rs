//! `/api/api-keys` and `/api/auth/me`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use docpal_core::names::MAX_NAME;
use docpal_core::{CompanyId, Role, UserId, shape};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Caller, KeyCall};
use super::error::ApiResult;
use super::extract::Body;
use super::query::Query;
use super::reply::ListOf;
use crate::api_key::{self, ApiKey, ApiKeyId, KeySpec};
use crate::server::ServerState;

shape! {
    /// A key to make.
    #[derive(Debug)]
    pub(crate) struct NewKey {
        /// What people call it.
        #[example = r#""night import""#]
        #[length = 1, MAX_NAME]
        name: String,
        /// `member`, `admin`, `owner`, or the id of a custom role.
        #[example = r#""member""#]
        role: Role,
        /// The user it acts for: oneself, a service user for whom one made a key before, or, for an owner, anybody. A new
        /// service user when it is not given. What rules deny its maker as a user, they deny the key.
        user_id: Option<UserId>,
        /// When it stops to work; never when it is not given.
        expires_at: Option<DateTime<Utc>>,
    }
}

pub(crate) type NewKeyBody = Body<NewKey>;

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct KeyBody {
    #[schema(value_type = String, format = Uuid)]
    id: ApiKeyId,
    name: String,
    role: String,
    #[schema(value_type = String, format = Uuid)]
    user_id: UserId,
    /// Its first characters.
    #[schema(example = "dpk_4fGh2k")]
    prefix: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: DateTime<Utc>,
    /// The user who made it; null for the host.
    #[schema(value_type = Option<String>, format = Uuid)]
    created_by: Option<UserId>,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<DateTime<Utc>>,
}

/// A key that was made. The secret is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeKey {
    #[schema(value_type = String, format = Uuid)]
    id: ApiKeyId,
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
#[utoipa::path(post, path = "/api/api-keys", tag = "keys", request_body = NewKeyBody,
    responses((status = 201, body = MadeKey)))]
pub(crate) async fn create(
    caller: Caller,
    _: Query<()>,
    Body(key): NewKeyBody,
) -> ApiResult<(StatusCode, Json<MadeKey>)> {
    let NewKey { name, role, user_id, expires_at } = key;
    let mut spec = KeySpec::new(name.clone(), role);
    (spec.user, spec.expires_at) = (user_id, expires_at);
    let made = api_key::create(&caller.docpal, &caller.actor, &spec).await?;
    let (role, key) = (role.to_string(), made.secret.reveal().to_owned());
    let made = MadeKey { id: made.id, name, role, user_id: made.user, key };
    Ok((StatusCode::CREATED, Json(made)))
}

/// List the API keys that are not revoked: all for those who may manage the company, else one's own
#[utoipa::path(get, path = "/api/api-keys", tag = "keys", responses((status = 200, body = ListOf<KeyBody>)))]
pub(crate) async fn list(caller: Caller, _: Query<()>) -> ApiResult<Json<ListOf<KeyBody>>> {
    let keys = api_key::list(&caller.docpal, &caller.actor).await?;
    Ok(Json(ListOf::whole(keys.into_iter().map(KeyBody::of).collect())))
}

/// Revoke an API key: at once on this node, on others within five seconds
#[utoipa::path(delete, path = "/api/api-keys/{key_id}", tag = "keys",
    params(KeyCall), responses((status = 204)))]
pub(crate) async fn revoke(
    State(state): State<ServerState>,
    KeyCall { caller, key }: KeyCall,
    _: Query<()>,
) -> ApiResult<StatusCode> {
    api_key::revoke(&caller.docpal, &caller.actor, key).await?;
    state.authenticator.forget();
    Ok(StatusCode::NO_CONTENT)
}

impl KeyBody {
    fn of(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            role: key.role.to_string(),
            user_id: key.user,
            prefix: key.prefix,
            created_at: key.created_at,
            created_by: key.created_by,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
        }
    }
}

/// Tell who the key stands for
#[utoipa::path(get, path = "/api/auth/me", tag = "keys", responses((status = 200, body = Whoami)))]
pub(crate) async fn whoami(caller: Caller, _: Query<()>) -> Json<Whoami> {
    let actor = caller.actor;
    let roles = actor.roles().iter().map(ToString::to_string).collect();
    Json(Whoami { company_id: actor.company(), user_id: actor.user(), roles })
}
