//! What happened: one audit row for people and one outbox row for subscribers, in the transaction of the
//! change itself.

pub(crate) mod walk;

use chrono::{DateTime, Utc};

use crate::access::Actor;
use crate::id::{AppId, CompanyId, RecordId, TableId};
use crate::json::Json;

/// A change to write down.
#[derive(Debug)]
pub struct Change<'c> {
    /// Whose data changed.
    pub company: CompanyId,
    /// Who did it.
    pub by: &'c Actor,
    /// What was done, as `table.create`.
    pub action: &'static str,
    /// The app concerned.
    pub app: Option<AppId>,
    /// The table concerned.
    pub table: Option<TableId>,
    /// The records concerned.
    pub records: Option<&'c [RecordId]>,
    /// More, for people.
    pub details: Json,
}

/// An entry of the audit log, unmasked: what is shown to people comes from `docpal-query`, through their rights.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuditEntry {
    /// Grows with time, over all companies.
    pub id: i64,
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
    /// The records concerned: the first of them where not all were asked for.
    pub records: Vec<RecordId>,
    /// How many records are concerned.
    pub record_count: usize,
    /// More, for people.
    pub details: Json,
    /// The session or key that was used.
    pub session: Option<String>,
    /// The address and the user agent, or what else tells the place.
    pub origin: Option<String>,
}

/// Of entries that are read, what is not wanted, so that it is not even fetched.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Unwanted {
    /// Of entries of records so many ids are wanted.
    pub most_records: usize,
    /// The tables of whose records all ids are wanted.
    pub all_records_of: Vec<TableId>,
    /// The keys that are not wanted in what records held, by the table.
    pub keys: Vec<(TableId, Vec<String>)>,
}

/// How the log names an actor.
#[must_use]
pub fn actor_text(actor: &Actor) -> String {
    actor.label()
}
