//! The audit log and the outbox: written in the transaction of what they tell about.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::audit::walk::Ask;
use crate::audit::{AuditEntry, Change, actor_text};
use crate::error::Result;
use crate::events::EventLog;
use crate::id::{CompanyId, RecordId, TableId};
use crate::json::Json;
use crate::sql::errors::from_sqlx;

/// Appends one audit row and one outbox row, in one statement.
///
/// # Errors
/// Database errors as mapped.
pub async fn append(conn: &mut PgConnection, change: &Change<'_>) -> Result<()> {
    append_with(conn, change, EventLog::On).await
}

/// As [`append`], for changes of records: without the outbox row where nobody reads such events.
///
/// # Errors
/// As [`append`].
pub async fn append_with(conn: &mut PgConnection, change: &Change<'_>, log: EventLog) -> Result<()> {
    let records = change.records.map(|ids| ids.iter().map(|id| id.uuid()).collect::<Vec<_>>());
    let (origin, cause) = (change.by.origin(), change.by.cause());
    sqlx::query(
        "WITH logged AS (
             INSERT INTO docpal.audit_log
                 (company_id, actor, action, app_id, table_id, record_ids, details, session, origin, run_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10)
             RETURNING id
         )
         INSERT INTO docpal.outbox (audit_id, company_id, app_id, table_id, event, record_ids, actor, run_id, chain)
         SELECT id, $1, $4, $5, $3, $6, $2, $10, $11 FROM logged WHERE $12",
    )
    .bind(change.company.uuid())
    .bind(actor_text(change.by))
    .bind(change.action)
    .bind(change.app.map(|id| id.uuid()))
    .bind(change.table.map(|id| id.uuid()))
    .bind(records)
    .bind(change.details.to_string())
    .bind(origin.session.as_deref())
    .bind(origin.origin.as_deref())
    .bind(cause.map(|cause| cause.run))
    .bind(cause.map_or(&[][..], |cause| &cause.chain))
    .bind(log == EventLog::On)
    .execute(conn)
    .await
    .map(|_| ())
    .map_err(from_sqlx)
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    id: i64,
    at: DateTime<Utc>,
    actor: String,
    action: String,
    app_id: Option<Uuid>,
    table_id: Option<Uuid>,
    record_ids: Option<Vec<Uuid>>,
    details: String,
    session: Option<String>,
    origin: Option<String>,
}

impl AuditRow {
    fn entry(self) -> Result<AuditEntry> {
        Ok(AuditEntry {
            id: self.id,
            at: self.at,
            actor: self.actor,
            action: self.action,
            app: self.app_id.map(Into::into),
            table: self.table_id.map(Into::into),
            records: self.record_ids.unwrap_or_default().into_iter().map(Into::into).collect(),
            details: Json::parse(&self.details)?,
            session: self.session,
            origin: self.origin,
        })
    }
}

/// The entries, and how many bytes of details they have.
fn entries(rows: Vec<AuditRow>) -> Result<(Vec<AuditEntry>, usize)> {
    let bytes = rows.iter().map(|row| row.details.len()).sum();
    let entries: Result<Vec<AuditEntry>> = rows.into_iter().map(AuditRow::entry).collect();
    Ok((entries?, bytes))
}

/// The newest entries of a company with an id below `before`.
pub(crate) async fn list(
    conn: &mut PgConnection,
    company: CompanyId,
    before: Option<i64>,
    limit: i64,
) -> Result<(Vec<AuditEntry>, usize)> {
    let rows = sqlx::query_as::<_, AuditRow>(
        "SELECT id, at, actor, action, app_id, table_id, record_ids, details::text AS details, session, origin
         FROM docpal.audit_log WHERE company_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
    )
    .bind(company.uuid())
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    entries(rows)
}

/// The ids of what is asked for, each with the place of its question, the newest first; 200 of a question at most. Each
/// part is walked in an index, so what is in no part costs nothing.
pub(crate) async fn newest(
    conn: &mut PgConnection,
    company: CompanyId,
    asks: &[Ask],
) -> Result<Vec<(usize, i64)>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        // Rows are compared with rows, so that only the one index gives the order: with equal signs PostgreSQL may take
        // the one on ids, too, and walk over all that is in no part. The inner limit is a number, so that it never
        // plans for a tenth of the log.
        "SELECT ask.place, newest.id
         FROM unnest($2::uuid[], $3::boolean[], $4::bigint[], $5::bigint[]) WITH ORDINALITY
              AS ask (about, of_records, below, most, place)
         CROSS JOIN LATERAL (
             SELECT part.id
             FROM (
                 SELECT coalesce(table_id, app_id, company_id) AS about,
                        starts_with(action, 'record.') AS of_records, id
                 FROM docpal.audit_log
                 WHERE company_id = $1
                       AND (coalesce(table_id, app_id, company_id), starts_with(action, 'record.'), id)
                           >= (ask.about, ask.of_records, -1)
                       AND (coalesce(table_id, app_id, company_id), starts_with(action, 'record.'), id)
                           < (ask.about, ask.of_records, ask.below)
                 ORDER BY coalesce(table_id, app_id, company_id) DESC, starts_with(action, 'record.') DESC, id DESC
                 LIMIT 200
             ) part
             ORDER BY part.about DESC, part.of_records DESC, part.id DESC
             LIMIT ask.most
         ) newest
         ORDER BY newest.id DESC",
    )
    .bind(company.uuid())
    .bind(asks.iter().map(|ask| ask.about).collect::<Vec<_>>())
    .bind(asks.iter().map(|ask| ask.of_records).collect::<Vec<_>>())
    .bind(asks.iter().map(|ask| ask.below).collect::<Vec<_>>())
    .bind(asks.iter().map(|ask| i64::try_from(ask.most).unwrap_or(i64::MAX)).collect::<Vec<_>>())
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    Ok(rows
        .into_iter()
        .filter_map(|(place, id)| Some((usize::try_from(place).ok()?.checked_sub(1)?, id)))
        .collect())
}

/// The entries of a company with these ids, the newest first.
pub(crate) async fn get(
    conn: &mut PgConnection,
    company: CompanyId,
    ids: &[i64],
) -> Result<(Vec<AuditEntry>, usize)> {
    let rows = sqlx::query_as::<_, AuditRow>(
        "SELECT id, at, actor, action, app_id, table_id, record_ids, details::text AS details, session, origin
         FROM docpal.audit_log WHERE company_id = $1 AND id = ANY($2) ORDER BY id DESC",
    )
    .bind(company.uuid())
    .bind(ids)
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    entries(rows)
}

/// What those of `records` held that were deleted from `table`, when they were.
///
/// # Errors
/// Database errors as mapped.
pub async fn last_images(
    conn: &mut PgConnection,
    company: CompanyId,
    table: TableId,
    records: &[RecordId],
) -> Result<Vec<Json>> {
    let images: Vec<String> = sqlx::query_scalar(
        "SELECT image::text
         FROM docpal.audit_log e
         CROSS JOIN LATERAL jsonb_path_query(e.details, '$.before[*]') AS image
         WHERE e.company_id = $1 AND e.table_id = $2 AND e.action = 'record.delete' AND e.record_ids && $3
               AND (image ->> 'id')::uuid = ANY ($3)",
    )
    .bind(company.uuid())
    .bind(table.uuid())
    .bind(records.iter().map(|record| record.uuid()).collect::<Vec<_>>())
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    images.iter().map(|image| Json::parse(image)).collect()
}
