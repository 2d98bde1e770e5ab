//! API keys: only a digest of the secret is stored.

use docpal_core::sql::Connection;
use docpal_core::sql::errors::from_sqlx;
use docpal_core::{Actor, CompanyId, Error, Result, Role, UserId};
use uuid::Uuid;

/// A key to store.
#[derive(Debug)]
pub(crate) struct NewApiKey<'k> {
    /// Whom it acts for.
    pub(crate) user: UserId,
    /// With which role.
    pub(crate) role: Role,
    /// What people call it.
    pub(crate) name: &'k str,
    /// The first characters, to tell keys apart.
    pub(crate) prefix: &'k str,
    /// The digest of the whole key.
    pub(crate) digest: &'k [u8],
}

/// Stores a key; storing the same key again changes nothing.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn insert(conn: &mut Connection, company: CompanyId, key: &NewApiKey<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO docpal_server.api_keys (id, company_id, user_id, role, name, prefix, digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO NOTHING",
    )
    .bind(Uuid::new_v4())
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
pub(crate) async fn actor(conn: &mut Connection, digest: &[u8]) -> Result<Option<Actor>> {
    let row: Option<(Uuid, Uuid, String)> = sqlx::query_as(
        "WITH used AS (
             UPDATE docpal_server.api_keys SET last_used_at = now()
             WHERE digest = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
         )
         SELECT company_id, user_id, role FROM docpal_server.api_keys WHERE digest = $1",
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
pub(crate) async fn any(conn: &mut Connection) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM docpal_server.api_keys)")
        .fetch_one(conn)
        .await
        .map_err(from_sqlx)
}
