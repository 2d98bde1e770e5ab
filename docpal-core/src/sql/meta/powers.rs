//! What the role that DocPal works as may do beyond its own database.

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
