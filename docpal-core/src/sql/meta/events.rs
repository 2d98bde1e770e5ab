//! The event log: positions for what waits in the outbox, readers, and what a node has to forget.

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{PgConnection, Postgres};
use uuid::Uuid;

use crate::error::Result;
use crate::events::{Event, StartAt};
use crate::id::{CompanyId, TableId};
use crate::sql::errors::from_sqlx;
use crate::sql::limits::{Compiling, ReadCommitted};

/// Says to other nodes that there may be something new; carries nothing.
const CHANNEL: &str = "docpal_events";

/// Gives up to `limit` rows of the outbox their positions; `None` while another connection does so.
pub(crate) async fn sequence<'c>(
    conn: impl sqlx::Executor<'c, Database = Postgres>,
    limit: i32,
) -> Result<Option<i32>> {
    sqlx::query_scalar("SELECT docpal.sequence_events($1)")
        .bind(limit)
        .fetch_one(conn)
        .await
        .map_err(from_sqlx)
}

/// Drops the days of the log that ended more than `days` days ago, and says how many.
pub(crate) async fn retain<'c>(conn: impl sqlx::Executor<'c, Database = Postgres>, days: i32) -> Result<i32> {
    sqlx::query_scalar("SELECT docpal.retain_events(make_interval(days => $1))")
        .bind(days)
        .fetch_one(conn)
        .await
        .map_err(from_sqlx)
}

/// The last position given.
pub(crate) async fn position<'c>(conn: impl sqlx::Executor<'c, Database = Postgres>) -> Result<i64> {
    sqlx::query_scalar("SELECT pos FROM docpal.event_clock").fetch_one(conn).await.map_err(from_sqlx)
}

/// Makes a reader unless it is there.
pub(crate) async fn register(conn: &mut PgConnection, name: &str, start: StartAt) -> Result<()> {
    sqlx::query(
        "INSERT INTO docpal.event_readers (name, pos)
         SELECT $1, CASE WHEN $2 THEN pos ELSE oldest - 1 END FROM docpal.event_clock
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(name)
    .bind(start == StartAt::Now)
    .execute(conn)
    .await
    .map(|_| ())
    .map_err(from_sqlx)
}

/// Deletes a reader; was it there?
pub(crate) async fn remove(conn: &mut PgConnection, name: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM docpal.event_readers WHERE name = $1").bind(name).execute(conn).await;
    done.map(|done| done.rows_affected() > 0).map_err(from_sqlx)
}

/// Where a reader is, and the first position that is kept.
pub(crate) struct ReaderRow {
    pub(crate) pos: i64,
    pub(crate) oldest: i64,
}

crate::named_columns!(ReaderRow: pos, oldest);

/// Locks a reader; `None` when there is none of this name or somebody else has it.
pub(crate) async fn lock_reader(conn: &mut PgConnection, name: &str) -> Result<Option<ReaderRow>> {
    sqlx::query_as(
        "SELECT r.pos, c.oldest FROM docpal.event_readers r, docpal.event_clock c WHERE r.name = $1
         FOR UPDATE OF r SKIP LOCKED",
    )
    .bind(name)
    .fetch_optional(conn)
    .await
    .map_err(from_sqlx)
}

/// Is there a reader of this name?
pub(crate) async fn reader_exists(conn: &mut PgConnection, name: &str) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM docpal.event_readers WHERE name = $1)")
        .bind(name)
        .fetch_one(conn)
        .await
        .map_err(from_sqlx)
}

/// Notes how far a locked reader has read.
pub(crate) async fn advance(conn: &mut PgConnection, name: &str, position: i64) -> Result<()> {
    sqlx::query("UPDATE docpal.event_readers SET pos = $2, updated_at = now() WHERE name = $1")
        .bind(name)
        .bind(position)
        .execute(conn)
        .await
        .map(|_| ())
        .map_err(from_sqlx)
}

struct EventRow {
    pos: i64,
    created_at: DateTime<Utc>,
    audit_id: i64,
    company_id: Uuid,
    app_id: Option<Uuid>,
    table_id: Option<Uuid>,
    event: String,
    record_ids: Option<Vec<Uuid>>,
    changed: Option<Vec<Uuid>>,
    actor: String,
    run_id: Option<Uuid>,
    chain: Option<Vec<Uuid>>,
}

crate::named_columns!(
    EventRow: pos, created_at, audit_id, company_id, app_id, table_id, event, record_ids, changed, actor, run_id,
    chain
);

/// The first events after `position`, in order.
pub(crate) async fn after(conn: &mut PgConnection, position: i64, limit: i64) -> Result<Vec<Event>> {
    let rows = sqlx::query_as::<_, EventRow>(
        "SELECT pos, created_at, audit_id, company_id, app_id, table_id, event, record_ids, changed, actor, run_id, chain
         FROM docpal.events WHERE pos > $1 ORDER BY pos LIMIT $2",
    )
    .bind(position)
    .bind(limit)
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    let event = |row: EventRow| Event {
        position: row.pos,
        at: row.created_at,
        audit: row.audit_id,
        company: row.company_id.into(),
        app: row.app_id.map(Into::into),
        table: row.table_id.map(Into::into),
        kind: row.event,
        records: row.record_ids.unwrap_or_default().into_iter().map(Into::into).collect(),
        changed: row.changed.map(|ids| ids.into_iter().map(Into::into).collect()),
        actor: row.actor,
        run: row.run_id,
        chain: row.chain.unwrap_or_default(),
    };
    Ok(rows.into_iter().map(event).collect())
}

/// What a node has to know to trust what it has cached.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// The last position given.
    pub(crate) position: i64,
    /// The first position that is kept.
    pub(crate) oldest: i64,
    /// Changes of tables, fields and rules after the position asked for, and those that have no position yet.
    pub(crate) changes: Vec<SchemaChange>,
}

/// A change of a table, its fields or its rules; without a table, of what covers more than one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SchemaChange {
    pub(crate) audit: i64,
    pub(crate) company: CompanyId,
    pub(crate) table: Option<TableId>,
    /// It waits for its position and will be seen again.
    pub(crate) waits: bool,
}

struct NewsRow {
    pos: i64,
    oldest: i64,
    audit_id: Option<i64>,
    company_id: Option<Uuid>,
    table_id: Option<Uuid>,
    waits: Option<bool>,
}

crate::named_columns!(NewsRow: pos, oldest, audit_id, company_id, table_id, waits);

/// More changes than these at once are not told one by one.
pub(crate) const MAX_CHANGES: usize = 10_000;

/// What changed since `position`: in the log, and, because somebody may be slow to give positions, in the outbox. One
/// statement sees each committed change in exactly one of the two.
pub(crate) async fn news<'c>(
    conn: impl sqlx::Executor<'c, Database = Postgres>,
    position: i64,
) -> Result<News> {
    let rows = sqlx::query_as::<_, NewsRow>(
        "SELECT c.pos, c.oldest, n.audit_id, n.company_id, n.table_id, n.waits
         FROM docpal.event_clock c LEFT JOIN (
             (SELECT audit_id, company_id, table_id, false AS waits FROM docpal.events
              WHERE pos > $1 AND event NOT LIKE 'record.%' LIMIT $2)
             UNION ALL
             (SELECT audit_id, company_id, table_id, true FROM docpal.outbox WHERE event NOT LIKE 'record.%' LIMIT $2)
         ) n ON true",
    )
    .bind(position)
    .bind(i64::try_from(MAX_CHANGES).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await
    .map_err(from_sqlx)?;
    let mut news = News::default();
    for row in rows {
        (news.position, news.oldest) = (row.pos, row.oldest);
        if let (Some(audit), Some(company), Some(waits)) = (row.audit_id, row.company_id, row.waits) {
            let table = row.table_id.map(Into::into);
            news.changes.push(SchemaChange { audit, company: company.into(), table, waits });
        }
    }
    Ok(news)
}

/// A connection of a node's own: it hears the hints of others, and works on the log between them.
#[derive(Debug)]
pub(crate) struct Line {
    listener: PgListener,
    /// The server's process of this connection, to know own hints.
    process: i32,
}

impl Line {
    /// Connects beside the pool, so that a busy pool delays nothing. No statement takes longer than ten seconds.
    pub(crate) async fn open(options: &PgConnectOptions) -> Result<Self> {
        let options = options.clone().options([
            ("statement_timeout", "10s"),
            ("lock_timeout", "10s"),
            ReadCommitted::SESSION,
            Compiling::OFF,
        ]);
        let options = options.application_name("docpal events");
        let pool = PgPoolOptions::new().max_connections(1).min_connections(0).connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await.map_err(from_sqlx)?;
        listener.listen(CHANNEL).await.map_err(from_sqlx)?;
        let process = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut listener).await;
        Ok(Self { listener, process: process.map_err(from_sqlx)? })
    }

    /// Waits for a hint of another node.
    pub(crate) async fn hint(&mut self) -> Result<()> {
        loop {
            let hint = self.listener.recv().await.map_err(from_sqlx)?;
            if i64::from(hint.process_id()) != i64::from(self.process) {
                return Ok(());
            }
        }
    }

    /// Hints to other nodes.
    pub(crate) async fn tell(&mut self) -> Result<()> {
        sqlx::query("NOTIFY docpal_events").execute(&mut self.listener).await.map(|_| ()).map_err(from_sqlx)
    }

    /// As [`sequence`].
    pub(crate) async fn sequence(&mut self, limit: i32) -> Result<Option<i32>> {
        sequence(&mut self.listener, limit).await
    }

    /// As [`news`], up to a position that was there before the question: the first event of a day may be in a partition
    /// that was attached while the question was planned, and is seen the next time.
    pub(crate) async fn news(&mut self, after: i64) -> Result<News> {
        let there = position(&mut self.listener).await?;
        let news = news(&mut self.listener, after).await?;
        Ok(News { position: news.position.min(there), ..news })
    }

    /// As [`retain`].
    pub(crate) async fn retain(&mut self, days: i32) -> Result<i32> {
        retain(&mut self.listener, days).await
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
