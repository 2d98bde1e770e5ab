//! Ctrl-C during a command that keeps everything or nothing: what became of it is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use docpal_core::embedded::Found;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::ending::{INTERRUPTED, Signals};
use super::place::Whereabouts;
use super::problem::Problem;

/// What a signal does to a command: it ends it, with words, until its end has begun. With the value it hears no more.
pub(super) struct Interrupt {
    decided: Arc<AtomicBool>,
    ended: watch::Receiver<bool>,
    listens: JoinHandle<()>,
}

impl Interrupt {
    /// From now on a signal ends the program and says `words`. The embedded PostgreSQL ends with the program, and takes
    /// back what was not committed; unless others use it, who are waited for.
    pub(super) fn watch(words: &'static str, place: &Whereabouts) -> Result<Self, Problem> {
        let mut signals = Signals::new()?;
        let decided = Arc::new(AtomicBool::new(false));
        let is_decided = Arc::clone(&decided);
        let (end, ended) = watch::channel(false);
        let place = place.clone();
        let listens = tokio::spawn(async move {
            signals.next().await;
            if is_decided.swap(true, Ordering::SeqCst) {
                super::note("\nthis is being finished; a second signal leaves open whether it was kept");
            } else {
                super::note(&format!("\ninterrupted: {words}"));
                if !has_guests(&place) {
                    std::process::exit(INTERRUPTED.into());
                }
                end.send_replace(true);
            }
            signals.next().await;
            std::process::exit(INTERRUPTED.into());
        });
        Ok(Self { decided, ended, listens })
    }

    /// Does the work unless it is interrupted.
    pub(super) async fn unless<T>(
        &self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let mut ended = self.ended.clone();
        tokio::select! {
            done = work => done,
            Ok(_) = ended.wait_for(|ended| *ended) => Err(Problem::status(INTERRUPTED)),
        }
    }

    /// From here on the command is seen through: what is sent now is kept.
    pub(super) async fn begin_end(&self) {
        if self.decided.swap(true, Ordering::SeqCst) {
            // A signal came first, and the program is ending.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.listens.abort();
    }
}

/// Does anybody use the server that this process runs?
fn has_guests(place: &Whereabouts) -> bool {
    let found = Found::look(&place.data_dir).ok().flatten();
    let own = found.filter(|found| place.given.is_none() && found.manager() == Some(std::process::id()));
    own.is_some_and(|found| !found.guests().is_empty())
}
