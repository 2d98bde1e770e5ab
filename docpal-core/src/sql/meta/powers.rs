//! What there is to know of the database that DocPal works in, and of the role that it works as.

use chrono::{DateTime, Utc};

use crate::error::Result;
use crate::sql::Connection;
use crate::sql::errors::from_sqlx;

/// The powers that DocPal does not need and the role of `conn` has, as PostgreSQL calls them: `SUPERUSER`, `CREATEDB`,
/// `CREATEROLE`, `REPLICATION`, `BYPASSRLS`.
///
/// # Errors
/// Database errors as mapped.
pub async fn needless(conn: &mut Connection) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT power FROM pg_roles, unnest(
             ARRAY['SUPERUSER', 'CREATEDB', 'CREATEROLE', 'REPLICATION', 'BYPASSRLS'],
             ARRAY[rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls]
         ) AS powers (power, given)
         WHERE rolname = current_user AND given",
    )
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)
}

/// The version of PostgreSQL, when DocPal's tables were made and when they were brought up to date last, and the bytes of
/// the database.
///
/// # Errors
/// Database errors as mapped.
pub async fn facts(
    conn: &mut Connection,
) -> Result<(String, Option<DateTime<Utc>>, Option<DateTime<Utc>>, i64)> {
    sqlx::query_as(
        "SELECT current_setting('server_version'), min(applied_at), max(applied_at),
                pg_database_size(current_database())
         FROM docpal.migrations",
    )
    .fetch_one(conn)
    .await
    .map_err(from_sqlx)
}
