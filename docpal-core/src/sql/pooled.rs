//! A connection lent by the pool, which gets it back when it is free: what still runs on it when it is dropped is
//! cancelled at the server first.
//!
//! Its server process is known without a round trip; see [`Canceller::backend`].

use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use futures_util::FutureExt as _;
use sqlx::Connection as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, Postgres};

use super::cancel::{Backend, Canceller, Running};
use super::errors::from_sqlx;
use crate::error::Result;

/// A connection is given up after so many failures.
const ATTEMPTS: usize = 64;

/// What is kept until a connection is free.
pub(crate) type Held = Option<Arc<dyn Any + Send + Sync>>;

/// A connection of the pool, from [`Docpal::acquire`](crate::Docpal::acquire). It derefs to the connection, so every
/// operation named `.._in` takes it.
///
/// Dropped while a statement runs, as by a read whose future is dropped, it has the statement cancelled at the server,
/// and goes back to the pool when that is done.
///
/// # Example
/// ```no_run
/// # async fn run(docpal: docpal_core::Docpal, owner: docpal_core::Actor) -> docpal_core::Result<()> {
/// let mut conn = docpal.acquire().await?;
/// let apps = docpal.apps(&owner).list_in(&mut conn).await?;
/// # Ok(())
/// # }
/// ```
pub struct Pooled {
    connection: Option<PoolConnection<Postgres>>,
    backend: Option<Backend>,
    canceller: Arc<Canceller>,
    held: Held,
}

impl Pooled {
    /// A connection of `pool`.
    pub(crate) async fn acquire(pool: &PgPool, canceller: &Arc<Canceller>, held: Held) -> Result<Self> {
        let connection = pool.acquire().await.map_err(from_sqlx)?;
        // Owned before it is asked anything: dropped meanwhile, it is still given back free.
        let mut pooled =
            Self { connection: Some(connection), backend: None, canceller: Arc::clone(canceller), held };
        pooled.backend = canceller.backend(&mut pooled).await.map_err(from_sqlx)?;
        Ok(pooled)
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        // Ready at once when no answer is awaited.
        if matches!(connection.flush().now_or_never(), Some(Ok(()))) {
            return;
        }
        let (backend, canceller) = (self.backend, Arc::clone(&self.canceller));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                drop(runtime.spawn(give_back(connection, backend, canceller, self.held.take())));
            }
            // Without a runtime nobody can wait.
            Err(_) => drop(connection.detach()),
        }
    }
}

/// Brings a connection to where it waits for a question, and gives it back; or closes it.
async fn give_back(
    mut connection: PoolConnection<Postgres>,
    backend: Option<Backend>,
    canceller: Arc<Canceller>,
    held: Held,
) {
    let running = backend.map(Running::Backend);
    if !canceller.ended(running, read_over(&mut connection)).await {
        drop(connection.detach());
        // What still runs counts for whom it runs.
        if let Some(running) = running.filter(|_| held.is_some()) {
            canceller.gone(running).await;
        }
    }
    drop(held);
}

/// Reads what the server still has to say.
async fn read_over(connection: &mut PgConnection) -> bool {
    for _ in 0..ATTEMPTS {
        match connection.ping().await {
            Ok(()) => return true,
            // The statement was cancelled, or has failed by itself.
            Err(sqlx::Error::Database(_)) => {}
            Err(_) => return false,
        }
    }
    false
}

impl Deref for Pooled {
    type Target = PgConnection;

    #[expect(clippy::expect_used, reason = "only `drop` takes the connection")]
    fn deref(&self) -> &PgConnection {
        self.connection.as_deref().expect("there until it is dropped")
    }
}

impl DerefMut for Pooled {
    #[expect(clippy::expect_used, reason = "only `drop` takes the connection")]
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_deref_mut().expect("there until it is dropped")
    }
}

impl std::fmt::Debug for Pooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pooled").finish_non_exhaustive()
    }
}
