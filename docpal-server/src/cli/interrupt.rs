//! Ctrl-C during a command that keeps everything or nothing: what became of it is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::problem::Problem;
use super::serve::Signals;

/// The status of a program that a signal ended, as shells give it.
const INTERRUPTED: i32 = 130;

/// What a signal does to a command: it ends it, with words, until its end has begun.
pub(super) struct Interrupt {
    decided: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on a signal ends the program and says `words`. The embedded PostgreSQL ends with the program, and takes
    /// back what was not committed.
    pub(super) fn watch(words: &'static str) -> Result<Self, Problem> {
        let mut signals = Signals::new()?;
        let decided = Arc::new(AtomicBool::new(false));
        let is_decided = Arc::clone(&decided);
        tokio::spawn(async move {
            signals.next().await;
            if is_decided.swap(true, Ordering::SeqCst) {
                super::note("\nthis is being finished; wait a moment");
            } else {
                super::note(&format!("\ninterrupted: {words}"));
                std::process::exit(INTERRUPTED);
            }
        });
        Ok(Self { decided })
    }

    /// From here on the command is seen through: what is sent now is kept.
    pub(super) async fn begin_end(&self) {
        if self.decided.swap(true, Ordering::SeqCst) {
            // A signal came first, and the program is ending.
            std::future::pending::<()>().await;
        }
    }
}
