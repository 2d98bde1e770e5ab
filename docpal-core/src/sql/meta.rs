//! Statements on DocPal's own tables: static SQL, one file per thing.

pub mod apps;
pub mod audit;
pub mod companies;
pub(crate) mod events;
pub mod rules;
pub mod tables;

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
