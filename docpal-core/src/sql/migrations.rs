//! DocPal's own tables, in schema `docpal`: numbered static SQL, applied in order, once, under a lock.
//!
//! A migration is never edited after a release; a change is a new file.

#![expect(clippy::disallowed_methods, reason = "this module is the gate that clippy.toml points to")]

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::errors::from_sqlx;
use crate::error::{Error, ErrorKind, Result};

/// The migrations in order: version, name, SQL.
const MIGRATIONS: &[(i32, &str, &str)] = &[
    (1, "metadata", include_str!("migrations/0001_metadata.sql")),
    (2, "functions", include_str!("migrations/0002_functions.sql")),
    (3, "text_functions", include_str!("migrations/0003_text_functions.sql")),
    (4, "date_functions", include_str!("migrations/0004_date_functions.sql")),
    (5, "list_functions", include_str!("migrations/0005_list_functions.sql")),
    (6, "regex_functions", include_str!("migrations/0006_regex_functions.sql")),
    (7, "parse_functions", include_str!("migrations/0007_parse_functions.sql")),
];

/// An arbitrary constant that says "DocPal migrates"; two nodes that start at once take turns.
const LOCK: i64 = 0x0D0C_9A17;

/// A short text that changes whenever a migration is added; names test templates.
#[must_use]
pub fn fingerprint() -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in MIGRATIONS.iter().flat_map(|(_, _, sql)| sql.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// Brings the database up to date; does nothing when it is.
///
/// # Errors
/// `database_too_new` when a newer DocPal migrated it; database errors as mapped.
pub async fn migrate(conn: &mut PgConnection) -> Result<()> {
    let mut tx = conn.begin().await.map_err(from_sqlx)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await.map_err(from_sqlx)?;
    let exists: Option<String> = sqlx::query_scalar("SELECT to_regclass('docpal.migrations')::text")
        .fetch_one(&mut *tx)
        .await
        .map_err(from_sqlx)?;
    let done: Vec<i32> = if exists.is_some() {
        sqlx::query_scalar("SELECT version FROM docpal.migrations ORDER BY version")
            .fetch_all(&mut *tx)
            .await
            .map_err(from_sqlx)?
    } else {
        Vec::new()
    };
    let newest = MIGRATIONS.last().map_or(0, |(version, _, _)| *version);
    if done.last().is_some_and(|version| *version > newest) {
        return Err(Error::new(
            ErrorKind::Conflict,
            "database_too_new",
            "a newer DocPal has migrated this database; run that version or a later one",
        ));
    }
    for &(version, name, text) in MIGRATIONS.iter().filter(|(version, _, _)| !done.contains(version)) {
        tx.execute(sqlx::raw_sql(text)).await.map_err(from_sqlx)?;
        sqlx::query("INSERT INTO docpal.migrations (version, name) VALUES ($1, $2)")
            .bind(version)
            .bind(name)
            .execute(&mut *tx)
            .await
            .map_err(from_sqlx)?;
    }
    tx.commit().await.map_err(from_sqlx)
}
