//! The role that owns a database of the embedded PostgreSQL and works in it: no superuser, and nothing beyond its own
//! database. Databases of older versions belong to the superuser; what is in them is handed over.

#![expect(
    clippy::disallowed_types,
    reason = "this module is the gate that clippy.toml points to; the texts are PostgreSQL's own, quoted by it"
)]

use sqlx::{AssertSqlSafe, Executor as _, PgConnection, Result};

use super::DatabaseName;

/// The name of the role.
pub(crate) const OWNER: &str = "docpal_owner";

/// What it is refused is told to it, not to the log of the server, where it would stand with values and statements of
/// tenants and fill the disk; what happens to the server itself is logged as ever. A role cannot change these.
const QUIET: [&str; 3] = [
    "ALTER ROLE docpal_owner SET log_min_messages = log",
    "ALTER ROLE docpal_owner SET log_min_error_statement = panic",
    "ALTER ROLE docpal_owner SET log_error_verbosity = terse",
];

/// Makes the role unless it is there, and sees to it that it can do no more than it should, and fills no log.
pub(crate) async fn ensure_role(conn: &mut PgConnection) -> Result<()> {
    // What fails is logged, so it is asked first; another may make it meanwhile.
    let known: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'docpal_owner')")
            .fetch_one(&mut *conn)
            .await?;
    if !known {
        match conn.execute("CREATE ROLE docpal_owner LOGIN").await {
            Err(error) if !is_there(&error) => return Err(error),
            _ => {}
        }
    }
    conn.execute(
        "ALTER ROLE docpal_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    )
    .await?;
    for setting in QUIET {
        conn.execute(setting).await?;
    }
    Ok(())
}

/// Made before, or by another at the same time: `CREATE ROLE` itself says so, or the catalogue's index.
fn is_there(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == "42710" || code == "23505")
}

/// Gives the database itself to the role.
pub(crate) async fn give_database(conn: &mut PgConnection, name: &DatabaseName) -> Result<()> {
    let text = format!(r#"ALTER DATABASE "{}" OWNER TO docpal_owner"#, name.0);
    conn.execute(AssertSqlSafe(text)).await.map(drop)
}

/// Gives what the connected superuser owns in the connected database to the role; nothing when it owns nothing. Each
/// thing is a transaction of its own: a database of any size can be handed over, and a stop in the middle goes on with
/// the next start. A schema comes after what is in it.
pub(crate) async fn give_contents(conn: &mut PgConnection) -> Result<()> {
    let statements: Vec<String> = sqlx::query_scalar(
        "WITH ours AS (
             SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
         ), me AS (SELECT oid FROM pg_roles WHERE rolname = current_user)
         SELECT text FROM (
             SELECT 1, format('ALTER TABLE %s OWNER TO docpal_owner', c.oid::regclass)
             FROM pg_class c JOIN ours ON ours.oid = c.relnamespace
             WHERE c.relowner = (SELECT oid FROM me) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
               -- A sequence of a column goes with its table.
               AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                               AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
             UNION ALL
             SELECT 1, format('ALTER ROUTINE %s OWNER TO docpal_owner', p.oid::regprocedure)
             FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace WHERE p.proowner = (SELECT oid FROM me)
             UNION ALL
             SELECT 1, format('ALTER TYPE %s OWNER TO docpal_owner', t.oid::regtype)
             FROM pg_type t JOIN ours ON ours.oid = t.typnamespace
             WHERE t.typowner = (SELECT oid FROM me) AND t.typelem = 0
               AND (t.typrelid = 0 OR (SELECT relkind = 'c' FROM pg_class WHERE oid = t.typrelid))
             UNION ALL
             SELECT 1, format('ALTER COLLATION %I.%I OWNER TO docpal_owner', ours.nspname, l.collname)
             FROM pg_collation l JOIN ours ON ours.oid = l.collnamespace WHERE l.collowner = (SELECT oid FROM me)
             UNION ALL
             SELECT 2, format('ALTER SCHEMA %I OWNER TO docpal_owner', n.nspname)
             FROM pg_namespace n JOIN ours USING (oid) WHERE n.nspowner = (SELECT oid FROM me)
         ) AS statements (place, text) ORDER BY place",
    )
    .fetch_all(&mut *conn)
    .await?;
    for text in statements {
        conn.execute(AssertSqlSafe(text)).await?;
    }
    Ok(())
}
