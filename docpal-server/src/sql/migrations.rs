//! The server's own tables, in schema `docpal_server`: numbered files that the runner of `docpal_core` applies.
//!
//! A migration is never edited after a release; a change is a new file.

use docpal_core::sql::Connection;
use docpal_core::sql::migrations::{Migrations, Step};
use docpal_core::{Docpal, Result};

const SERVER: Migrations = Migrations {
    schema: "docpal_server",
    steps: &[
        Step { version: 1, name: "api_keys", sql: include_str!("migrations/0001_api_keys.sql") },
        Step { version: 2, name: "answers", sql: include_str!("migrations/0002_answers.sql") },
        Step { version: 3, name: "ended_keys", sql: include_str!("migrations/0003_ended_keys.sql") },
        Step { version: 4, name: "makers", sql: include_str!("migrations/0004_makers.sql") },
        Step { version: 5, name: "rights", sql: include_str!("migrations/0005_rights.sql") },
    ],
};

/// Brings the server's own tables (schema `docpal_server`) up to date; does nothing when they are. Starting a
/// [`crate::Server`] and [`crate::bootstrap::bootstrap`] do it by themselves.
///
/// # Errors
/// `database_too_new` when a newer DocPal migrated them; database errors as mapped.
pub async fn migrate(docpal: &Docpal) -> Result<()> {
    let mut conn = docpal.acquire().await?;
    let conn: &mut Connection = &mut conn;
    SERVER.run(conn).await
}

/// Fails unless the server's own tables are up to date; changes nothing. For a program that looks at them without
/// starting a server.
///
/// # Errors
/// `database_not_migrated`, `database_too_new`, database errors as mapped.
pub async fn require_migrated(docpal: &Docpal) -> Result<()> {
    let mut conn = docpal.acquire().await?;
    let conn: &mut Connection = &mut conn;
    SERVER.require(conn).await
}
