//! Numbered static SQL, applied in order, once, under a lock: DocPal's own tables in schema `docpal`, and those of a
//! crate above in a schema of its own.
//!
//! A migration is never edited after a release; a change is a new file.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this module is the gate that clippy.toml points to; what is put together is 'static"
)]

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::errors::{from_sqlx, lacks_rights};
use super::limits::ReadCommitted;
use crate::error::{Error, ErrorKind, Result};

/// The migrations of DocPal's own tables.
const CORE: Migrations = Migrations {
    schema: "docpal",
    steps: &[
        Step { version: 1, name: "metadata", sql: include_str!("migrations/0001_metadata.sql") },
        Step { version: 2, name: "functions", sql: include_str!("migrations/0002_functions.sql") },
        Step { version: 3, name: "text_functions", sql: include_str!("migrations/0003_text_functions.sql") },
        Step { version: 4, name: "date_functions", sql: include_str!("migrations/0004_date_functions.sql") },
        Step { version: 5, name: "list_functions", sql: include_str!("migrations/0005_list_functions.sql") },
        Step {
            version: 6,
            name: "regex_functions",
            sql: include_str!("migrations/0006_regex_functions.sql"),
        },
        Step {
            version: 7,
            name: "parse_functions",
            sql: include_str!("migrations/0007_parse_functions.sql"),
        },
        Step {
            version: 8,
            name: "keys_and_owners",
            sql: include_str!("migrations/0008_keys_and_owners.sql"),
        },
        Step { version: 9, name: "events", sql: include_str!("migrations/0009_events.sql") },
        Step { version: 11, name: "folding", sql: include_str!("migrations/0011_folding.sql") },
        Step { version: 12, name: "audit_reach", sql: include_str!("migrations/0012_audit_reach.sql") },
        Step { version: 13, name: "unfinished", sql: include_str!("migrations/0013_unfinished.sql") },
        Step { version: 14, name: "linear_search", sql: include_str!("migrations/0014_linear_search.sql") },
        Step { version: 15, name: "deletions", sql: include_str!("migrations/0015_deletions.sql") },
    ],
};

/// An arbitrary constant that says "DocPal migrates"; two nodes that start at once take turns.
const LOCK: i64 = 0x0D0C_9A17;

/// The migrations of one schema. The first step makes the schema, and in it the table `migrations` with `version`
/// (int, the key) and `name` (text).
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// The schema that they are about: lower-case letters and `_`.
    pub schema: &'static str,
    /// The steps, by ascending version.
    pub steps: &'static [Step],
}

/// One migration.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its number.
    pub version: i32,
    /// What it is called.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

impl Migrations {
    /// Brings the schema up to date; does nothing when it is. All steps or none.
    ///
    /// # Errors
    /// `database_too_new` when a newer DocPal migrated it; `database_rights` when the role may not; database errors as
    /// mapped.
    pub async fn run(&self, conn: &mut PgConnection) -> Result<()> {
        match self.apply(conn).await {
            Err(error) if lacks_rights(&error) => Err(rights(conn).await?.with_source(error)),
            done => done,
        }
    }

    /// Fails unless the schema is up to date; changes nothing.
    ///
    /// # Errors
    /// `database_not_migrated`, `database_too_new`, `database_rights`, database errors as mapped.
    pub async fn require(&self, conn: &mut PgConnection) -> Result<()> {
        let done = match self.done(conn).await {
            Err(error) if lacks_rights(&error) => return Err(rights(conn).await?.with_source(error)),
            done => done?,
        };
        self.refuse_newer(&done)?;
        let missing = self.steps.iter().filter(|step| !done.contains(&step.version)).count();
        let message = match (missing, done.last()) {
            (0, _) => return Ok(()),
            (_, None) => "this database has no tables of DocPal yet".to_owned(),
            (_, Some(version)) => format!(
                "an older DocPal made this database: its tables are of version {version}, and this is version {}; bring \
                 them up to date first",
                self.newest()
            ),
        };
        Err(Error::new(ErrorKind::Conflict, "database_not_migrated", message))
    }

    fn newest(&self) -> i32 {
        self.steps.last().map_or(0, |step| step.version)
    }

    fn refuse_newer(&self, done: &[i32]) -> Result<()> {
        let newest = self.newest();
        let Some(version) = done.last().filter(|version| **version > newest) else { return Ok(()) };
        let message = format!(
            "a newer DocPal has migrated this database: its tables are of version {version}, and this one knows \
             {newest}; run that version or a later one"
        );
        Err(Error::new(ErrorKind::Conflict, "database_too_new", message))
    }

    async fn apply(&self, conn: &mut PgConnection) -> Result<()> {
        if !self.schema.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            return Err(Error::internal("a schema whose name would need quotes"));
        }
        // What was done while this waited for the lock must be seen.
        let mut tx = conn.begin_with(ReadCommitted::BEGIN).await.map_err(from_sqlx)?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(LOCK)
            .execute(&mut *tx)
            .await
            .map_err(from_sqlx)?;
        let done = self.done(&mut tx).await?;
        self.refuse_newer(&done)?;
        let note = format!("INSERT INTO {}.migrations (version, name) VALUES ($1, $2)", self.schema);
        for step in self.steps.iter().filter(|step| !done.contains(&step.version)) {
            tx.execute(sqlx::raw_sql(step.sql)).await.map_err(from_sqlx)?;
            sqlx::query(AssertSqlSafe(note.clone()))
                .bind(step.version)
                .bind(step.name)
                .execute(&mut *tx)
                .await
                .map_err(from_sqlx)?;
        }
        tx.commit().await.map_err(from_sqlx)
    }

    /// The versions that are there, ascending.
    async fn done(&self, conn: &mut PgConnection) -> Result<Vec<i32>> {
        // Not by to_regclass: its cache may not know yet what another node made while this one waited for the lock.
        let there: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = $1 AND c.relname = 'migrations')",
        )
        .bind(self.schema)
        .fetch_one(&mut *conn)
        .await
        .map_err(from_sqlx)?;
        if !there {
            return Ok(Vec::new());
        }
        let text = format!("SELECT version FROM {}.migrations ORDER BY version", self.schema);
        sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(conn).await.map_err(from_sqlx)
    }
}

/// What is missing to the role of the connection, which is told by name: it is for whoever runs DocPal.
async fn rights(conn: &mut PgConnection) -> Result<Error> {
    let (role, database): (String, String) =
        sqlx::query_as("SELECT current_user::text, current_database()::text")
            .fetch_one(conn)
            .await
            .map_err(from_sqlx)?;
    let message = format!(
        "the role `{role}` may not make, change or read DocPal's tables in the database `{database}`: make it the owner \
         of the database and of the schemas docpal and docpal_server, or, for an empty database, GRANT CREATE ON \
         DATABASE {database} TO {role}"
    );
    Ok(Error::new(ErrorKind::Conflict, "database_rights", message))
}

/// A short text that changes whenever a migration is added; names test templates.
#[must_use]
pub fn fingerprint() -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in CORE.steps.iter().flat_map(|step| step.sql.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// Fails unless DocPal's own tables are up to date; changes nothing.
///
/// # Errors
/// As [`Migrations::require`].
pub async fn require(conn: &mut PgConnection) -> Result<()> {
    CORE.require(conn).await
}

/// Brings DocPal's own tables up to date; does nothing when they are.
///
/// # Errors
/// As [`Migrations::run`].
pub async fn migrate(conn: &mut PgConnection) -> Result<()> {
    CORE.run(conn).await
}
