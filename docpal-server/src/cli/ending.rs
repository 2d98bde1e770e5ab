//! Signals that end a command: the first in order, the next ones more firmly.

use docpal_core::embedded::Halt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::problem::Problem;

/// The status of a program that a signal ended, as shells give it.
pub(super) const INTERRUPTED: u8 = 130;
/// So many signals are answered in order; one more ends the program as it is, and PostgreSQL with it.
const PATIENT: u32 = 3;

/// The signals that end a command.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on they end nothing by themselves.
    pub(super) fn new() -> Result<Self, Problem> {
        let take =
            |kind| signal(kind).map_err(|error| Problem::new(format!("cannot wait for signals: {error}")));
        Ok(Self { interrupt: take(SignalKind::interrupt())?, terminate: take(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => (),
            _ = self.terminate.recv() => (),
        }
    }
}

/// How often a command was told to end. What its PostgreSQL waits for is told each time, too.
#[derive(Clone)]
pub(crate) struct Ending {
    halt: Halt,
    told: watch::Receiver<u32>,
}

impl Ending {
    /// Counts signals from now on.
    pub(crate) fn watch() -> Result<Self, Problem> {
        Self::of(Halt::default())
    }

    pub(super) fn of(halt: Halt) -> Result<Self, Problem> {
        let mut signals = Signals::new()?;
        let (count, told) = watch::channel(0);
        let tell = halt.clone();
        tokio::spawn(async move {
            for number in 1..=PATIENT {
                signals.next().await;
                tell.tell();
                count.send_replace(number);
            }
            signals.next().await;
            super::note("ended at once; the next start recovers what was committed");
            std::process::exit(INTERRUPTED.into());
        });
        Ok(Self { halt, told })
    }

    pub(super) fn halt(&self) -> &Halt {
        &self.halt
    }

    /// Waits until it was told so many times.
    pub(super) async fn told(&self, times: u32) {
        let mut told = self.told.clone();
        if told.wait_for(|count| *count >= times).await.is_err() {
            // There are no more to come.
            std::future::pending::<()>().await;
        }
    }
}
