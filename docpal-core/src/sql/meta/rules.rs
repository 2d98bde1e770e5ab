//! Permission rules.

use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, PgConnection, Row as _};
use uuid::Uuid;

use crate::access::{Action, Actor, Effect, Resource, Rule, Subject};
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::id::{AppId, CompanyId, RuleId, TableId, UserId};
use crate::json::Json;
use crate::sql::errors::from_sqlx;

struct RuleRow {
    id: Uuid,
    app_id: Option<Uuid>,
    table_id: Option<Uuid>,
    subject_kind: String,
    subject: String,
    action: String,
    effect: String,
    condition: Option<String>,
    field_ids: Option<Vec<Uuid>>,
    binds_owners: bool,
}

crate::named_columns!(
    RuleRow: id, app_id, table_id, subject_kind, subject, action, effect, condition, field_ids, binds_owners
);

impl RuleRow {
    fn rule(self) -> Result<Rule> {
        let id = self.id;
        let broken = move |what: &str| Error::internal(format!("rule {id}: {what}"));
        let resource = match (self.app_id, self.table_id) {
            (_, Some(table)) => Resource::Table(table.into()),
            (Some(app), None) => Resource::App(app.into()),
            (None, None) => Resource::Company,
        };
        let subject = match self.subject_kind.as_str() {
            "everyone" => Subject::Everyone,
            "role" => Subject::Role(self.subject.parse().map_err(|_| broken("role"))?),
            _ => Subject::User(self.subject.parse().map_err(|_| broken("user"))?),
        };
        let condition =
            self.condition.as_deref().map(|text| Filter::from_json(&Json::parse(text)?, "condition"));
        Ok(Rule {
            id: id.into(),
            resource,
            subject,
            action: Action::from_word(&self.action).ok_or_else(|| broken("action"))?,
            effect: Effect::from_word(&self.effect).ok_or_else(|| broken("effect"))?,
            condition: condition.transpose()?,
            fields: self.field_ids.map(|ids| ids.into_iter().map(Into::into).collect()),
            binds_owners: self.binds_owners,
        })
    }
}

/// Inserts a rule.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    company: CompanyId,
    rule: &Rule,
    by: Option<UserId>,
) -> Result<()> {
    let (app, table) = match rule.resource {
        Resource::Company => (None, None),
        Resource::App(app) => (Some(app.uuid()), None),
        Resource::Table(table) => (None, Some(table.uuid())),
    };
    let (kind, subject) = match rule.subject {
        Subject::Everyone => ("everyone", String::new()),
        Subject::Role(role) => ("role", role.to_string()),
        Subject::User(user) => ("user", user.to_string()),
    };
    sqlx::query(
        "INSERT INTO docpal.rules
             (id, company_id, app_id, table_id, subject_kind, subject, action, effect, condition, field_ids, created_by,
              binds_owners)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::json, $10, $11, $12)",
    )
    .bind(rule.id.uuid())
    .bind(company.uuid())
    .bind(app)
    .bind(table)
    .bind(kind)
    .bind(subject)
    .bind(rule.action.word())
    .bind(rule.effect.word())
    .bind(rule.condition.as_ref().map(|condition| condition.to_json().to_string()))
    .bind(rule.fields.as_ref().map(|fields| fields.iter().map(|field| field.uuid()).collect::<Vec<_>>()))
    .bind(by.map(UserId::uuid))
    .bind(rule.binds_owners)
    .execute(conn)
    .await
    .map(|_| ())
    .map_err(from_sqlx)
}

/// The rules that cover tables or one of them: their own, their apps' and their company's.
pub(crate) async fn of_tables(
    conn: &mut PgConnection,
    company: CompanyId,
    apps: &[AppId],
    tables: &[TableId],
) -> Result<Vec<Rule>> {
    let rows = sqlx::query_as::<_, RuleRow>(
        "SELECT id, app_id, table_id, subject_kind, subject, action, effect, condition::text AS condition, field_ids,
                binds_owners
         FROM docpal.rules
         WHERE company_id = $1 AND (table_id = ANY($3) OR app_id = ANY($2) OR (table_id IS NULL AND app_id IS NULL))
         ORDER BY created_at, id",
    )
    .bind(company.uuid())
    .bind(apps.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(tables.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    rows.into_iter().map(RuleRow::rule).collect()
}

/// The rules that cover the whole company, or one app with them.
pub(crate) async fn of_company(
    conn: &mut PgConnection,
    company: CompanyId,
    app: Option<AppId>,
) -> Result<Vec<Rule>> {
    let rows = sqlx::query_as::<_, RuleRow>(
        "SELECT id, app_id, table_id, subject_kind, subject, action, effect, condition::text AS condition, field_ids,
                binds_owners
         FROM docpal.rules WHERE company_id = $1 AND table_id IS NULL AND (app_id IS NULL OR app_id = $2)
         ORDER BY created_at, id",
    )
    .bind(company.uuid())
    .bind(app.map(AppId::uuid))
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    rows.into_iter().map(RuleRow::rule).collect()
}

/// The rules that may reach `actor` by read, create or manage, which decide what exists for them; those on tables with
/// the table's app. All of the company, or those that matter for one app.
pub(crate) async fn of_actor(
    conn: &mut PgConnection,
    actor: &Actor,
    app: Option<AppId>,
) -> Result<Vec<(Rule, Option<AppId>)>> {
    let rows = sqlx::query(
        "SELECT r.id, r.app_id, r.table_id, r.subject_kind, r.subject, r.action, r.effect,
                r.condition::text AS condition, r.field_ids, r.binds_owners, t.app_id AS of_app
         FROM docpal.rules r LEFT JOIN docpal.tables t ON t.id = r.table_id
         WHERE r.company_id = $1 AND r.action IN ('read', 'create', 'manage')
               AND (r.subject_kind = 'everyone' OR (r.subject_kind = 'role' AND r.subject = ANY($2))
                    OR (r.subject_kind = 'user' AND r.subject = $3)
                    OR (r.subject_kind = 'user' AND r.effect = 'deny' AND r.subject = ANY($5)))
               AND ($4::uuid IS NULL OR coalesce(r.app_id, t.app_id, $4) = $4)",
    )
    .bind(actor.company().uuid())
    .bind(actor.roles().iter().map(ToString::to_string).collect::<Vec<_>>())
    .bind(actor.user().map(|user| user.to_string()))
    .bind(app.map(AppId::uuid))
    .bind(actor.makers().iter().map(ToString::to_string).collect::<Vec<_>>())
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    let placed = |row: &PgRow| Ok((RuleRow::from_row(row)?, row.try_get::<Option<Uuid>, _>("of_app")?));
    rows.iter()
        .map(|row| {
            let (rule, app) = placed(row).map_err(from_sqlx)?;
            Ok((rule.rule()?, app.map(Into::into)))
        })
        .collect()
}

/// Every rule of the company.
pub(crate) async fn list(conn: &mut PgConnection, company: CompanyId) -> Result<Vec<Rule>> {
    let rows = sqlx::query_as::<_, RuleRow>(
        "SELECT id, app_id, table_id, subject_kind, subject, action, effect, condition::text AS condition, field_ids,
                binds_owners
         FROM docpal.rules WHERE company_id = $1 ORDER BY created_at, id",
    )
    .bind(company.uuid())
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    rows.into_iter().map(RuleRow::rule).collect()
}

/// The rule with `id`, if it is the company's.
pub(crate) async fn get(conn: &mut PgConnection, company: CompanyId, id: RuleId) -> Result<Option<Rule>> {
    let row = sqlx::query_as::<_, RuleRow>(
        "SELECT id, app_id, table_id, subject_kind, subject, action, effect, condition::text AS condition, field_ids,
                binds_owners
         FROM docpal.rules WHERE company_id = $1 AND id = $2",
    )
    .bind(company.uuid())
    .bind(id.uuid())
    .fetch_optional(conn)
    .await
    .map_err(from_sqlx)?;
    row.map(RuleRow::rule).transpose()
}

/// Deletes a rule.
pub(crate) async fn delete(conn: &mut PgConnection, id: RuleId) -> Result<()> {
    sqlx::query("DELETE FROM docpal.rules WHERE id = $1")
        .bind(id.uuid())
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(from_sqlx)
}
