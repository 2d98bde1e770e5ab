//! An import whose database ended under it says why: a disk that is full ends the embedded PostgreSQL.

use std::time::Duration;

use docpal_core::embedded::Health;
use tokio::sync::watch;

use crate::cli::database::Database;
use crate::cli::problem::Problem;

/// What the log of a server says that had no room to write.
const FULL: &str = "No space left on device";
/// How long the end of the server may take to be noticed.
const PATIENCE: Duration = Duration::from_secs(3);

/// What stopped an import, with the end of the database when that was it.
pub(super) async fn explained<T>(database: &Database, done: Result<T, Problem>) -> Result<T, Problem> {
    match done {
        Err(problem) if problem.is_unreachable() => Err(match why_gone(database).await {
            Some(why) => problem.and(&format!("the embedded PostgreSQL ended: {why}")),
            None => problem,
        }),
        done => done,
    }
}

async fn why_gone(database: &Database) -> Option<String> {
    let cause = match database.health() {
        Some(health) => Some(cause(health).await?),
        // Another process looks after it.
        None => database.log().map(|log| format!("its log is {}", log.path().display())),
    }?;
    let is_full = database.log().is_some_and(|log| log.has_said(FULL));
    match (is_full, database.health()) {
        (true, _) => Some(format!("its disk is full ({cause})")),
        (false, Some(_)) => Some(cause),
        // Nobody says that it ended.
        (false, None) => None,
    }
}

/// Why the server of this process ended.
async fn cause(mut health: watch::Receiver<Health>) -> Option<String> {
    let ended = health.wait_for(|health| matches!(health, Health::Restarting { .. } | Health::Lost { .. }));
    match &*tokio::time::timeout(PATIENCE, ended).await.ok()?.ok()? {
        Health::Restarting { cause, .. } | Health::Lost { cause } => Some(cause.to_string()),
        _ => None,
    }
}
