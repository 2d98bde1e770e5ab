//! What a person waits for, shown while it takes.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

/// What takes no longer is not worth a line.
const MOMENT: Duration = Duration::from_secs(2);

/// When it is said what is waited for, where nobody sees something move.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// At once.
    Now,
    /// When it takes longer than a moment.
    Later,
}

/// Something that is shown until it is dropped.
pub(super) struct Shown {
    bar: ProgressBar,
    later: Option<JoinHandle<()>>,
}

/// Shows `what` with the time that it takes on a terminal; elsewhere as a line.
pub(super) fn show(what: &str, when: When) -> Shown {
    let mut later = None;
    if !std::io::stderr().is_terminal() {
        let what = what.to_owned();
        match when {
            When::Now => super::note(&what),
            When::Later => {
                later = Some(tokio::spawn(async move {
                    tokio::time::sleep(MOMENT).await;
                    super::note(&what);
                }));
            }
        }
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    Shown { bar, later }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(later) = &self.later {
            later.abort();
        }
        self.bar.finish_and_clear();
    }
}
