//! The background task of a handle: gives positions, hears and gives hints, and has the handle forget what others
//! changed. Nothing depends on it being in time: see [`Events::is_following`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use tokio::sync::Notify;

use super::subscriber::Subscribers;
use super::{EventLog, Events, Follower};
use crate::docpal::WeakDocpal;
use crate::error::Result;
use crate::sql::meta::events::Line;

/// The log is looked at this often, hints or not.
const PERIOD: Duration = Duration::from_secs(1);
/// Hints are given, and followed, at most this often.
const PAUSE: Duration = Duration::from_millis(50);
/// So many events get their positions in one statement.
const BATCH: i32 = 1_000;
/// So many days of the log are kept.
const KEPT_DAYS: i32 = 7;
/// Days that are over are looked for this often.
const RETAIN: Duration = Duration::from_secs(3_600);

/// What a handle has to do with the log.
pub(crate) struct Node {
    pub(crate) log: EventLog,
    pub(crate) follower: Follower,
    pub(crate) subscribers: Subscribers,
    wake: Arc<Notify>,
}

impl Node {
    /// A node that has cached nothing while `position` was the last one.
    pub(crate) fn new(log: EventLog, position: i64) -> Self {
        let (follower, subscribers) = (Follower::new(position), Subscribers::default());
        Self { log, follower, subscribers, wake: Arc::default() }
    }

    /// Starts the background task, unless the log is off. It ends with the handle.
    pub(crate) fn start(&self, docpal: WeakDocpal, options: PgConnectOptions) {
        if self.log == EventLog::Off {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(run(docpal, Arc::clone(&self.wake), options));
        }
    }

    /// Something was committed here.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // The task finds that the handle is gone.
        self.wake.notify_one();
    }
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node")
            .field("log", &self.log)
            .field("follower", &self.follower)
            .finish_non_exhaustive()
    }
}

impl Events<'_> {
    /// Says that something was committed, so that it is delivered at once and not within a second. A host calls it
    /// after committing a transaction of its own in which DocPal wrote; it costs nothing.
    pub fn wake(&self) {
        self.docpal.node().wake();
    }

    /// Does this handle know of every change of a table or rule that another node committed two seconds ago?
    ///
    /// It does as long as it reads the log, usually at once. Else (a busy runtime, a database that hangs) it does not
    /// trust what it has cached, and looks at the version of a table when it was not looked at within a second: then
    /// this is `false`, and all is slower but no less true. With [`EventLog::Off`] it is always so.
    #[must_use]
    pub fn is_following(&self) -> bool {
        self.docpal.node().follower.is_current()
    }
}

async fn run(docpal: WeakDocpal, wake: Arc<Notify>, options: PgConnectOptions) {
    let mut work = Work { docpal, line: None, told: 0, retained: None };
    let mut own = false;
    while work.docpal.upgrade().is_some() {
        let began = Instant::now();
        if work.line.is_none() {
            work.line = Line::open(&options).await.ok();
        }
        if work.round(own).await.is_err() {
            work.line = None;
        }
        own = tokio::select! {
            () = wake.notified() => true,
            () = work.hint() => false,
            () = tokio::time::sleep(PERIOD) => false,
        };
        tokio::time::sleep(PAUSE.saturating_sub(began.elapsed())).await;
    }
}

struct Work {
    docpal: WeakDocpal,
    line: Option<Line>,
    /// The position that subscribers know of.
    told: i64,
    retained: Option<Instant>,
}

impl Work {
    /// Looks at the log once; `own` when something was committed here.
    async fn round(&mut self, own: bool) -> Result<()> {
        let Some(line) = &mut self.line else { return Ok(()) };
        if own {
            line.tell().await?;
        }
        loop {
            let moved = line.sequence(BATCH).await;
            let Some(docpal) = self.docpal.upgrade() else { return Ok(()) };
            let position = docpal.node().follower.position();
            drop(docpal);
            let began = Instant::now();
            let news = line.news(position).await?;
            let Some(docpal) = self.docpal.upgrade() else { return Ok(()) };
            docpal.forget_these(docpal.node().follower.forget(&news));
            docpal.node().follower.caught_up(began);
            if news.position > self.told {
                self.told = news.position;
                docpal.node().subscribers.tell(news.position);
            }
            drop(docpal);
            if moved? != Some(BATCH) {
                break;
            }
        }
        if self.retained.is_none_or(|at| at.elapsed() > RETAIN) {
            line.retain(KEPT_DAYS).await?;
            self.retained = Some(Instant::now());
        }
        Ok(())
    }

    /// Waits for a hint of another node; forever without a connection.
    async fn hint(&mut self) {
        match &mut self.line {
            Some(line) => {
                if line.hint().await.is_err() {
                    self.line = None;
                }
            }
            None => std::future::pending().await,
        }
    }
}
