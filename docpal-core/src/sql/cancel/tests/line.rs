//! A way to a database that can fall silent: what connects then waits for an answer.

use std::env::temp_dir;
use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch::{self, Receiver, Sender};
use tokio::task::JoinHandle;

use crate::testing::TestDb;

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The way, until it is dropped.
pub(super) struct Line {
    folder: PathBuf,
    options: PgConnectOptions,
    is_silent: Sender<bool>,
    asked: Receiver<usize>,
    given_up: Receiver<usize>,
    accepting: JoinHandle<()>,
}

/// What happens to one connection after the other.
#[derive(Clone)]
struct Ends {
    to: PathBuf,
    is_silent: Receiver<bool>,
    given_up: Sender<usize>,
}

impl Line {
    /// To `db`, with answers.
    pub(super) fn to(db: &TestDb) -> Self {
        let real = db.connect_options();
        let file = format!(".s.PGSQL.{}", real.get_port());
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = temp_dir().join(format!("docpal-line-{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let listener = UnixListener::bind(folder.join(&file)).unwrap();
        let (is_silent, silent) = watch::channel(false);
        let (ask, asked) = watch::channel(0);
        let (give_up, given_up) = watch::channel(0);
        let to = real.get_socket().expect("the tests' server listens in a folder").join(file);
        let ends = Ends { to, is_silent: silent, given_up: give_up };
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                ask.send_modify(|asked| *asked += 1);
                drop(tokio::spawn(ends.clone().serve(stream)));
            }
        });
        Self { options: real.socket(&folder), folder, is_silent, asked, given_up, accepting }
    }

    pub(super) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Who connects from now on gets no answer.
    pub(super) fn falls_silent(&self) {
        self.is_silent.send_replace(true);
    }

    /// All get answers, also who waits for one.
    pub(super) fn answers(&self) {
        self.is_silent.send_replace(false);
    }

    /// So many connections there have been.
    pub(super) fn count(&self) -> usize {
        *self.asked.borrow()
    }

    /// Waits until there have been so many connections.
    pub(super) async fn asked(&self, count: usize) {
        self.asked.clone().wait_for(|asked| *asked >= count).await.unwrap();
    }

    /// Waits until somebody has closed a connection without having got an answer.
    pub(super) async fn given_up(&self) {
        self.given_up.clone().wait_for(|count| *count > 0).await.unwrap();
    }
}

impl Ends {
    async fn serve(mut self, mut stream: UnixStream) {
        let mut begin = Vec::new();
        loop {
            tokio::select! {
                _ = self.is_silent.wait_for(|is_silent| !is_silent) => break,
                read = stream.read_buf(&mut begin) => if !matches!(read, Ok(1..)) {
                    return self.given_up.send_modify(|count| *count += 1);
                }
            }
        }
        let Ok(mut database) = UnixStream::connect(&self.to).await else { return };
        if database.write_all(&begin).await.is_ok() {
            drop(copy_bidirectional(&mut stream, &mut database).await);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accepting.abort();
        drop(fs::remove_dir_all(&self.folder));
    }
}
