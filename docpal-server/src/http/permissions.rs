//! `/api/permissions`

use axum::Json;
use axum::http::StatusCode;
use docpal_core::{
    Action, AppId, Effect, Error, FieldId, Filter, Json as Body, Resource, Result, Role, Rule, RuleId,
    RuleSpec, Subject, TableId, UserId,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Caller, RuleCall};
use super::error::ApiResult;
use super::extract::{JsonBody, Params};
use super::idempotency::write;
use super::object::Object;
use super::reply::ListOf;

const ACTIONS: &str = "read, create, update, delete or manage";

/// A permission rule to make.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the body; it is read by hand for exact errors")]
#[schema(example = json!({
    "resource_type": "table", "resource_id": "7d0f4a52-0d4c-4a3e-9a0e-1f6f3f0b8a11", "role": "member",
    "action": "read", "effect": "deny", "condition": {"field": "status", "op": "is", "value": "draft"}
}))]
pub(crate) struct NewRule {
    /// `company`, `app` or `table`.
    resource_type: String,
    /// The app or table; not for the company.
    #[schema(format = Uuid)]
    resource_id: Option<String>,
    /// For whom: a role (`owner`, `admin`, `member` or an id). Neither role nor user means everyone.
    role: Option<String>,
    /// For whom: one user.
    #[schema(format = Uuid)]
    user_id: Option<String>,
    /// `read`, `create`, `update`, `delete` or `manage`.
    action: String,
    /// `allow` or `deny`; a denying rule wins.
    effect: String,
    /// The records it is about, as a filter; none means all. `{"field": "created_by", "op": "is_me"}` means the user's own.
    #[schema(value_type = Option<Object>)]
    condition: Option<Body>,
    /// The fields it is about, by name or id; none means all.
    fields: Option<Vec<String>>,
}

/// A permission rule. Fields are given by id.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Permission)]
pub(crate) struct RuleBody {
    #[schema(value_type = String, format = Uuid)]
    id: RuleId,
    resource_type: &'static str,
    #[schema(format = Uuid)]
    resource_id: Option<String>,
    role: Option<String>,
    #[schema(value_type = Option<String>, format = Uuid)]
    user_id: Option<UserId>,
    action: &'static str,
    effect: &'static str,
    #[schema(value_type = Option<Object>)]
    condition: Option<Body>,
    #[schema(value_type = Option<Vec<String>>)]
    fields: Option<Vec<FieldId>>,
    /// Does it take from owners, too? So it is when it denies and an owner made it.
    binds_owners: bool,
}

/// Make a rule
#[utoipa::path(post, path = "/api/permissions", tag = "permissions", request_body = NewRule,
    responses((status = 201, body = RuleBody)))]
pub(crate) async fn create(
    caller: Caller,
    JsonBody(body): JsonBody,
) -> ApiResult<(StatusCode, Json<RuleBody>)> {
    let (rules, spec) = (caller.docpal.rules(&caller.actor), read(body)?);
    let rule = write!(caller, |conn| rules.create_in(conn, &spec), rules.create(&spec))?;
    Ok((StatusCode::CREATED, Json(RuleBody::of(&rule))))
}

/// List the rules of the company; for those who may manage it
#[utoipa::path(get, path = "/api/permissions", tag = "permissions",
    responses((status = 200, body = ListOf<RuleBody>)))]
pub(crate) async fn list(caller: Caller, params: Params) -> ApiResult<Json<ListOf<RuleBody>>> {
    params.only(&[])?;
    let rules = caller.docpal.rules(&caller.actor).list().await?;
    Ok(Json(ListOf::whole(rules.iter().map(RuleBody::of).collect())))
}

/// Delete a rule
#[utoipa::path(delete, path = "/api/permissions/{rule_id}", tag = "permissions",
    params(("rule_id" = String, Path, format = Uuid)), responses((status = 204)))]
pub(crate) async fn delete(RuleCall { caller, rule }: RuleCall) -> ApiResult<StatusCode> {
    let rules = caller.docpal.rules(&caller.actor);
    write!(caller, |conn| async { rules.delete_in(conn, rule).await.map(drop) }, rules.delete(rule))?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(body: Body) -> Result<RuleSpec> {
    let keys = ["resource_type", "resource_id", "role", "user_id", "action", "effect", "condition", "fields"];
    let mut body = Object::read(body, "", &keys)?;
    let resource = resource(&mut body)?;
    let subject = subject(&mut body)?;
    let action = word(&mut body, "action", Action::from_word, ACTIONS)?;
    let effect = word(&mut body, "effect", Effect::from_word, "allow or deny")?;
    let condition = body.take("condition").map(|json| Filter::from_json(&json, "condition")).transpose()?;
    let mut spec = RuleSpec::allow(resource, subject, action);
    spec.effect = effect;
    spec.condition = condition;
    spec.fields = body.texts("fields")?;
    Ok(spec)
}

fn resource(body: &mut Object) -> Result<Resource> {
    let kind = body.need_text("resource_type")?;
    match kind.as_str() {
        "company" => match body.take("resource_id") {
            None => Ok(Resource::Company),
            Some(_) => Err(invalid("resource_id", "a rule on the company takes no id")),
        },
        "app" => body.need_parsed::<AppId>("resource_id", "a UUID").map(Resource::App),
        "table" => body.need_parsed::<TableId>("resource_id", "a UUID").map(Resource::Table),
        _ => Err(invalid("resource_type", "expected company, app or table")),
    }
}

fn subject(body: &mut Object) -> Result<Subject> {
    let role: Option<Role> = body.parsed("role", "owner, admin, member or the id of a role")?;
    let user: Option<UserId> = body.parsed("user_id", "a UUID")?;
    match (role, user) {
        (None, None) => Ok(Subject::Everyone),
        (Some(role), None) => Ok(Subject::Role(role)),
        (None, Some(user)) => Ok(Subject::User(user)),
        (Some(_), Some(_)) => Err(invalid("user_id", "a rule is for a role or for a user, not both")),
    }
}

fn word<T>(body: &mut Object, key: &str, from: impl Fn(&str) -> Option<T>, words: &str) -> Result<T> {
    from(&body.need_text(key)?).ok_or_else(|| invalid(key, &format!("expected {words}")))
}

fn invalid(path: &str, message: &str) -> Error {
    Error::invalid("invalid_value", path, message)
}

impl RuleBody {
    fn of(rule: &Rule) -> Self {
        let (resource_type, resource_id) = match rule.resource {
            Resource::Company => ("company", None),
            Resource::App(id) => ("app", Some(id.to_string())),
            Resource::Table(id) => ("table", Some(id.to_string())),
        };
        let (role, user_id) = match rule.subject {
            Subject::Everyone => (None, None),
            Subject::Role(role) => (Some(role.to_string()), None),
            Subject::User(user) => (None, Some(user)),
        };
        Self {
            id: rule.id,
            resource_type,
            resource_id,
            role,
            user_id,
            action: rule.action.word(),
            effect: rule.effect.word(),
            condition: rule.condition.as_ref().map(Filter::to_json),
            fields: rule.fields.clone(),
            binds_owners: rule.binds_owners,
        }
    }
}
