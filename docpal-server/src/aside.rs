//! Long work, aside from the threads that serve requests.

use std::future::Future;

use docpal_core::{Error, Result};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Computes something where it may take its time.
///
/// # Errors
/// An internal error when it panicked.
pub(crate) async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

/// Runs a future whose steps between two waits may be long. It is dropped with the one that waits for it, as any future
/// is: a request that is given up leaves nothing running.
///
/// # Errors
/// An internal error when it panicked.
pub(crate) async fn run<T: Send + 'static, F: Future<Output = T>>(
    make: impl FnOnce() -> F + Send + 'static,
) -> Result<T> {
    let (alive, gone) = oneshot::channel::<()>();
    let handle = Handle::current();
    let ran = tokio::task::spawn_blocking(move || {
        handle.block_on(async {
            tokio::select! {
                biased;
                // Never sent: it ends when the other side is dropped.
                _ = gone => None,
                done = make() => Some(done),
            }
        })
    });
    let done = ran.await.map_err(Error::internal)?;
    drop(alive);
    done.ok_or_else(|| Error::internal("work aside ended before it was done"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_aside_is_dropped_with_who_waits_for_it() {
        let (started, is_started) = oneshot::channel::<()>();
        let (held, dropped) = oneshot::channel::<()>();
        let waiting = tokio::spawn(run(move || async move {
            let _held = held;
            started.send(()).unwrap();
            std::future::pending::<()>().await;
        }));
        is_started.await.unwrap();
        waiting.abort();
        assert!(dropped.await.is_err());
        assert_eq!(run(|| async { 5 }).await.unwrap(), 5);
    }
}
