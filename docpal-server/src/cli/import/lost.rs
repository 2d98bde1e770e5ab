//! An import whose database ended under it says why: a disk that is full ends the embedded PostgreSQL.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use docpal_core::embedded::Health;
use docpal_server::new_table::ImportFailure;

use crate::cli::database::Database;
use crate::cli::problem::Problem;

/// What the log of a server says that had no room to write.
const FULL: &str = "No space left on device";
/// So much of the end of the log is looked at.
const TAIL: u64 = 16 * 1024;
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
    let cause = match &*tokio::time::timeout(PATIENCE, ended).await.ok()?.ok()? {
        Health::Restarting { cause, .. } | Health::Lost { cause } => cause.to_string(),
        _ => return None,
    };
    let full = database.log_file().and_then(|log| end_of(&log).ok()).is_some_and(|end| end.contains(FULL));
    Some(if full { format!("its disk is full ({cause})") } else { cause })
}

/// The end of a file, as text.
fn end_of(file: &Path) -> io::Result<String> {
    let mut file = File::open(file)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}
