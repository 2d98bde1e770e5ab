//! A private database for every test, on one embedded PostgreSQL that all tests of a worktree share.
//!
//! No set-up: the first test starts a server (half a second, once; later runs find it in some 30 ms), fills a template
//! database once, and every [`TestDb`] is a copy of it, made in about 12 ms and dropped with the value. Threads of one
//! process (`cargo test`) and many processes (`cargo nextest`) share the server; half a minute after the last of them it
//! stops by itself and its files are gone. What a killed run left behind, the next one drops.
//!
//! The files are in `/dev/shm` if it has 2 GB to spare, else in the temporary folder; `TMPDIR` chooses another place.
//!
//! # Example
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use docpal_core::testing::TestDb;
//!
//! let db = TestDb::empty().await?;
//! let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(db.pool()).await?;
//! assert_eq!(one, 1);
//! # Ok(())
//! # }
//! ```

mod keeper;
mod shared;

use std::collections::HashSet;
use std::error::Error as StdError;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};

use self::keeper::{Keeper, Task};
use crate::embedded::{EmbeddedError, EmbeddedErrorKind, fingerprint as hash};
use crate::sql::admin::DatabaseName;
use crate::sql::migrations;

/// The templates that this process has seen complete.
static READY: Mutex<Option<HashSet<DatabaseName>>> = Mutex::new(None);
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A fresh database that nobody else uses; dropped with this value, together with all connections to it.
#[derive(Debug)]
pub struct TestDb {
    name: DatabaseName,
    options: PgConnectOptions,
    pool: PgPool,
    keeper: &'static Keeper,
}

impl TestDb {
    /// A database with DocPal's own tables, as [`Docpal::start`](crate::Docpal::start) makes them.
    ///
    /// # Errors
    ///
    /// Those of [`TestDb::from_template`].
    pub async fn new() -> Result<Self, EmbeddedError> {
        Self::from_template(&migrations::fingerprint(), async |options: &PgConnectOptions| {
            let mut connection = options.connect().await?;
            migrations::migrate(&mut connection).await?;
            Ok::<(), Box<dyn StdError + Send + Sync>>(())
        })
        .await
    }

    /// A database without any table.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::start`](crate::embedded::Cluster::start) and of `CREATE DATABASE`.
    pub async fn empty() -> Result<Self, EmbeddedError> {
        let keeper = Keeper::get().await?;
        Self::copy_of(keeper, name("template1")?).await
    }

    /// A copy of a template database that `setup` fills when no process has done so before.
    ///
    /// `fingerprint` stands for what `setup` does: when that changes, it must change too (a hash of the migrations).
    /// `setup` must close its connections before it returns; those that are left are ended.
    ///
    /// # Errors
    ///
    /// Those of [`TestDb::empty`], and [`EmbeddedErrorKind::Setup`] with the error of `setup`.
    ///
    /// # Example
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use docpal_core::testing::TestDb;
    /// use sqlx::ConnectOptions as _;
    ///
    /// let db = TestDb::from_template("one table", async |options| {
    ///     let mut connection = options.connect().await?;
    ///     sqlx::query("CREATE TABLE note (body text)").execute(&mut connection).await?;
    ///     Ok::<(), sqlx::Error>(())
    /// })
    /// .await?;
    /// sqlx::query("INSERT INTO note VALUES ('mine alone')").execute(db.pool()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn from_template<E>(
        fingerprint: &str,
        setup: impl AsyncFnOnce(&PgConnectOptions) -> Result<(), E>,
    ) -> Result<Self, EmbeddedError>
    where
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let keeper = Keeper::get().await?;
        let template = name(&format!("{}{:016x}", shared::TEMPLATE, hash(fingerprint.as_bytes())))?;
        if !is_ready(&template) {
            ensure_template(keeper, &template, setup).await?;
            let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
            ready.get_or_insert_default().insert(template.clone());
        }
        Self::copy_of(keeper, template).await
    }

    /// A second database with the same content, for a test that compares two. Ends the connections to this one: its
    /// pool is closed, so that what is left of it is to be copied.
    ///
    /// # Errors
    ///
    /// Those of [`TestDb::empty`].
    ///
    /// # Example
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use docpal_core::testing::TestDb;
    ///
    /// let db = TestDb::empty().await?;
    /// sqlx::query("CREATE TABLE note (body text)").execute(db.pool()).await?;
    /// let (one, two) = (db.copy().await?, db.copy().await?);
    /// sqlx::query("INSERT INTO note VALUES ('of the first')").execute(one.pool()).await?;
    /// let left: i64 = sqlx::query_scalar("SELECT count(*) FROM note").fetch_one(two.pool()).await?;
    /// assert_eq!(left, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn copy(&self) -> Result<Self, EmbeddedError> {
        self.pool.close().await;
        let name = Self::free_name(self.keeper)?;
        self.keeper.run(Task::Copy { name: name.clone(), source: self.name.clone() }).await?;
        Ok(Self::at(self.keeper, name))
    }

    async fn copy_of(keeper: &'static Keeper, template: DatabaseName) -> Result<Self, EmbeddedError> {
        let name = Self::free_name(keeper)?;
        keeper.run(Task::Clone { name: name.clone(), template }).await?;
        Ok(Self::at(keeper, name))
    }

    fn free_name(keeper: &Keeper) -> Result<DatabaseName, EmbeddedError> {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        name(&format!("{}{}_{number}", shared::TEST, keeper.lease()))
    }

    fn at(keeper: &'static Keeper, name: DatabaseName) -> Self {
        let options = keeper.options(name.as_str());
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(options.clone());
        Self { name, options, pool, keeper }
    }

    /// A pool of up to 8 connections to the database.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How to connect to the database, for a pool or a connection of the test's own.
    pub fn connect_options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        // The call alone closes the pool; connections that are still out are ended by the server.
        drop(self.pool.close());
        self.keeper.run_and_wait(Task::Drop(self.name.clone()));
    }
}

/// Fills the template unless it is there; one process at a time.
async fn ensure_template<E>(
    keeper: &Keeper,
    template: &DatabaseName,
    setup: impl AsyncFnOnce(&PgConnectOptions) -> Result<(), E>,
) -> Result<(), EmbeddedError>
where
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    let _lock = keeper.lock_template(template).await?;
    if is_ready(template) || keeper.run(Task::Exists(template.clone())).await? {
        return Ok(());
    }
    let unfinished = name(&format!("{}{}", template.as_str(), shared::UNFINISHED))?;
    keeper.run(Task::Drop(unfinished.clone())).await?;
    keeper.run(Task::Clone { name: unfinished.clone(), template: name("template1")? }).await?;
    if let Err(error) = setup(&keeper.options(unfinished.as_str())).await {
        let message = "the function that fills the template database failed";
        return Err(EmbeddedError::with(EmbeddedErrorKind::Setup, message, error));
    }
    keeper.run(Task::Finish { unfinished, name: template.clone() }).await?;
    Ok(())
}

fn is_ready(template: &DatabaseName) -> bool {
    READY
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .as_ref()
        .is_some_and(|ready| ready.contains(template))
}

fn name(text: &str) -> Result<DatabaseName, EmbeddedError> {
    DatabaseName::new(text).ok_or_else(|| {
        EmbeddedError::new(EmbeddedErrorKind::Name, format!("{text:?} is not a database name"))
    })
}
