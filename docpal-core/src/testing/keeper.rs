//! The thread that makes and drops databases for the tests of this process.
//!
//! Every test has a runtime of its own, and a destructor has none: so the administrative connections live here.

use std::fs::File;
use std::sync::mpsc as blocking;
use std::thread;
use std::time::{Duration, SystemTime};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::{OnceCell, mpsc, oneshot};

use super::shared::Shared;
use crate::embedded::{EmbeddedError, EmbeddedErrorKind};
use crate::sql::admin::{self, DatabaseName};

/// What the keeper does; the answer says whether a database exists (for the others it is true).
#[derive(Debug)]
pub(super) enum Task {
    Exists(DatabaseName),
    Clone {
        name: DatabaseName,
        template: DatabaseName,
    },
    /// As `Clone`, of a database that may still have connections; they are ended.
    Copy {
        name: DatabaseName,
        source: DatabaseName,
    },
    Finish {
        unfinished: DatabaseName,
        name: DatabaseName,
    },
    Drop(DatabaseName),
}

type Answer = Result<bool, EmbeddedError>;

enum Reply {
    Async(oneshot::Sender<Answer>),
    Blocking(blocking::Sender<Answer>),
}

/// The way to the keeper's thread, and what is known about the shared server.
#[derive(Debug)]
pub(super) struct Keeper {
    tasks: mpsc::UnboundedSender<(Task, Reply)>,
    shared: Shared,
}

static KEEPER: OnceCell<Keeper> = OnceCell::const_new();

impl Keeper {
    /// The keeper of this process; the first call joins or starts the shared server.
    pub(super) async fn get() -> Result<&'static Self, EmbeddedError> {
        KEEPER
            .get_or_try_init(|| async {
                let (ready, started) = oneshot::channel();
                let (tasks, queue) = mpsc::unbounded_channel();
                thread::Builder::new()
                    .name("docpal-testdb".to_owned())
                    .spawn(move || serve(ready, queue))
                    .map_err(|error| {
                        EmbeddedError::with(EmbeddedErrorKind::Io, "cannot start a thread", error)
                    })?;
                let shared = started.await.unwrap_or_else(|_| Err(gone()))?;
                Ok(Self { tasks, shared })
            })
            .await
    }

    /// What the names of this process's databases start with, after the prefix.
    pub(super) fn lease(&self) -> &str {
        self.shared.lease()
    }

    pub(super) fn options(&self, database: &str) -> PgConnectOptions {
        self.shared.options(database)
    }

    pub(super) async fn run(&self, task: Task) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.tasks.send((task, Reply::Async(reply))).map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// For a destructor: waits, so that a process that ends right after it leaves nothing behind.
    pub(super) fn run_and_wait(&self, task: Task) {
        let (reply, answer) = blocking::channel();
        if self.tasks.send((task, Reply::Blocking(reply))).is_ok() {
            // What could not be dropped now, the next process drops.
            let _ = answer.recv_timeout(Duration::from_secs(10));
        }
    }

    /// Waits for the right to fill a template, against all threads and processes; the file gives it back when it closes.
    pub(super) async fn lock_template(&self, template: &DatabaseName) -> Result<File, EmbeddedError> {
        let file = self.shared.template_file(template)?;
        while file.try_lock().is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Its age tells a later run which templates nobody uses any more.
        let _ = file.set_modified(SystemTime::now());
        Ok(file)
    }
}

fn gone() -> EmbeddedError {
    EmbeddedError::new(EmbeddedErrorKind::Io, "the thread that keeps the test databases has ended")
}

fn serve(
    ready: oneshot::Sender<Result<Shared, EmbeddedError>>,
    queue: mpsc::UnboundedReceiver<(Task, Reply)>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ =
                ready.send(Err(EmbeddedError::with(EmbeddedErrorKind::Io, "cannot start a runtime", error)));
            return;
        }
    };
    runtime.block_on(async move {
        match Shared::join().await {
            Ok(shared) => {
                tokio::spawn(heartbeat(shared.clone()));
                let pool =
                    PgPoolOptions::new().max_connections(4).connect_lazy_with(shared.options("postgres"));
                let version = shared.version();
                if ready.send(Ok(shared)).is_ok() {
                    answer_all(queue, pool, version).await;
                }
            }
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    });
}

async fn heartbeat(shared: Shared) {
    loop {
        shared.say_needed();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn answer_all(mut queue: mpsc::UnboundedReceiver<(Task, Reply)>, pool: PgPool, version: u32) {
    while let Some((task, reply)) = queue.recv().await {
        let pool = pool.clone();
        tokio::spawn(async move {
            let answer = perform(&pool, task, version).await.map_err(EmbeddedError::from);
            // A test that was cancelled does not wait for its answer.
            match reply {
                Reply::Async(reply) => drop(reply.send(answer)),
                Reply::Blocking(reply) => drop(reply.send(answer)),
            }
        });
    }
}

async fn perform(pool: &PgPool, task: Task, version: u32) -> Result<bool, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    match task {
        Task::Exists(name) => return admin::database_exists(&mut connection, &name).await,
        Task::Clone { name, template } => {
            admin::clone_database(&mut connection, &name, &template, version).await?;
        }
        Task::Copy { name, source } => {
            admin::end_connections(&mut connection, &source).await?;
            admin::clone_database(&mut connection, &name, &source, version).await?;
        }
        Task::Finish { unfinished, name } => {
            admin::finish_template(&mut connection, &unfinished, &name).await?;
        }
        Task::Drop(name) => admin::drop_database(&mut connection, &name).await?,
    }
    Ok(true)
}
