//! `/api/permissions`

use axum::Json;
use axum::http::StatusCode;
use docpal_core::shape::At;
use docpal_core::{
    Action, AppId, Effect, FieldId, Filter, Json as Value, Resource, Result, Role, Rule, RuleId, RuleSpec,
    Subject, TableId, UserId, shape, words,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::call::{Caller, RuleCall};
use super::error::ApiResult;
use super::extract::Body;
use super::idempotency::write;
use super::query::Query;
use super::reply::ListOf;

shape! {
    /// A permission rule to make.
    #[example = r#"{"resource_type": "table", "resource_id": "7d0f4a52-0d4c-4a3e-9a0e-1f6f3f0b8a11", "role": "member",
        "action": "read", "effect": "deny", "condition": {"field": "status", "op": "is", "value": "draft"}}"#]
    #[derive(Debug)]
    pub(crate) struct NewRule {
        resource_type: ResourceType,
        /// The app or table; not for the company.
        resource_id: Option<Uuid>,
        /// For whom: a role (`owner`, `admin`, `member` or an id). Neither role nor user means everyone.
        #[example = r#""member""#]
        role: Option<Role>,
        /// For whom: one user.
        user_id: Option<UserId>,
        action: Action,
        /// A denying rule wins.
        effect: Effect,
        /// The records it is about, as a filter; none means all. `{"field": "created_by", "op": "is_me"}` means the
        /// user's own.
        condition: Option<Filter>,
        /// The fields it is about, by name or id; none means all.
        fields: Option<Vec<String>>,
    }
}

pub(crate) type NewRuleBody = Body<NewRule>;
type Condition = Body<Filter>;

#[derive(Clone, Copy, Debug)]
enum ResourceType {
    Company,
    App,
    Table,
}

words!(ResourceType:
    "company" = ResourceType::Company, "app" = ResourceType::App, "table" = ResourceType::Table);

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
    /// As it was given, with fields by id.
    #[schema(value_type = Option<Condition>)]
    condition: Option<Value>,
    #[schema(value_type = Option<Vec<String>>)]
    fields: Option<Vec<FieldId>>,
    /// Does it take from owners, too? So it is when it denies and an owner made it.
    binds_owners: bool,
}

/// Make a rule
#[utoipa::path(post, path = "/api/permissions", tag = "permissions", request_body = NewRuleBody,
    responses((status = 201, body = RuleBody)))]
pub(crate) async fn create(
    caller: Caller,
    _: Query<()>,
    Body(rule): NewRuleBody,
) -> ApiResult<(StatusCode, Json<RuleBody>)> {
    let (rules, spec) = (caller.docpal.rules(&caller.actor), rule.spec()?);
    let rule = write!(caller, |conn| rules.create_in(conn, &spec), rules.create(&spec))?;
    caller.tells_of(rule.resource);
    Ok((StatusCode::CREATED, Json(RuleBody::of(&rule))))
}

/// List the rules of the company; for those who may manage it
#[utoipa::path(get, path = "/api/permissions", tag = "permissions",
    responses((status = 200, body = ListOf<RuleBody>)))]
pub(crate) async fn list(caller: Caller, _: Query<()>) -> ApiResult<Json<ListOf<RuleBody>>> {
    let rules = caller.docpal.rules(&caller.actor).list().await?;
    Ok(Json(ListOf::whole(rules.iter().map(RuleBody::of).collect())))
}

/// Delete a rule
#[utoipa::path(delete, path = "/api/permissions/{rule_id}", tag = "permissions",
    params(RuleCall), responses((status = 204)))]
pub(crate) async fn delete(RuleCall { caller, rule }: RuleCall, _: Query<()>) -> ApiResult<StatusCode> {
    let rules = caller.docpal.rules(&caller.actor);
    write!(caller, |conn| async { rules.delete_in(conn, rule).await.map(drop) }, rules.delete(rule))?;
    Ok(StatusCode::NO_CONTENT)
}

impl NewRule {
    fn spec(self) -> Result<RuleSpec> {
        let mut spec = RuleSpec::allow(self.resource()?, self.subject()?, self.action);
        (spec.effect, spec.condition, spec.fields) = (self.effect, self.condition, self.fields);
        Ok(spec)
    }

    fn resource(&self) -> Result<Resource> {
        match (self.resource_type, self.resource_id) {
            (ResourceType::Company, None) => Ok(Resource::Company),
            (ResourceType::App, Some(id)) => Ok(Resource::App(AppId::from(id))),
            (ResourceType::Table, Some(id)) => Ok(Resource::Table(TableId::from(id))),
            (ResourceType::Company, Some(_)) => {
                Err(At::BODY.key("resource_id").invalid("a rule on the company takes no id"))
            }
            (_, None) => Err(At::BODY.key("resource_id").missing()),
        }
    }

    fn subject(&self) -> Result<Subject> {
        match (self.role, self.user_id) {
            (None, None) => Ok(Subject::Everyone),
            (Some(role), None) => Ok(Subject::Role(role)),
            (None, Some(user)) => Ok(Subject::User(user)),
            (Some(_), Some(_)) => {
                Err(At::BODY.key("user_id").invalid("a rule is for a role or for a user, not both"))
            }
        }
    }
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
