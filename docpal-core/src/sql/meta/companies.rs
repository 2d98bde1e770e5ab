//! Companies.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::id::CompanyId;
use crate::model::Company;
use crate::sql::CompanyKey;
use crate::sql::errors::from_sqlx;
use crate::sql::key::ROUNDS;

type CompanyRow = (Uuid, String, DateTime<Utc>);

fn company(row: CompanyRow) -> Company {
    Company { id: row.0.into(), name: row.1, created_at: row.2 }
}

/// Inserts a company, under the first of its keys that no other company has. An id that is taken is a violation of
/// `companies_pkey`.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    id: CompanyId,
    name: &str,
) -> Result<(Company, CompanyKey)> {
    for round in 0..ROUNDS {
        let key = CompanyKey::of(id, round);
        let row = sqlx::query_as::<_, CompanyRow>(
            "INSERT INTO docpal.companies (id, name, key) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING
             RETURNING id, name, created_at",
        )
        .bind(id.uuid())
        .bind(name)
        .bind(key.as_str())
        .fetch_optional(&mut *conn)
        .await
        .map_err(from_sqlx)?;
        if let Some(row) = row {
            return Ok((company(row), key));
        }
    }
    Err(Error::internal(format!("no key is free for company {id}")))
}

/// The company with `id`.
pub(crate) async fn get(conn: &mut PgConnection, id: CompanyId) -> Result<Option<Company>> {
    sqlx::query_as::<_, CompanyRow>("SELECT id, name, created_at FROM docpal.companies WHERE id = $1")
        .bind(id.uuid())
        .fetch_optional(conn)
        .await
        .map(|row| row.map(company))
        .map_err(from_sqlx)
}

/// Every company, oldest first.
pub(crate) async fn list(conn: &mut PgConnection) -> Result<Vec<Company>> {
    sqlx::query_as::<_, CompanyRow>(
        "SELECT id, name, created_at FROM docpal.companies ORDER BY created_at, id",
    )
    .fetch_all(conn)
    .await
    .map(|rows| rows.into_iter().map(company).collect())
    .map_err(from_sqlx)
}

/// Counts a change of rules that cover more than one table; gives the transaction, if there is such a company.
pub(crate) async fn bump_policy(conn: &mut PgConnection, id: CompanyId) -> Result<Option<String>> {
    sqlx::query_scalar(
        "UPDATE docpal.companies SET policy_version = policy_version + 1 WHERE id = $1
         RETURNING pg_current_xact_id()::text",
    )
    .bind(id.uuid())
    .fetch_optional(conn)
    .await
    .map_err(from_sqlx)
}
