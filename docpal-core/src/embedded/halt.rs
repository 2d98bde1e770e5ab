//! The word of a caller that what takes long shall end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Ends what a cluster waits for, each time it is told more firmly; for programs that a signal ends.
///
/// Told once, a start under way, or one that a [`Guarded`](super::Guarded) cluster makes, ends with
/// [`EmbeddedErrorKind::Halted`](super::EmbeddedErrorKind::Halted), and its server is stopped. Told twice, a server that
/// is not ready yet is ended hard; told three times, any that is being stopped. What was committed stays in all cases:
/// the next start recovers it. A server that runs is left alone until it is stopped.
///
/// # Example
///
/// ```no_run
/// # async fn run() -> Result<(), docpal_core::embedded::EmbeddedError> {
/// use docpal_core::embedded::{Cluster, Halt, Settings};
///
/// let halt = Halt::default();
/// let on_signal = halt.clone();
/// tokio::spawn(async move {
///     while tokio::signal::ctrl_c().await.is_ok() {
///         on_signal.tell();
///     }
/// });
/// let cluster = Cluster::start(Settings::durable("/srv/docpal").with_halt(&halt)).await?;
/// # cluster.stop().await
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Halt {
    told: Arc<AtomicU8>,
    /// The cluster itself is being stopped, which is none of its caller's other clusters' business.
    is_ended: Arc<AtomicBool>,
}

/// How firmly it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Firmness {
    GoOn,
    Stop,
    EndUnready,
    EndAll,
}

impl Halt {
    /// Tells it once more.
    pub fn tell(&self) {
        // Beyond the third there is nothing firmer.
        let _ = self.told.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |told| told.checked_add(1));
    }

    /// Has it been told?
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.firmness() > Firmness::GoOn
    }

    /// The same for one cluster, which can also end by itself what it waits for.
    pub(super) fn of_one(&self) -> Self {
        Self { told: Arc::clone(&self.told), is_ended: Arc::default() }
    }

    /// Tells it for this one cluster.
    pub(super) fn end(&self) {
        self.is_ended.store(true, Ordering::SeqCst);
    }

    pub(super) fn firmness(&self) -> Firmness {
        match self.told.load(Ordering::SeqCst) {
            0 if !self.is_ended.load(Ordering::SeqCst) => Firmness::GoOn,
            0 | 1 => Firmness::Stop,
            2 => Firmness::EndUnready,
            _ => Firmness::EndAll,
        }
    }
}

/// Two that are told together are the same.
impl PartialEq for Halt {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.told, &other.told)
    }
}

impl Eq for Halt {}
