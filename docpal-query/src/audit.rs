//! The audit log as its reader may see it: entries of tables and apps that exist for them, records that they may read,
//! cells that they may read. Takes core's raw entries; gives pages in which nothing hidden counts.
//!
//! - An entry of a table that does not exist for the reader is left out; that of a table that is gone only owners see,
//!   and of its records nothing.
//! - A record is shown when it may be read: as it is now, or, when it is gone, as it was at its end; so its deletion shows
//!   nothing that was hidden. Of what it held before, each image must have been readable, too. That a record was made,
//!   which has no image, is shown as long as the record is there and may be read; when it is gone, that cannot be decided
//!   for who reads under conditions, and it is not shown. An entry of records without one that may be read is left out.
//! - Of an image the fields are shown that the reader may read, of that record. Of many records some ids are listed, and
//!   all counted that may be read.
//!
//! What does not exist for the reader is not even looked at, so it costs nothing, and the number of tables that do exist
//! costs little: of each a few ids are fetched, and rows only of the newest of all. Where a page ends depends on what is
//! left of its entries, never on cells that are hidden in them. What conditions on records hide is looked at, a bounded
//! part of it per page: a page behind which there is more hidden than that ends early, and the next one goes on. Below
//! the bound nothing tells what was left out.
//!
//! So a page is bounded by what is seen and by what conditions hide; what is in memory at once is bounded by itself: raw
//! entries are fetched as many as have few bytes together, without what is hidden in every record.

mod image;
mod judge;
mod mask;
mod page;
mod seal;
mod table;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use docpal_core::access::scope;
use docpal_core::audit::{AuditEntry as Raw, Unwanted};
use docpal_core::sql::{Connection, errors};
use docpal_core::{Actor, AppId, Docpal, Error, Json, RecordId, Result, TableId};

use self::mask::OfRecords;
use self::page::{Looked, Page};
use self::table::Table;
use crate::access::Access;

/// The ids of so many raw entries are fetched in one go.
const BATCH: usize = 200;
/// So many raw entries are looked at in one go, as each go reads the deletions behind them whole.
const MOST: usize = 1_001;
/// About so many bytes of raw entries are in memory at once.
const BATCH_BYTES: usize = 8 << 20;
/// A page of the audit log has at most so many entries.
pub const MAX_AUDIT_LIMIT: u32 = 1_000;

/// Gives [`Docpal`] its audit log.
pub trait AuditExt {
    /// The audit log of the actor's company, as `actor` may see it.
    ///
    /// # Example
    /// ```no_run
    /// # use docpal_core::{Actor, Docpal};
    /// use docpal_query::AuditExt as _;
    ///
    /// # async fn latest(docpal: &Docpal, actor: &Actor) -> docpal_core::Result<()> {
    /// let page = docpal.audit_log(actor).list(None, 20).await?;
    /// for entry in &page.entries {
    ///     println!("{} {} {}", entry.at, entry.actor, entry.action);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    fn audit_log<'d>(&'d self, actor: &'d Actor) -> AuditLog<'d>;
}

impl AuditExt for Docpal {
    fn audit_log<'d>(&'d self, actor: &'d Actor) -> AuditLog<'d> {
        AuditLog { docpal: self, actor }
    }
}

/// The audit log of one company for one actor.
#[derive(Clone, Copy, Debug)]
pub struct AuditLog<'d> {
    docpal: &'d Docpal,
    actor: &'d Actor,
}

/// An entry of the audit log.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuditEntry {
    /// Names the entry; the same for everyone in the company, and saying nothing else.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: `user:<id>` or `system:<reason>`.
    pub actor: String,
    /// What was done, as `record.create`.
    pub action: String,
    /// The app concerned.
    pub app: Option<AppId>,
    /// The table concerned.
    pub table: Option<TableId>,
    /// The records concerned that the reader may read; of more than 1,000 the first.
    pub records: Vec<RecordId>,
    /// How many records concerned the reader may read.
    pub record_count: usize,
    /// More, for people: `before` is what a record held (of many records a list), by field id, and `after` what was set.
    pub details: Json,
    /// The session or key that was used.
    pub session: Option<String>,
    /// The address and the user agent, or what else tells the place.
    pub origin: Option<String>,
}

/// Entries, the newest first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Where the next page starts, if there is one. It says nothing of what is hidden, and holds for its company only.
    pub next_cursor: Option<String>,
}

impl AuditLog<'_> {
    /// The newest entries, or those after `cursor`; `limit` at most, and not more than [`MAX_AUDIT_LIMIT`]. Fewer with a
    /// next cursor where they have more than about 16 MiB, or 250,000 records, together, and where there is much behind
    /// them that conditions on records hide: more than 5,000 entries, 64 MiB or 250,000 records. For those who may
    /// manage the company.
    ///
    /// # Errors
    /// `not_allowed`, `invalid_cursor`.
    pub async fn list(&self, cursor: Option<&str>, limit: usize) -> Result<AuditPage> {
        match self.page(cursor, limit).await {
            // A table was dropped meanwhile.
            Err(error) if errors::schema_moved(&error) => self.page(cursor, limit).await,
            page => page,
        }
    }

    async fn page(&self, cursor: Option<&str>, limit: usize) -> Result<AuditPage> {
        // One transaction, in which savepoints can be had: what images hold may not fit their table any more.
        let mut tx = self.docpal.begin_snapshot().await?;
        let page = self.docpal.bounded(self.list_in(&mut tx, cursor, limit)).await?;
        tx.commit().await?;
        Ok(page)
    }

    /// As [`AuditLog::list`], as the host's connection sees it.
    ///
    /// # Errors
    /// As [`AuditLog::list`].
    pub async fn list_in(
        &self,
        conn: &mut Connection,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<AuditPage> {
        self.list_with(conn, cursor, limit).await.map_err(errors::or_table_changed)
    }

    async fn list_with(
        &self,
        conn: &mut Connection,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<AuditPage> {
        let limit = limit.clamp(1, usize::try_from(MAX_AUDIT_LIMIT).unwrap_or(1));
        let (company, key) = (self.actor.company(), self.docpal.cursor_key());
        let before = match cursor {
            Some(cursor) => Some(seal::open(cursor, key, company).ok_or_else(invalid_cursor)?),
            None => None,
        };
        let mut known = Known { log: *self, tables: HashMap::new() };
        let mut walk = self.docpal.audit_walk_in(conn, self.actor, before).await?;
        let mut page = Page::new(limit);
        let (mut ahead, mut count): (Vec<i64>, _) = (Vec::new(), limit + 1);
        while !page.has_ended() && (!ahead.is_empty() || !walk.has_ended()) {
            if ahead.is_empty() {
                while ahead.len() < count && !walk.has_ended() {
                    let next = (count - ahead.len()).min(BATCH);
                    let next = self.docpal.audit_next_in(conn, &mut walk, next).await?;
                    known.meet(conn, next.iter().filter_map(|(_, table)| *table)).await?;
                    ahead.extend(next.into_iter().map(|(id, _)| id));
                }
                // More and more while nothing of it is seen.
                count = count.saturating_mul(2).clamp(BATCH, MOST);
                continue;
            }
            let unwanted = known.unwanted();
            let raw = self.docpal.audit_unmasked_in(conn, company, &ahead, &unwanted, BATCH_BYTES).await?;
            let last = raw.last().and_then(|last| ahead.iter().position(|id| *id == last.id));
            ahead.drain(..last.map_or(ahead.len(), |last| last + 1));
            for looked in known.looked(conn, raw).await? {
                page.take(looked);
            }
        }
        let (entries, next) = page.end();
        let next_cursor = next.map(|before| seal::seal(before, key, company));
        let entries = entries
            .into_iter()
            .map(|(id, entry)| AuditEntry { id: seal::seal(id, key, company), ..entry })
            .collect();
        Ok(AuditPage { entries, next_cursor })
    }
}

fn invalid_cursor() -> Error {
    Error::invalid("invalid_cursor", "cursor", "this cursor is not one of this log; start again without it")
}

/// What the reader may see of tables, as far as entries asked for it.
struct Known<'d> {
    log: AuditLog<'d>,
    tables: HashMap<TableId, Option<Table>>,
}

impl Known<'_> {
    /// What is seen of each of `raw`.
    async fn looked(&mut self, conn: &mut Connection, raw: Vec<Raw>) -> Result<Vec<Looked>> {
        self.meet(conn, raw.iter().filter_map(|entry| entry.table)).await?;
        let seen = judge::seen(conn, &raw, &self.tables).await?;
        Ok(raw.into_iter().map(|entry| self.show(entry, &seen)).collect())
    }

    /// Looks up those tables that were not met before, all at once.
    async fn meet(&mut self, conn: &mut Connection, tables: impl Iterator<Item = TableId>) -> Result<()> {
        let AuditLog { docpal, actor } = self.log;
        let new: HashSet<TableId> = tables.filter(|table| !self.tables.contains_key(table)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let new: Vec<TableId> = new.into_iter().collect();
        let mut snapshots = docpal.snapshots_in(conn, actor.company(), &new).await?;
        for table in new {
            let snapshot = snapshots.remove(&table);
            let access =
                snapshot.map(|snapshot| Access::new(&scope(actor, &snapshot), &snapshot, Utc::now()));
            self.tables.insert(table, access.map(Table::new));
        }
        Ok(())
    }

    /// What of entries of these tables is not looked at.
    fn unwanted(&self) -> Unwanted {
        let mut unwanted = Unwanted { most_records: mask::MOST_RECORDS, ..Unwanted::default() };
        for (id, table) in self.tables.iter().filter_map(|(id, table)| Some((id, table.as_ref()?))) {
            if table.has_conditions() {
                unwanted.all_records_of.push(*id);
            }
            if !table.unwanted.is_empty() {
                unwanted.keys.push((*id, table.unwanted.clone()));
            }
        }
        unwanted
    }

    /// The entry as the reader may see it.
    fn show(&self, entry: Raw, seen: &mask::Seen) -> Looked {
        let about_records = entry.action.starts_with("record.");
        let Raw {
            id, at, actor, action, app, table, records, record_count, details, session, origin, ..
        } = entry;
        let without_records = |details| Some(OfRecords { records: Vec::new(), count: 0, details });
        let (shown, hidden) = match table.map(|table| self.tables.get(&table)) {
            Some(Some(Some(table))) if about_records && table.access.sees_table() => {
                seen.masked(OfRecords { records, count: record_count, details }, table)
            }
            Some(Some(Some(table))) if !about_records && table.access.knows_table() => {
                (without_records(details), 0)
            }
            Some(Some(Some(_))) => (None, 0),
            // A table that is gone, and with it the rules on it.
            Some(_) if !self.log.actor.is_owner() => (None, 0),
            Some(_) if about_records => (without_records(Json::empty()), 0),
            Some(_) => (without_records(details), 0),
            // Of an app or the company, which the walk goes to only where the reader knows it.
            None => (Some(OfRecords { records, count: record_count, details }), 0),
        };
        let entry = shown.map(|OfRecords { records, count, details }| AuditEntry {
            id: String::new(),
            at,
            actor,
            action,
            app,
            table,
            records,
            record_count: count,
            details,
            session,
            origin,
        });
        Looked { id, entry, hidden }
    }
}
