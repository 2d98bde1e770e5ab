//! Answers kept for retries: one per company, actor and key, for a day.

use docpal_core::Result;
use docpal_core::access::Resource;
use docpal_core::sql::Connection;
use docpal_core::sql::errors::from_sqlx;
use uuid::Uuid;

/// Which answer: of this actor of this company, under this key.
#[derive(Clone, Debug)]
pub(crate) struct AnswerKey {
    pub(crate) company: Uuid,
    pub(crate) actor: String,
    pub(crate) key: String,
    /// A digest of the three, for the lock.
    pub(crate) lock: i64,
}

/// An answer as it was given.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The digest of the request that got it.
    pub(crate) request: Vec<u8>,
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Vec<u8>,
    /// What it tells of.
    pub(crate) about: Resource,
    /// A digest of what its actor might do there; none for answers from before this was kept.
    pub(crate) rights: Option<Vec<u8>>,
}

struct AnswerRow {
    request: Vec<u8>,
    status: i16,
    content_type: Option<String>,
    body: Vec<u8>,
    app_id: Option<Uuid>,
    table_id: Option<Uuid>,
    rights: Option<Vec<u8>>,
}

docpal_core::named_columns!(AnswerRow: request, status, content_type, body, app_id, table_id, rights);

/// Takes the key for this transaction; false while another transaction has it.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn lock(conn: &mut Connection, key: &AnswerKey) -> Result<bool> {
    // The table's own number keeps these locks apart from others.
    sqlx::query_scalar(
        "SELECT pg_try_advisory_xact_lock($1 # 'docpal_server.answers'::regclass::oid::bigint)",
    )
    .bind(key.lock)
    .fetch_one(conn)
    .await
    .map_err(from_sqlx)
}

/// The answer under the key, when it is less than a day old. Asked after [`lock`], so that it sees what the one who
/// had the key before has committed.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn find(conn: &mut Connection, key: &AnswerKey) -> Result<Option<Answer>> {
    let row: Option<AnswerRow> = sqlx::query_as(
        "SELECT request, status, content_type, body, app_id, table_id, rights FROM docpal_server.answers
         WHERE company_id = $1 AND actor = $2 AND key = $3 AND created_at > now() - interval '24 hours'",
    )
    .bind(key.company)
    .bind(&key.actor)
    .bind(&key.key)
    .fetch_optional(conn)
    .await
    .map_err(from_sqlx)?;
    Ok(row.map(|row| Answer {
        request: row.request,
        status: u16::try_from(row.status).unwrap_or_default(),
        content_type: row.content_type,
        body: row.body,
        about: match (row.app_id, row.table_id) {
            (_, Some(table)) => Resource::Table(table.into()),
            (Some(app), None) => Resource::App(app.into()),
            (None, None) => Resource::Company,
        },
        rights: row.rights,
    }))
}

/// Keeps an answer, and deletes some that are older than a day.
///
/// # Errors
/// Database errors as mapped.
pub(crate) async fn keep(conn: &mut Connection, key: &AnswerKey, answer: &Answer) -> Result<()> {
    let (app, table) = match answer.about {
        Resource::Company => (None, None),
        Resource::App(app) => (Some(app.uuid()), None),
        Resource::Table(table) => (None, Some(table.uuid())),
    };
    sqlx::query(
        "WITH old AS (
             DELETE FROM docpal_server.answers WHERE (company_id, actor, key) IN (
                 SELECT company_id, actor, key FROM docpal_server.answers
                 WHERE created_at < now() - interval '24 hours'
                   AND (company_id, actor, key) <> ($1, $2, $3)
                 ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED)
         )
         INSERT INTO docpal_server.answers
             (company_id, actor, key, request, status, content_type, body, app_id, table_id, rights)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (company_id, actor, key) DO UPDATE
         SET request = EXCLUDED.request, status = EXCLUDED.status, content_type = EXCLUDED.content_type,
             body = EXCLUDED.body, app_id = EXCLUDED.app_id, table_id = EXCLUDED.table_id,
             rights = EXCLUDED.rights, created_at = EXCLUDED.created_at",
    )
    .bind(key.company)
    .bind(&key.actor)
    .bind(&key.key)
    .bind(&answer.request)
    .bind(i16::try_from(answer.status).unwrap_or_default())
    .bind(&answer.content_type)
    .bind(&answer.body)
    .bind(app)
    .bind(table)
    .bind(&answer.rights)
    .execute(conn)
    .await
    .map(|_| ())
    .map_err(from_sqlx)
}
