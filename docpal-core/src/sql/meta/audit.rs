//! The audit log and the outbox: written in the transaction of what they tell about.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::audit::walk::Ask;
use crate::audit::{AuditEntry, Change, Unwanted, actor_text};
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

struct AuditRow {
    id: i64,
    at: DateTime<Utc>,
    actor: String,
    action: String,
    app_id: Option<Uuid>,
    table_id: Option<Uuid>,
    record_ids: Option<Vec<Uuid>>,
    record_count: i32,
    details: String,
    session: Option<String>,
    origin: Option<String>,
}

crate::named_columns!(
    AuditRow: id, at, actor, action, app_id, table_id, record_ids, record_count, details, session, origin
);

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
            record_count: usize::try_from(self.record_count).unwrap_or(0),
            details: Json::parse(&self.details)?,
            session: self.session,
            origin: self.origin,
        })
    }
}

/// The newest ids of a company below `before`, each with the table whose records it is about, if it is.
pub(crate) async fn ids(
    conn: &mut PgConnection,
    company: CompanyId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, Option<Uuid>)>> {
    sqlx::query_as(
        "SELECT id, CASE WHEN starts_with(action, 'record.') THEN table_id END
         FROM docpal.audit_log WHERE company_id = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
    )
    .bind(company.uuid())
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)
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

/// An id of a record counts as so many bytes.
const RECORD_BYTES: i64 = 256;

/// The first of a company's entries with these ids, in this order, as many as have about `bytes` bytes together.
pub(crate) async fn get(
    conn: &mut PgConnection,
    company: CompanyId,
    ids: &[i64],
    unwanted: &Unwanted,
    bytes: usize,
) -> Result<Vec<AuditEntry>> {
    let keys = unwanted.keys.iter().map(|(table, keys)| {
        (table.to_string(), Json::List(keys.iter().map(|key| Json::from(key.as_str())).collect()))
    });
    let rows = sqlx::query_as::<_, AuditRow>(
        // One entry after the other, so that nothing is made of those behind the last one. What is unwanted is taken out
        // of an entry before it counts.
        "WITH RECURSIVE unwanted AS MATERIALIZED (
             SELECT key AS table_id, ARRAY(SELECT jsonb_array_elements_text(value)) AS keys
             FROM jsonb_each($7::text::jsonb)
         ), taken AS (
             SELECT 0 AS place, 0::bigint AS bytes, NULL::bigint AS id, NULL::timestamptz AS at, NULL AS actor,
                    NULL AS action, NULL::uuid AS app_id, NULL::uuid AS table_id, NULL::uuid[] AS record_ids,
                    NULL::integer AS record_count, NULL AS details, NULL AS session, NULL AS origin
             UNION ALL
             SELECT taken.place + 1,
                    taken.bytes + coalesce(octet_length(entry.details), 0)
                                + $4 * coalesce(cardinality(entry.record_ids), 0),
                    entry.*
             FROM taken
             LEFT JOIN LATERAL (
                 SELECT e.id, e.at, e.actor, e.action, e.app_id, e.table_id,
                        CASE WHEN starts_with(e.action, 'record.') AND e.table_id <> ALL ($6)
                             THEN e.record_ids[:$5] ELSE e.record_ids END,
                        coalesce(cardinality(e.record_ids), 0),
                        CASE WHEN starts_with(e.action, 'record.') AND unwanted.keys IS NOT NULL
                             THEN (SELECT coalesce(jsonb_object_agg(part.key, narrow.part), '{}')
                                   FROM jsonb_each(e.details) part
                                   CROSS JOIN LATERAL (
                                       SELECT CASE jsonb_typeof(part.value)
                                              WHEN 'object' THEN part.value - unwanted.keys
                                              WHEN 'array' THEN (
                                                  SELECT coalesce(jsonb_agg(
                                                      CASE jsonb_typeof(image) WHEN 'object'
                                                      THEN image - unwanted.keys ELSE image END), '[]')
                                                  FROM jsonb_array_elements(part.value) image)
                                              ELSE part.value END AS part
                                   ) narrow)
                             ELSE e.details END::text,
                        e.session, e.origin
                 FROM docpal.audit_log e
                 LEFT JOIN unwanted ON unwanted.table_id = e.table_id::text
                 WHERE e.company_id = $1 AND e.id = ($2::bigint[])[taken.place + 1]
                 OFFSET 0
             ) entry (id, at, actor, action, app_id, table_id, record_ids, record_count, details, session, origin)
                 ON true
             WHERE taken.place < cardinality($2) AND taken.bytes < $3
         )
         SELECT id, at, actor, action, app_id, table_id, record_ids, record_count, details, session, origin
         FROM taken WHERE id IS NOT NULL",
    )
    .bind(company.uuid())
    .bind(ids)
    .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
    .bind(RECORD_BYTES)
    .bind(i32::try_from(unwanted.most_records).unwrap_or(i32::MAX))
    .bind(unwanted.all_records_of.iter().map(|table| table.uuid()).collect::<Vec<_>>())
    .bind(Json::Object(keys.collect()).to_string())
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    rows.into_iter().map(AuditRow::entry).collect()
}

/// What those of `records` held under `keys` that were deleted from `table`, when they were: about `bytes` bytes of it,
/// and whether there is more. All at once, as each deletion that one of them is in is read whole.
///
/// # Errors
/// Database errors as mapped.
pub async fn last_images(
    conn: &mut PgConnection,
    (company, table): (CompanyId, TableId),
    records: &[RecordId],
    keys: &[&str],
    bytes: usize,
) -> Result<(Vec<Json>, bool)> {
    let images: Vec<Option<String>> = sqlx::query_scalar(
        "WITH ended AS (
             SELECT (SELECT coalesce(jsonb_object_agg(part.key, part.value), '{}')
                     FROM jsonb_each(image) part WHERE part.key = ANY ($4))::text AS held
             FROM docpal.audit_log e
             CROSS JOIN LATERAL jsonb_path_query(e.details, '$.before[*]') AS image
             WHERE e.company_id = $1 AND e.table_id = $2 AND e.action = 'record.delete' AND e.record_ids && $3
                   AND (image ->> 'id')::uuid IN (SELECT unnest($3))
         )
         SELECT CASE WHEN sum(octet_length(held)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(held) < $5 THEN held END
         FROM ended",
    )
    .bind(company.uuid())
    .bind(table.uuid())
    .bind(records.iter().map(|record| record.uuid()).collect::<Vec<_>>())
    .bind(keys)
    .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    let given: Vec<Json> = images.iter().flatten().map(|image| Json::parse(image)).collect::<Result<_>>()?;
    let more = given.len() < images.len();
    Ok((given, more))
}
