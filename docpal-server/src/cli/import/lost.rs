//! An import whose database ended under it says why: a disk that is full ends the embedded PostgreSQL.

use std::time::Duration;

use docpal_core::embedded::Health;
use docpal_server::new_table::ImportFailure;

use crate::cli::database::Database;
use crate::cli::problem::Problem;

/// How long the end of the server may take to be noticed.
const PATIENCE: Duration = Duration::from_secs(3);

/// What stopped the import of the table `name`; nothing of it was kept.
pub(super) async fn explained(database: &Database, name: &str, failure: ImportFailure) -> Problem {
    let gone = match failure.code() {
        "database_unavailable" => why_gone(database).await,
        _ => None,
    };
    let why = gone.map(|why| format!("\nthe embedded PostgreSQL ended: {why}")).unwrap_or_default();
    Problem::new(format!("{name}: nothing was imported\n{}{why}", Problem::from(failure)))
}

async fn why_gone(database: &Database) -> Option<String> {
    let mut health = database.health()?;
    let ended = health.wait_for(|health| matches!(health, Health::Restarting { .. } | Health::Lost { .. }));
    match &*tokio::time::timeout(PATIENCE, ended).await.ok()?.ok()? {
        Health::Restarting { cause, .. } | Health::Lost { cause } => Some(cause.to_string()),
        _ => None,
    }
}
