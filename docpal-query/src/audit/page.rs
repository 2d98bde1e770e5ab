//! Where a page of the audit log ends. Takes entries one by one, as its reader sees them; how they were fetched does not
//! count, so nothing that is hidden in an entry does.

use super::AuditEntry;
use super::image::size;

/// A page takes entries until they have so many bytes.
const BYTES: usize = 16 << 20;
/// Each record that an entry is about counts as so many bytes, listed or not: it may have been looked up.
const RECORD: usize = 64;
/// A page looks at so many entries that are not seen, then it ends early.
const HIDDEN_ENTRIES: usize = 5_000;
/// A page looks at so many bytes of what conditions on records hide, then it ends early.
const HIDDEN_BYTES: usize = 64 << 20;

/// An entry that was looked at: what is seen of it, if anything is, and how many bytes conditions on records hide.
pub(super) struct Looked {
    pub(super) id: i64,
    pub(super) entry: Option<AuditEntry>,
    pub(super) hidden: usize,
}

/// A page that is being filled.
pub(super) struct Page {
    limit: usize,
    entries: Vec<(i64, AuditEntry)>,
    bytes: usize,
    hidden_entries: usize,
    hidden_bytes: usize,
    /// The last entry that was looked at for this page.
    at: Option<i64>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// There is another entry to be seen.
    Full,
    /// Too much was hidden.
    Early,
}

impl Page {
    pub(super) fn new(limit: usize) -> Self {
        let (entries, at, state) = (Vec::new(), None, State::Open);
        Self { limit, entries, bytes: 0, hidden_entries: 0, hidden_bytes: 0, at, state }
    }

    /// Does nothing that comes after belong to this page?
    pub(super) fn has_ended(&self) -> bool {
        self.state != State::Open
    }

    /// Takes the next entry, unless the page has ended. One more than there is place for says that there is a next page:
    /// a page that is not full would tell that entries were left out.
    pub(super) fn take(&mut self, looked: Looked) {
        let Looked { id, entry, hidden } = looked;
        match entry {
            _ if self.has_ended() => return,
            Some(_) if self.entries.len() >= self.limit || self.bytes >= BYTES => {
                self.state = State::Full;
                return;
            }
            Some(entry) => {
                self.bytes += bytes(&entry);
                self.entries.push((id, entry));
            }
            None => self.hidden_entries += 1,
        }
        self.hidden_bytes += hidden;
        self.at = Some(id);
        if self.hidden_entries >= HIDDEN_ENTRIES || self.hidden_bytes >= HIDDEN_BYTES {
            self.state = State::Early;
        }
    }

    /// The entries with their numbers, and below which number the next page starts, if there is one.
    pub(super) fn end(self) -> (Vec<(i64, AuditEntry)>, Option<i64>) {
        let next = match self.state {
            State::Open => None,
            State::Full => self.entries.last().map(|(id, _)| *id),
            State::Early => self.at,
        };
        (self.entries, next)
    }
}

/// About so many bytes the entry has.
fn bytes(entry: &AuditEntry) -> usize {
    let texts = [Some(&entry.actor), Some(&entry.action), entry.session.as_ref(), entry.origin.as_ref()];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    texts + size(&entry.details) + RECORD * entry.record_count
}
