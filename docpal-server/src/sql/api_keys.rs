//! API keys: only a digest of the secret is stored.

use std::time::Duration;

use chrono::{DateTime, Utc};
use docpal_core::sql::Connection;
use docpal_core::sql::errors::from_sqlx;
use docpal_core::{Actor, CompanyId, Error, Result, Role, UserId};
use uuid::Uuid;

use crate::api_key::{ApiKey, ApiKeyId};

/// A key to store.
#[derive(Debug)]
pub(crate) struct NewApiKey<'k> {
    pub(crate) id: ApiKeyId,
    /// Whom it acts for.
    pub(crate) user: UserId,
    /// Was the user made for keys?
    pub(crate) service_user: bool,
    /// With which role.
    pub(crate) role: Role,
    /// What people call it.
    pub(crate) name: &'k str,
    /// The first characters, to tell keys apart.
    pub(crate) prefix: &'k str,
    /// The digest of the whole key.
    pub(crate) digest: &'k [u8],
    /// Who made it.
    pub(crate) created_by: Option<UserId>,
    /// Who made it, who made the key that made it, and so on, but for whom it acts for.
    pub(crate) makers: &'k [UserId],
    /// When it stops to work.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Did somebody choose its secret?
    pub(crate) chosen: bool,
}

/// What is known of a user among keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServiceUser {
    /// Was the user made for keys?
    pub(crate) is_one: bool,
    /// Has who asks made a key of the user?
    pub(crate) is_own: bool,
}

/// Stores a key; false when the same one is there, which stays as it is. Deletes some that were revoked or expired 90 days
/// ago; one that is not chosen is random and cannot come again.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn insert(conn: &mut Connection, company: CompanyId, key: &NewApiKey<'_>) -> Result<bool> {
    sqlx::query(
        "WITH ended AS (
             DELETE FROM docpal_server.api_keys WHERE id IN (
                 SELECT id FROM docpal_server.api_keys
                 WHERE NOT chosen AND least(revoked_at, expires_at) < now() - interval '90 days'
                 LIMIT 100 FOR UPDATE SKIP LOCKED)
         )
         INSERT INTO docpal_server.api_keys
             (id, company_id, user_id, service_user, role, name, prefix, digest, created_by, expires_at, chosen, makers)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (digest) DO NOTHING",
    )
    .bind(key.id.uuid())
    .bind(company.uuid())
    .bind(key.user.uuid())
    .bind(key.service_user)
    .bind(key.role.to_string())
    .bind(key.name)
    .bind(key.prefix)
    .bind(key.digest)
    .bind(key.created_by.map(UserId::uuid))
    .bind(key.expires_at)
    .bind(key.chosen)
    .bind(key.makers.iter().map(|maker| maker.uuid()).collect::<Vec<_>>())
    .execute(conn)
    .await
    .map(|done| done.rows_affected() > 0)
    .map_err(from_sqlx)
}

/// Whom a key acts for.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) key: ApiKeyId,
    pub(crate) actor: Actor,
    /// How long the key works, from the beginning of the transaction; an hour where it is more.
    pub(crate) left: Duration,
}

/// The key with `digest` and whom it acts for, if it is neither revoked nor expired. Notes the use, at most once a minute.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn holder(conn: &mut Connection, digest: &[u8]) -> Result<Option<Holder>> {
    let row: Option<(Uuid, Uuid, Uuid, String, Vec<Uuid>, i64)> = sqlx::query_as(
        "WITH used AS (
             UPDATE docpal_server.api_keys SET last_used_at = now()
             WHERE digest = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
         )
         SELECT id, company_id, user_id, role, makers,
             floor(date_part('epoch', least(expires_at, now() + interval '1 hour') - now()) * 1000000)::bigint
         FROM docpal_server.api_keys
         WHERE digest = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
    )
    .bind(digest)
    .fetch_optional(conn)
    .await
    .map_err(from_sqlx)?;
    let Some((id, company, user, role, makers, left)) = row else { return Ok(None) };
    let actor = Actor::new(company.into(), user.into(), [role_of(&role)?]);
    let actor = makers.into_iter().map(UserId::from).fold(actor, Actor::made_by);
    let left = Duration::from_micros(u64::try_from(left).unwrap_or_default());
    Ok(Some(Holder { key: id.into(), actor, left }))
}

struct KeyRow {
    id: Uuid,
    user_id: Uuid,
    role: String,
    name: String,
    prefix: String,
    created_at: DateTime<Utc>,
    created_by: Option<Uuid>,
    last_used_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
}

docpal_core::named_columns!(
    KeyRow: id, user_id, role, name, prefix, created_at, created_by, last_used_at, expires_at
);

/// The keys of a company that are not revoked, of `user` only when one is given, the oldest first.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn list(
    conn: &mut Connection,
    company: CompanyId,
    user: Option<UserId>,
) -> Result<Vec<ApiKey>> {
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT id, user_id, role, name, prefix, created_at, created_by, last_used_at, expires_at
         FROM docpal_server.api_keys
         WHERE company_id = $1 AND revoked_at IS NULL AND ($2::uuid IS NULL OR user_id = $2)
         ORDER BY created_at, id",
    )
    .bind(company.uuid())
    .bind(user.map(UserId::uuid))
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    rows.into_iter().map(key).collect()
}

/// Revokes a key; false when there is none to revoke.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn revoke(conn: &mut Connection, company: CompanyId, id: ApiKeyId) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE docpal_server.api_keys SET revoked_at = now()
         WHERE company_id = $1 AND id = $2 AND revoked_at IS NULL",
    )
    .bind(company.uuid())
    .bind(id.uuid())
    .execute(conn)
    .await
    .map_err(from_sqlx)?;
    Ok(done.rows_affected() > 0)
}

/// Was `user` made for keys, so that nobody else is this user, and has `maker` made one of these?
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn service_user(
    conn: &mut Connection,
    company: CompanyId,
    user: UserId,
    maker: Option<UserId>,
) -> Result<ServiceUser> {
    let found: Option<bool> = sqlx::query_scalar(
        "SELECT bool_or(coalesce(created_by = $3, false)) FROM docpal_server.api_keys
         WHERE company_id = $1 AND user_id = $2 AND service_user",
    )
    .bind(company.uuid())
    .bind(user.uuid())
    .bind(maker.map(UserId::uuid))
    .fetch_one(conn)
    .await
    .map_err(from_sqlx)?;
    Ok(ServiceUser { is_one: found.is_some(), is_own: found.unwrap_or_default() })
}

/// Is there any key at all? A revoked one counts: the database is nobody's to take.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn any(conn: &mut Connection) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM docpal_server.api_keys)")
        .fetch_one(conn)
        .await
        .map_err(from_sqlx)
}

fn role_of(word: &str) -> Result<Role> {
    word.parse().map_err(|_| Error::internal("api key with a broken role"))
}

fn key(row: KeyRow) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.id.into(),
        user: row.user_id.into(),
        role: role_of(&row.role)?,
        name: row.name,
        prefix: row.prefix,
        created_at: row.created_at,
        created_by: row.created_by.map(Into::into),
        last_used_at: row.last_used_at,
        expires_at: row.expires_at,
    })
}
