//! Apps.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::Result;
use crate::id::{AppId, CompanyId, UserId};
use crate::model::App;
use crate::sql::errors::from_sqlx;

type AppRow = (Uuid, String, Option<String>, Option<String>, DateTime<Utc>, DateTime<Utc>);

fn app(row: AppRow) -> App {
    let (id, name, icon, description, created_at, updated_at) = row;
    App { id: id.into(), name, icon, description, created_at, updated_at }
}

/// Inserts an app; a taken name is a violation of `apps_name`.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    company: CompanyId,
    id: AppId,
    name: &str,
    icon: Option<&str>,
    description: Option<&str>,
    by: Option<UserId>,
) -> Result<App> {
    sqlx::query_as::<_, AppRow>(
        "INSERT INTO docpal.apps (id, company_id, name, icon, description, created_by) VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING id, name, icon, description, created_at, updated_at",
    )
    .bind(id.uuid())
    .bind(company.uuid())
    .bind(name)
    .bind(icon)
    .bind(description)
    .bind(by.map(UserId::uuid))
    .fetch_one(conn)
    .await
    .map(app)
    .map_err(from_sqlx)
}

/// The apps of a company by name.
pub(crate) async fn list(conn: &mut PgConnection, company: CompanyId) -> Result<Vec<App>> {
    sqlx::query_as::<_, AppRow>(
        "SELECT id, name, icon, description, created_at, updated_at FROM docpal.apps
         WHERE company_id = $1 ORDER BY lower(name), id",
    )
    .bind(company.uuid())
    .fetch_all(conn)
    .await
    .map(|rows| rows.into_iter().map(app).collect())
    .map_err(from_sqlx)
}

/// The app with `id`, if it is the company's.
pub(crate) async fn get(conn: &mut PgConnection, company: CompanyId, id: AppId) -> Result<Option<App>> {
    sqlx::query_as::<_, AppRow>(
        "SELECT id, name, icon, description, created_at, updated_at FROM docpal.apps WHERE company_id = $1 AND id = $2",
    )
    .bind(company.uuid())
    .bind(id.uuid())
    .fetch_optional(conn)
    .await
    .map(|row| row.map(app))
    .map_err(from_sqlx)
}
