//! Who wants to know at once that there is something to read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Events;

/// Somebody who reads the log and wants to be woken.
///
/// # Example
/// ```
/// use docpal_core::events::Subscriber;
/// use tokio::sync::Notify;
///
/// struct Webhooks {
///     work: Notify,
/// }
///
/// impl Subscriber for Webhooks {
///     fn events_up_to(&self, _position: i64) {
///         self.work.notify_one();
///     }
/// }
/// ```
pub trait Subscriber: Send + Sync + 'static {
    /// There are events up to `position`. Called by the background task, which waits for it: return at once, and read
    /// elsewhere. It is not called for each position, and may be called when there is nothing new.
    fn events_up_to(&self, position: i64);
}

/// Keeps a [`Subscriber`] subscribed; dropping it ends that.
#[must_use = "dropping it ends the subscription"]
pub struct Subscription {
    _subscriber: Arc<dyn Subscriber>,
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

/// The subscribers of a handle.
#[derive(Default)]
pub(crate) struct Subscribers {
    list: Mutex<Vec<Weak<dyn Subscriber>>>,
}

impl Subscribers {
    /// Tells each that there are events up to `position`.
    pub(crate) fn tell(&self, position: i64) {
        // Called outside the lock: a subscriber may subscribe another.
        let now: Vec<Arc<dyn Subscriber>> = {
            let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
            list.retain(|subscriber| subscriber.strong_count() > 0);
            list.iter().filter_map(Weak::upgrade).collect()
        };
        for subscriber in now {
            subscriber.events_up_to(position);
        }
    }

    fn add(&self, subscriber: impl Subscriber) -> Subscription {
        let subscriber: Arc<dyn Subscriber> = Arc::new(subscriber);
        self.list.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&subscriber));
        Subscription { _subscriber: subscriber }
    }
}

impl Events<'_> {
    /// Wakes `subscriber` when there are new events, usually at once and after a second at most, as long as the
    /// subscription lives.
    pub fn subscribe(&self, subscriber: impl Subscriber) -> Subscription {
        self.docpal.node().subscribers.add(subscriber)
    }
}

impl<F: Fn(i64) + Send + Sync + 'static> Subscriber for F {
    fn events_up_to(&self, position: i64) {
        self(position);
    }
}
