//! The audit log as its reader may see it: entries of tables and apps that exist for them, records that they may read,
//! cells that they may read. Takes core's raw entries; gives pages in which nothing hidden counts.
//!
//! - An entry of a table that does not exist for the reader is left out; that of a table that is gone only owners see,
//!   and of its records nothing.
//! - A record is shown when it may be read: as it is now, or, when it is gone, as it was at its end; so its deletion shows
//!   nothing that was hidden. Of what it held before, each image must have been readable, too. Without an image, that
//!   cannot be decided for who reads under conditions, and it is not shown. An entry of records without one that may be
//!   read is left out.
//! - Of an image the fields are shown that the reader may read, of that record.
//!
//! What does not exist for the reader is not even looked at, so it costs nothing, and the number of tables that do exist
//! costs little: of each a few ids are fetched, and rows only of the newest of all. What conditions on records hide is
//! looked at, a bounded part of it per page: a page behind which there is more hidden than that ends early, and the next
//! one goes on. Below the bound pages are full, and nothing tells what was left out.

mod mask;
mod seal;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use docpal_core::access::scope;
use docpal_core::audit::AuditEntry as Raw;
use docpal_core::sql::Connection;
use docpal_core::{Actor, AppId, Docpal, Error, Json, RecordId, Result, TableId};

use crate::access::Access;

/// So many raw entries are looked at in one go.
const BATCH: usize = 200;
/// So many at first, when nothing is known of how large they are.
const FIRST: usize = 10;
/// About so many bytes of raw entries are in memory at once.
const BATCH_BYTES: usize = 8 << 20;
/// A page looks at so many bytes of raw entries, then it ends early.
const PAGE_BYTES: usize = 64 << 20;
/// A page looks at so many raw entries, then it ends early.
const LOOKED_AT: usize = 5_000;
/// A page has so many entries at most.
const MOST: usize = 1_000;

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
    /// The records concerned that the reader may read.
    pub records: Vec<RecordId>,
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
    /// The newest entries, or those after `cursor`; `limit` at most, and not more than 1,000. Fewer with a next cursor
    /// where thousands of entries in a row are about records that conditions hide. For those who may manage the company.
    ///
    /// # Errors
    /// `not_allowed`, `invalid_cursor`.
    pub async fn list(&self, cursor: Option<&str>, limit: usize) -> Result<AuditPage> {
        let mut conn = self.docpal.acquire().await?;
        self.docpal.bounded(self.list_in(&mut conn, cursor, limit)).await
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
        let (limit, company) = (limit.clamp(1, MOST), self.actor.company());
        let key = self.docpal.cursor_key();
        let before = match cursor {
            Some(cursor) => Some(seal::open(cursor, key, company).ok_or_else(invalid_cursor)?),
            None => None,
        };
        let mut known = Known { log: *self, tables: HashMap::new() };
        let mut walk = self.docpal.audit_walk_in(conn, self.actor, before).await?;
        let (mut entries, mut looked_at, mut pace) = (Vec::new(), 0, Pace::default());
        // One more than wanted says whether there is a next page; a short page would tell that entries were left out.
        while entries.len() <= limit && looked_at < LOOKED_AT && !pace.is_over() && !walk.has_ended() {
            let count = pace.next();
            let (raw, bytes) = self.docpal.audit_unmasked_in(conn, &mut walk, count).await?;
            looked_at += count;
            pace.took(raw.len(), bytes);
            for (id, entry) in known.shown(conn, raw).await? {
                entries.push(AuditEntry { id: seal::seal(id, key, company), ..entry });
            }
        }
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next_cursor = match (more, walk.before()) {
            (true, _) => entries.last().map(|entry| entry.id.clone()),
            (false, Some(before)) if !walk.has_ended() => Some(seal::seal(before, key, company)),
            (false, _) => None,
        };
        Ok(AuditPage { entries, next_cursor })
    }
}

/// How many entries are taken in one go, so that not too many bytes of them are in memory at once, nor are looked at for
/// one page.
#[derive(Default)]
struct Pace {
    entries: usize,
    bytes: usize,
}

impl Pace {
    fn next(&self) -> usize {
        match self.entries {
            0 => FIRST,
            entries => (BATCH_BYTES / (self.bytes / entries).max(1)).clamp(1, BATCH),
        }
    }

    fn took(&mut self, entries: usize, bytes: usize) {
        self.entries += entries;
        self.bytes += bytes;
    }

    fn is_over(&self) -> bool {
        self.bytes > PAGE_BYTES
    }
}

fn invalid_cursor() -> Error {
    Error::invalid("invalid_cursor", "cursor", "this cursor is not one of this log; start again without it")
}

/// What the reader may see of tables, as far as entries asked for it.
struct Known<'d> {
    log: AuditLog<'d>,
    tables: HashMap<TableId, Option<Access>>,
}

impl Known<'_> {
    /// The entries of `raw` that the reader may see, each with its number.
    async fn shown(&mut self, conn: &mut Connection, raw: Vec<Raw>) -> Result<Vec<(i64, AuditEntry)>> {
        self.meet(conn, &raw).await?;
        let seen = mask::seen(conn, &raw, &self.tables).await?;
        Ok(raw.into_iter().filter_map(|entry| Some((entry.id, self.show(entry, &seen)?))).collect())
    }

    /// Looks up the tables that the entries are about and that were not met before, all at once.
    async fn meet(&mut self, conn: &mut Connection, raw: &[Raw]) -> Result<()> {
        let AuditLog { docpal, actor } = self.log;
        let tables = raw.iter().filter_map(|entry| entry.table);
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
            self.tables.insert(table, access);
        }
        Ok(())
    }

    /// The entry as the reader may see it.
    fn show(&self, entry: Raw, seen: &mask::Seen) -> Option<AuditEntry> {
        let about_records = entry.action.starts_with("record.");
        let (records, details) = match entry.table.map(|table| self.tables.get(&table)) {
            Some(Some(Some(access))) if about_records => {
                access.sees_table().then_some(())?;
                seen.masked(&entry, access)?
            }
            Some(Some(Some(access))) => access.knows_table().then_some((Vec::new(), entry.details))?,
            // A table that is gone, and with it the rules on it.
            Some(_) if !self.log.actor.is_owner() => return None,
            Some(_) if about_records => (Vec::new(), Json::empty()),
            Some(_) => (Vec::new(), entry.details),
            // Of an app or the company, which the walk goes to only where the reader knows it.
            None => (entry.records, entry.details),
        };
        let Raw { at, actor, action, app, table, session, origin, .. } = entry;
        Some(AuditEntry {
            id: String::new(),
            at,
            actor,
            action,
            app,
            table,
            records,
            details,
            session,
            origin,
        })
    }
}
