//! API keys: only a digest of the secret is stored.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::access::{Actor, Role};
use crate::error::{Error, Result};
use crate::id::{ApiKeyId, CompanyId, UserId};
use crate::sql::errors::from_sqlx;

/// A key to store.
#[derive(Debug)]
pub struct NewApiKey<'k> {
    /// Whom it acts for.
    pub user: UserId,
    /// With which role.
    pub role: Role,
    /// What people call it.
    pub name: &'k str,
    /// The first characters, to tell keys apart.
    pub prefix: &'k str,
    /// The digest of the whole key.
    pub digest: &'k [u8],
}

/// Stores a key; storing the same key again changes nothing.
///
/// # Errors
/// Database errors as mapped.
pub async fn insert(conn: &mut PgConnection, company: CompanyId, key: &NewApiKey<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO docpal.api_keys (id, company_id, user_id, role, name, prefix, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO NOTHING",
    )
    .bind(ApiKeyId::new().uuid())
    .bind(company.uuid())
    .bind(key.user.uuid())
    .bind(key.role.to_string())
    .bind(key.name)
    .bind(key.prefix)
    .bind(key.digest)
    .execute(conn)
    .await
    .map(|_| ())
    .map_err(from_sqlx)
}

/// Whom the key with `digest` acts for. Notes the use, at most once a minute.
///
/// # Errors
/// Database errors as mapped.
pub async fn actor(conn: &mut PgConnection, digest: &[u8]) -> Result<Option<Actor>> {
    let row: Option<(Uuid, Uuid, String)> = sqlx::query_as(
        "WITH used AS (
             UPDATE docpal.api_keys SET last_used_at = now()
             WHERE digest = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
         )
         SELECT company_id, user_id, role FROM docpal.api_keys WHERE digest = $1",
    )
    .bind(digest)
    .fetch_optional(conn)
    .await
    .map_err(from_sqlx)?;
    let Some((company, user, role)) = row else { return Ok(None) };
    let role: Role = role.parse().map_err(|_| Error::internal("api key with a broken role"))?;
    Ok(Some(Actor::new(company.into(), user.into(), [role])))
}

/// Is there any key at all?
///
/// # Errors
/// Database errors as mapped.
pub async fn any(conn: &mut PgConnection) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM docpal.api_keys)")
        .fetch_one(conn)
        .await
        .map_err(from_sqlx)
}
