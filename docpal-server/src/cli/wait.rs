//! What a person waits for, shown while it takes.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// When it is said what is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Also where nobody sees something move.
    Always,
    /// On a terminal only.
    Terminal,
}

/// Something that is shown until it is dropped.
pub(super) struct Shown(ProgressBar);

/// Shows `what` with the time that it takes on a terminal; elsewhere as a line.
pub(super) fn show(what: &str, when: When) -> Shown {
    if !std::io::stderr().is_terminal() && when == When::Always {
        super::note(what);
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    Shown(bar)
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
