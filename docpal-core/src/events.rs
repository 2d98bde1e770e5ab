//! The event log: every committed change once, in an order that readers can trust.
//!
//! A change writes its event into the outbox in its own transaction. [`Events::sequence`] gives what has been committed
//! the next positions, without a gap; so who has read up to a position has missed nothing before it, however long a
//! transaction stayed open. The events of one record are in the order of its versions. Nobody leads: every reader and
//! every node may sequence, and whoever does holds nothing afterwards.
//!
//! Each handle has a task in the background that sequences, tells its [`Subscriber`]s, and forgets the tables that
//! other nodes have changed: see [`Events::is_following`].

mod follower;
mod node;
mod reader;
mod subscriber;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub(crate) use follower::{Follower, Forget};
pub(crate) use node::Node;
pub use reader::StartAt;
pub use subscriber::{Subscriber, Subscription};

use crate::docpal::Docpal;
use crate::id::{AppId, CompanyId, FieldId, RecordId, TableId};

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Grows by one from event to event, over all companies: never to be shown to users, whom it would tell how much
    /// happens elsewhere.
    pub position: i64,
    /// When the change was made.
    pub at: DateTime<Utc>,
    /// The audit entry of the change, which holds what records held before.
    pub audit: i64,
    /// Whose data changed.
    pub company: CompanyId,
    /// The app concerned.
    pub app: Option<AppId>,
    /// The table concerned.
    pub table: Option<TableId>,
    /// What was done, as `record.update`.
    pub kind: String,
    /// The records concerned. A change of many records is one event per chunk of them.
    pub records: Vec<RecordId>,
    /// The fields whose value differs, of an update; `None` means the whole record.
    pub changed: Option<Vec<FieldId>>,
    /// Who did it: `user:<id>` or `system:<reason>`.
    pub actor: String,
    /// The run of an automation that did it.
    pub run: Option<Uuid>,
    /// The runs that led to it, the first one first.
    pub chain: Vec<Uuid>,
}

/// Is the event log written?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventLog {
    /// Yes: what readers and other nodes need.
    #[default]
    On,
    /// No event of records is written, and this handle does not follow the log: it looks at the version of a table
    /// each second instead. Changes of tables and rules are still written, for nodes that do follow. For hosts that
    /// read no events; the audit log is written all the same.
    Off,
}

/// The event log of a database; for the host itself, not for a user.
///
/// # Example
/// A reader that counts what happens, exactly once per event: what its handler writes and its position are one
/// transaction.
/// ```no_run
/// use docpal_core::Docpal;
/// use docpal_core::events::StartAt;
///
/// async fn count(docpal: Docpal) -> docpal_core::Result<()> {
///     let events = docpal.events();
///     events.register("counter", StartAt::Oldest).await?;
///     loop {
///         let read = events
///             .read("counter", 500, async |_conn, events| {
///                 // Write what follows from the events through `_conn`.
///                 println!("{} changes up to {:?}", events.len(), events.last().map(|event| event.position));
///                 Ok::<(), docpal_core::Error>(())
///             })
///             .await?;
///         if read == 0 {
///             return Ok(());
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Events<'d> {
    pub(crate) docpal: &'d Docpal,
}
