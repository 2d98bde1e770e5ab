//! A cluster that is watched over: a server that ends by itself is started again.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::cluster::{Cluster, run_blocking};
use super::pulse::{Pulse, Seen};
use super::{EmbeddedError, EmbeddedErrorKind};

/// The server is looked at this often.
const PERIOD: Duration = Duration::from_millis(50);
/// The waits before the attempts to start it, in milliseconds; after the last one it is given up.
const PAUSES: [u64; 6] = [0, 250, 500, 1_000, 2_000, 4_000];
/// Who has run for this long gets all attempts again.
const STEADY: Duration = Duration::from_secs(60);

/// How the server of a [`Guarded`] cluster is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// It runs.
    Running {
        /// So many times it was brought back.
        restarts: u32,
    },
    /// It has ended, and is being started again; or one of its processes was killed, and it recovers by itself.
    Restarting {
        /// Which attempt this is, from 1.
        attempt: u32,
        /// Why, in words for whoever runs the program.
        cause: Arc<str>,
    },
    /// It has ended and cannot be brought back; nothing changes any more.
    Lost {
        /// Why, in words for whoever runs the program.
        cause: Arc<str>,
    },
}

/// A [`Cluster`] whose server is brought back when it ends by itself: when somebody killed it, when it found a full
/// disk. One that recovers by itself, as PostgreSQL does when one of its processes is killed, is waited for. From [`Cluster::guarded`]; derefs to the cluster.
///
/// After six attempts in a row, with pauses of some eight seconds in all, the server is given up; one that has run for a
/// minute gets six new ones. A data folder that is gone, deleted or moved away, is given up at once. What was committed
/// stays; connections are lost, so use a pool.
///
/// # Example
///
/// ```no_run
/// # async fn run() -> Result<(), docpal_core::embedded::EmbeddedError> {
/// use docpal_core::embedded::{Cluster, Health, Settings};
///
/// let cluster = Cluster::start(Settings::durable("/srv/docpal")).await?.guarded()?;
/// let mut health = cluster.health();
/// tokio::spawn(async move {
///     if let Ok(lost) = health.wait_for(|health| matches!(health, Health::Lost { .. })).await {
///         eprintln!("the database is gone: {:?}", *lost);
///     }
/// });
/// cluster.stop().await
/// # }
/// ```
#[derive(Debug)]
pub struct Guarded {
    cluster: Arc<Cluster>,
    health: watch::Receiver<Health>,
    /// The thread that watches, and what ends it when it is dropped.
    watch: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Cluster {
    /// Watches over the server from now on.
    ///
    /// # Errors
    ///
    /// [`EmbeddedErrorKind::Io`] when the system has no thread left.
    pub fn guarded(self) -> Result<Guarded, EmbeddedError> {
        let cluster = Arc::new(self);
        let (tell, health) = watch::channel(Health::Running { restarts: 0 });
        let (stop, stopped) = mpsc::channel();
        let watched = Arc::clone(&cluster);
        let thread = thread::Builder::new()
            .name("docpal-postgres".to_owned())
            .spawn(move || Watch { cluster: &watched, tell: &tell, stopped: &stopped }.run())
            .map_err(|source| EmbeddedError::with(EmbeddedErrorKind::Io, "cannot start a thread", source))?;
        Ok(Guarded { cluster, health, watch: Some((stop, thread)) })
    }
}

impl Guarded {
    /// How the server is, now and whenever that changes.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Stops the server, as [`Cluster::stop`].
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::stop`].
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        run_blocking(move || {
            self.end_watch();
            self.cluster.stop_blocking()
        })
        .await
    }

    /// Stops the server unless somebody who found it ([`Found::join`](super::Found::join)) uses it, which leaves all as it
    /// is; true if it was stopped. [`Found::guests`](super::Found::guests) says who they are.
    ///
    /// # Errors
    ///
    /// Those of [`Cluster::stop`].
    pub async fn stop_if_alone(&mut self) -> Result<bool, EmbeddedError> {
        let Some(nobody) = self.cluster.without_guests()? else { return Ok(false) };
        let (cluster, watch) = (Arc::clone(&self.cluster), self.watch.take());
        run_blocking(move || {
            let _nobody = nobody;
            end(&cluster, watch);
            cluster.stop_blocking()
        })
        .await?;
        Ok(true)
    }

    fn end_watch(&mut self) {
        end(&self.cluster, self.watch.take());
    }
}

/// Ends the watch over a cluster that is to be stopped, also in the middle of a start.
fn end(cluster: &Cluster, watch: Option<(Sender<()>, JoinHandle<()>)>) {
    if let Some((stop, thread)) = watch {
        cluster.halt.end();
        drop(stop);
        // A thread that panicked watches no more, which is all that is asked of it here.
        drop(thread.join());
    }
}

impl Deref for Guarded {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        &self.cluster
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Else its share of the cluster would keep the server up.
        self.end_watch();
    }
}

/// Why the watch ends.
enum End {
    Told,
    Lost(Arc<str>),
}

struct Watch<'w> {
    cluster: &'w Cluster,
    tell: &'w watch::Sender<Health>,
    stopped: &'w Receiver<()>,
}

impl Watch<'_> {
    fn run(&self) {
        if let Err(End::Lost(cause)) = self.watch() {
            self.tell.send_replace(Health::Lost { cause });
        }
    }

    /// Returns with the reason to end.
    fn watch(&self) -> Result<(), End> {
        let (mut restarts, mut attempts) = (0, 0);
        let mut since = Instant::now();
        let (mut pulse, mut recovers) = (Pulse::of(self.cluster.socket()), false);
        loop {
            self.wait(PERIOD)?;
            if self.cluster.is_whole() {
                match pulse.look() {
                    Seen::Recovers if !recovers => {
                        recovers = true;
                        self.tell.send_replace(self.recovering());
                    }
                    Seen::Serves if recovers => {
                        recovers = false;
                        restarts += 1;
                        self.tell.send_replace(Health::Running { restarts });
                    }
                    _ => {}
                }
                continue;
            }
            recovers = false;
            if since.elapsed() > STEADY {
                attempts = 0;
            }
            let log = self.cluster.log_file();
            self.bring_back(&mut attempts, format!("PostgreSQL ended; its log is {}", log.display()))?;
            restarts += 1;
            since = Instant::now();
            self.tell.send_replace(Health::Running { restarts });
        }
    }

    fn recovering(&self) -> Health {
        let log = self.cluster.log_file();
        let cause = format!(
            "one of its processes was killed, and it recovers by itself; its log is {}",
            log.display()
        );
        Health::Restarting { attempt: 1, cause: cause.into() }
    }

    fn bring_back(&self, attempts: &mut usize, mut cause: String) -> Result<(), End> {
        if *attempts == PAUSES.len() {
            let log = self.cluster.log_file();
            cause = format!(
                "it was started {attempts} times and ended within a minute each time; its log is {}",
                log.display()
            );
        }
        while let Some(pause) = PAUSES.get(*attempts) {
            *attempts += 1;
            let attempt = u32::try_from(*attempts).unwrap_or(u32::MAX);
            self.tell.send_replace(Health::Restarting { attempt, cause: cause.as_str().into() });
            self.wait(Duration::from_millis(*pause))?;
            self.require_data()?;
            match self.cluster.restart() {
                Ok(()) => return Ok(()),
                Err(error) if error.is_halted() => return Err(End::Told),
                Err(error) => cause = error.to_string(),
            }
        }
        Err(End::Lost(format!("PostgreSQL has ended and cannot be brought back: {cause}").into()))
    }

    /// A folder that is not there any more is not made anew: whoever sees an empty one would take the data for lost.
    fn require_data(&self) -> Result<(), End> {
        if self.cluster.has_data() {
            return Ok(());
        }
        let data = self.cluster.data_folder();
        let cause = format!("{} is gone: it was deleted or moved while PostgreSQL ran on it", data.display());
        Err(End::Lost(cause.into()))
    }

    fn wait(&self, pause: Duration) -> Result<(), End> {
        match self.stopped.recv_timeout(pause) {
            Err(RecvTimeoutError::Timeout) => Ok(()),
            _ => Err(End::Told),
        }
    }
}
