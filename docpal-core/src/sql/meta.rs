//! Statements on DocPal's own tables: static SQL, one file per thing.

pub mod apps;
pub mod audit;
pub mod companies;
pub(crate) mod events;
pub mod powers;
pub mod rules;
pub mod tables;

/// Which of these transactions have ended. Each is numbered as `pg_current_xact_id()` does.
pub(crate) async fn ended(
    conn: &mut super::Connection,
    transactions: &[String],
) -> crate::error::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT x FROM unnest($1::text[]) AS t (x) WHERE pg_visible_in_snapshot(x::xid8, pg_current_snapshot())",
    )
    .bind(transactions)
    .fetch_all(conn)
    .await
    .map_err(super::errors::from_sqlx)
}

/// The key that signs cursors.
///
/// # Errors
/// Database errors as mapped.
pub async fn cursor_key(conn: &mut super::Connection) -> crate::error::Result<Vec<u8>> {
    sqlx::query_scalar("SELECT value FROM docpal.secrets WHERE name = 'cursor'")
        .fetch_one(conn)
        .await
        .map_err(super::errors::from_sqlx)
}
