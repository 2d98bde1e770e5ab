//! Reading the log in order: a reader has a name and a stored position.

use super::{Event, Events};
use crate::error::{Error, ErrorKind, Result};
use crate::sql::{Connection, meta};

/// So many events are given positions in one call.
const BATCH: i32 = 10_000;

/// Where a new reader begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartAt {
    /// With the oldest event that is kept.
    Oldest,
    /// With the first event that gets its position from now on.
    Now,
}

impl Events<'_> {
    /// Gives committed events their positions, and says how many got one. Every reader calls it first; it must not run
    /// inside a transaction of the host, which would keep others from doing so.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub async fn sequence(&self) -> Result<u64> {
        let mut all = 0;
        loop {
            let mut tx = self.docpal.begin().await?;
            let moved = meta::events::sequence(&mut *tx, BATCH).await?;
            tx.commit().await?;
            all += moved.and_then(|moved| u64::try_from(moved).ok()).unwrap_or(0);
            if moved != Some(BATCH) {
                return Ok(all);
            }
        }
    }

    /// Makes the reader `name` unless there is one; then it stays where it is.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub async fn register(&self, name: &str, start: StartAt) -> Result<()> {
        let mut tx = self.docpal.begin().await?;
        self.register_in(&mut tx, name, start).await?;
        tx.commit().await
    }

    /// As [`Events::register`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Events::register`].
    pub async fn register_in(&self, conn: &mut Connection, name: &str, start: StartAt) -> Result<()> {
        meta::events::register(conn, name, start).await
    }

    /// Deletes the reader `name`; to begin elsewhere, register it again.
    ///
    /// # Errors
    /// `reader_not_found`.
    pub async fn remove(&self, name: &str) -> Result<()> {
        let mut tx = self.docpal.begin().await?;
        self.remove_in(&mut tx, name).await?;
        tx.commit().await
    }

    /// As [`Events::remove`], in the host's transaction.
    ///
    /// # Errors
    /// As [`Events::remove`].
    pub async fn remove_in(&self, conn: &mut Connection, name: &str) -> Result<()> {
        if meta::events::remove(conn, name).await? { Ok(()) } else { Err(reader_not_found()) }
    }

    /// Hands the next events of the reader `name`, `limit` at most, to `handler`, and notes that they have been read:
    /// in one transaction, which is undone when `handler` fails. Gives how many there were; none, too, while somebody
    /// else reads under this name.
    ///
    /// # Errors
    /// What `handler` gives; `reader_not_found`; `events_gone` when events that it has not read are not kept any more.
    pub async fn read<E, F>(&self, name: &str, limit: u32, handler: F) -> Result<usize, E>
    where
        E: From<Error>,
        F: AsyncFnOnce(&mut Connection, &[Event]) -> Result<(), E>,
    {
        self.sequence().await?;
        let mut tx = self.docpal.begin().await?;
        let events = self.read_in(&mut tx, name, limit).await?;
        // The end of the transaction is waited for: until then it is the one that reads under this name.
        if events.is_empty() {
            tx.rollback().await?;
            return Ok(0);
        }
        if let Err(error) = handler(&mut tx, &events).await {
            // What the handler failed at is worth more than why it could not be undone at once.
            drop(tx.rollback().await);
            return Err(error);
        }
        tx.commit().await?;
        Ok(events.len())
    }

    /// The next events of the reader `name`, `limit` at most, in the host's transaction: they count as read when the
    /// host commits. Until then nobody else reads under this name; they get nothing. Call [`Events::sequence`] before
    /// the transaction begins, to read what was committed before.
    ///
    /// # Errors
    /// `reader_not_found`; `events_gone` when events that it has not read are not kept any more.
    pub async fn read_in(&self, conn: &mut Connection, name: &str, limit: u32) -> Result<Vec<Event>> {
        let Some(reader) = meta::events::lock_reader(conn, name).await? else {
            return if meta::events::reader_exists(conn, name).await? {
                Ok(Vec::new())
            } else {
                Err(reader_not_found())
            };
        };
        if reader.pos + 1 < reader.oldest {
            let message = "events that this reader has not read are not kept any more; remove it, register it \
                           again, and bring what depends on it up to date";
            return Err(Error::new(ErrorKind::Conflict, "events_gone", message));
        }
        let events = meta::events::after(conn, reader.pos, i64::from(limit.clamp(1, 10_000))).await?;
        if let Some(last) = events.last() {
            meta::events::advance(conn, name, last.position).await?;
        }
        Ok(events)
    }

    /// Drops the days of the log that ended more than `days` days ago, and says how many. The background task keeps
    /// seven days; the audit log is not touched.
    ///
    /// # Errors
    /// Database errors as mapped.
    pub async fn retain(&self, days: u16) -> Result<u64> {
        let mut tx = self.docpal.begin().await?;
        let dropped = meta::events::retain(&mut *tx, i32::from(days)).await?;
        tx.commit().await?;
        Ok(u64::try_from(dropped).unwrap_or(0))
    }
}

fn reader_not_found() -> Error {
    Error::new(ErrorKind::NotFound, "reader_not_found", "there is no such reader; register it first")
}
