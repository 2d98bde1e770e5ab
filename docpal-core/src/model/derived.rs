//! What the layers above a snapshot make of it: once, and kept with it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Values by their type, each made when it is first asked for. A snapshot is immutable, so what follows from it is,
/// too; it goes when the snapshot goes.
#[derive(Clone, Default)]
pub struct Derived(Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>);

impl Derived {
    /// The value of type `T`.
    ///
    /// # Example
    /// ```
    /// use docpal_core::model::Derived;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// let derived = Derived::default();
    /// derived.get::<AtomicUsize>().fetch_add(1, Ordering::Relaxed);
    /// assert_eq!(derived.get::<AtomicUsize>().load(Ordering::Relaxed), 1);
    /// ```
    #[must_use]
    pub fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = values.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(value).downcast().unwrap_or_default()
    }
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Derived").finish_non_exhaustive()
    }
}
