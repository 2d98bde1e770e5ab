//! Whole databases: make, clone, rename, drop. For the embedded PostgreSQL and the test databases.

#![expect(
    clippy::disallowed_types,
    reason = "this module is the gate that clippy.toml points to; names are DatabaseName"
)]

pub(crate) mod ownership;

use sqlx::{AssertSqlSafe, PgConnection, Result};

/// A database name that cannot be anything but a name: 1 to 63 of `a-z`, `0-9` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DatabaseName(String);

impl DatabaseName {
    /// `None` if the text is not such a name.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        ((1..=63).contains(&name.len()) && name.bytes().all(plain)).then(|| Self(name.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// An arbitrary constant that says "DocPal makes a database"; others that come at once take turns.
const TURN: i64 = 0x0D0C_9A18;

/// Waits until nobody else makes or hands over a database, and has them wait until the connection ends.
pub(crate) async fn take_turns(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TURN).execute(conn).await.map(drop)
}

/// Makes an empty database unless it is there; true if this call made it.
pub(crate) async fn ensure_database(conn: &mut PgConnection, name: &DatabaseName) -> Result<bool> {
    if database_exists(conn, name).await? {
        return Ok(false);
    }
    match execute(conn, format!(r#"CREATE DATABASE "{}""#, name.0)).await {
        Ok(()) => Ok(true),
        Err(error) if is_duplicate(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// True if there is a database of this name.
pub(crate) async fn database_exists(conn: &mut PgConnection, name: &DatabaseName) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&name.0)
        .fetch_one(conn)
        .await
}

/// True if another made the database at the same time: `CREATE DATABASE` itself says so, or the catalogue's index.
fn is_duplicate(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| code == "42P04" || code == "23505")
}

async fn execute(conn: &mut PgConnection, text: String) -> Result<()> {
    sqlx::query(AssertSqlSafe(text)).persistent(false).execute(conn).await.map(drop)
}

#[cfg(feature = "testing")]
pub(crate) use self::testing::*;

#[cfg(feature = "testing")]
mod testing {
    use std::time::Duration;

    use super::{DatabaseName, PgConnection, Result, execute};

    /// Makes a copy of `template`, to which nobody may be connected. Copying the files is the fastest way where
    /// nothing is forced to the disk; the choice exists from PostgreSQL 15 on, before that it is the only way.
    pub(crate) async fn clone_database(
        conn: &mut PgConnection,
        name: &DatabaseName,
        template: &DatabaseName,
        version: u32,
    ) -> Result<()> {
        let strategy = if version >= 15 { " STRATEGY file_copy" } else { "" };
        execute(conn, format!(r#"CREATE DATABASE "{}" TEMPLATE "{}"{strategy}"#, name.0, template.0)).await
    }

    /// Renames a database to which nobody is connected, and closes it for connections: a template.
    pub(crate) async fn finish_template(
        conn: &mut PgConnection,
        unfinished: &DatabaseName,
        name: &DatabaseName,
    ) -> Result<()> {
        execute(conn, format!(r#"ALTER DATABASE "{}" ALLOW_CONNECTIONS false"#, unfinished.0)).await?;
        end_connections(conn, unfinished).await?;
        // Waits up to 5 s by itself for the connections that are just ending.
        execute(conn, format!(r#"ALTER DATABASE "{}" RENAME TO "{}""#, unfinished.0, name.0)).await
    }

    /// Drops a database if it is there, and ends the connections to it.
    pub(crate) async fn drop_database(conn: &mut PgConnection, name: &DatabaseName) -> Result<()> {
        end_connections(conn, name).await?;
        execute(conn, format!(r#"DROP DATABASE IF EXISTS "{}" WITH (FORCE)"#, name.0)).await
    }

    /// Ends the connections to a database and waits a little for it: PostgreSQL itself looks only every 100 ms.
    pub(crate) async fn end_connections(conn: &mut PgConnection, name: &DatabaseName) -> Result<()> {
        for _ in 0..50 {
            let left: i64 = sqlx::query_scalar(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE datname = $1 AND pid <> pg_backend_pid()",
            )
            .bind(&name.0)
            .fetch_one(&mut *conn)
            .await?;
            if left == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// The names of all databases that start with `prefix`.
    pub(crate) async fn databases(conn: &mut PgConnection, prefix: &str) -> Result<Vec<DatabaseName>> {
        let names: Vec<String> =
            sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE starts_with(datname::text, $1)")
                .bind(prefix)
                .fetch_all(conn)
                .await?;
        Ok(names.iter().filter_map(|name| DatabaseName::new(name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseName;

    #[test]
    fn a_name_that_would_need_quoting_is_no_name() {
        for good in ["a", "docpal", "t_1_2", &"x".repeat(63)] {
            assert_eq!(DatabaseName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "A", "a-b", "a b", "a\"b", "a;b", "ä", "a\0", &"x".repeat(64)] {
            assert_eq!(DatabaseName::new(bad), None, "{bad:?}");
        }
    }
}
