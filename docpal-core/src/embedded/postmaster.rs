//! A running server: started under a supervising shell, watched until it is ready, stopped.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::Sender;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::binaries::Binaries;
use super::halt::Firmness;
use super::home::Home;
use super::log::{Log, full_disk};
use super::process::{is_alive, is_server_of, servers_of, signal};
use super::{Durability, EmbeddedError, EmbeddedErrorKind, Halt};

/// Runs a server and stops it when nobody needs it any more: `sh -c <this> sh <log> <folder or ""> <postgres> ...`.
///
/// With an empty folder the server lives as long as somebody holds the other end of standard input: the kernel closes
/// it when that process ends, however it ends. With a folder it lives as long as somebody makes the file `needed` in
/// it again and again (the shell removes it); before it stops the server it says so with the file `stopping`, which holds
/// the shell's process id, and looks once more; then it removes `<folder>/../..` with all that is in it. The shell prints one line, the server's process id, and ends with the server's status. Being the
/// server's parent it also reaps it, so that no zombie keeps the process id busy.
const SUPERVISE: &str = include_str!("supervise.sh");
/// Recovery after a crash replays the log first, which may take minutes on a slow disk.
const START_LIMIT: Duration = Duration::from_secs(300);
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// A server that was not ready yet has nothing to write.
const UNREADY_STOP_LIMIT: Duration = Duration::from_secs(10);
/// What is ended hard gets this long, which is a moment more than it gives its own processes.
const HARD_LIMIT: Duration = Duration::from_secs(6);

const ALWAYS: [&str; 7] = [
    "listen_addresses=",
    "port=5432",
    "unix_socket_permissions=0700",
    "max_locks_per_transaction=256",
    "timezone=UTC",
    "lc_messages=C",
    "logging_collector=off",
];
const DURABLE: [&str; 3] = ["fsync=on", "full_page_writes=on", "synchronous_commit=on"];
const FAST: [&str; 10] = [
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "min_wal_size=32MB",
    "max_wal_size=256MB",
    "autovacuum=off",
    "max_connections=200",
    // In the data folder, with which it is removed also after a kill.
    "dynamic_shared_memory_type=mmap",
];

/// When a server stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Supervision {
    /// With this process.
    Parent,
    /// When nobody has made the file `needed` beside the log for a while; see `supervise.sh`.
    #[cfg(feature = "testing")]
    Idle,
}

/// What `postmaster.pid` amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Stopped in good order, or never started.
    Stopped,
    /// It names a process that is not a server of this folder.
    Crashed(u32),
    /// This process serves the folder.
    Running(u32),
}

impl State {
    pub(crate) fn of(home: &Home) -> Self {
        let data = home.data();
        match first_line(&data.join("postmaster.pid")) {
            None => Self::Stopped,
            Some(pid) if is_server_of(pid, &data, &home.socket()) => Self::Running(pid),
            Some(pid) => Self::Crashed(pid),
        }
    }
}

/// A server that this process started.
#[derive(Debug)]
pub(crate) struct Postmaster {
    pid: u32,
    shell: Child,
    /// The pipe whose end stops the server.
    line: Option<ChildStdin>,
    /// What keeps its log within its bound.
    _log: Sender<()>,
    halt: Halt,
    is_ready: bool,
}

impl Postmaster {
    /// Starts a server and waits until it takes connections. The caller holds the lock of `home`. An orphan is
    /// stopped first.
    pub(crate) fn start(
        home: &Home,
        binaries: &Binaries,
        durability: Durability,
        supervision: Supervision,
        halt: &Halt,
    ) -> Result<Self, EmbeddedError> {
        match State::of(home) {
            State::Running(pid) => stop_orphan(pid, halt)?,
            State::Crashed(_) => end_leftovers(&home.data()),
            State::Stopped => {}
        }
        if halt.is_told() {
            return Err(EmbeddedError::halted());
        }
        let log = Log::of(home);
        log.shorten();
        let said_before = log.length();
        let bounded = log.clone().bounded()?;
        let mut shell = spawn(home, binaries, durability, supervision)?;
        let line = shell.stdin.take();
        let mut said = String::new();
        if let Some(output) = shell.stdout.take() {
            // End of file without a number: the shell itself failed.
            let _ = BufReader::new(output).read_line(&mut said);
        }
        let pid = said.trim().parse().unwrap_or(0);
        let mut server = Self { pid, shell, line, _log: bounded, halt: halt.clone(), is_ready: false };
        match server.wait_until_ready(home) {
            Ok(()) => {
                server.is_ready = true;
                Ok(server)
            }
            Err(reason) => {
                drop(server);
                if halt.is_told() {
                    return Err(EmbeddedError::halted());
                }
                let tail = log.said_since(said_before);
                let message = format!(
                    "{}{} {reason}; the end of {}:\n{tail}",
                    full_disk(&tail, &home.data()),
                    binaries.postgres().display(),
                    home.log().display()
                );
                Err(EmbeddedError::new(EmbeddedErrorKind::Start, message))
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// False once the server has ended, by itself or by another's hand.
    pub(crate) fn is_running(&mut self) -> bool {
        self.pid != 0 && matches!(self.shell.try_wait(), Ok(None)) && is_alive(self.pid)
    }

    fn wait_until_ready(&mut self, home: &Home) -> Result<(), String> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            if home.is_ready(self.pid) {
                return Ok(());
            }
            match self.shell.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return Err(format!("did not start ({status})")),
                Err(error) => return Err(format!("is lost: {error}")),
            }
            if self.halt.is_told() {
                return Err("was told to end".to_owned());
            }
            if start.elapsed() > START_LIMIT {
                return Err(format!("was not ready after {} s", START_LIMIT.as_secs()));
            }
            sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(4));
        }
    }

    /// Stops the server and waits for its end: open transactions are rolled back, all data is written.
    pub(crate) fn stop(&mut self) -> Result<(), EmbeddedError> {
        drop(self.line.take());
        let gentle = if self.is_ready { STOP_LIMIT } else { UNREADY_STOP_LIMIT };
        for (next, limit) in
            [(Some(Signal::QUIT), gentle), (Some(Signal::KILL), HARD_LIMIT), (None, HARD_LIMIT)]
        {
            if self.ends_within(limit)? {
                return Ok(());
            }
            if let Some(next) = next {
                signal(self.pid, next);
            }
        }
        let message = format!("PostgreSQL (process id {}) does not stop", self.pid);
        Err(EmbeddedError::new(EmbeddedErrorKind::Stop, message))
    }

    fn ends_within(&mut self, limit: Duration) -> Result<bool, EmbeddedError> {
        let start = Instant::now();
        loop {
            let ended = self.shell.try_wait().map_err(|source| {
                EmbeddedError::with(EmbeddedErrorKind::Stop, "cannot wait for PostgreSQL", source)
            })?;
            if let Some(status) = ended {
                // A shell that ended by itself has seen the server's end, and its process id may be another's by now.
                // Of a shell that was killed the server is nobody's child any more; only its process id tells.
                if status.code().is_some() || !is_alive(self.pid) {
                    return Ok(true);
                }
                signal(self.pid, Signal::INT);
            }
            // What is to be ended hard gets the firmer signal at once.
            if start.elapsed() >= limit || (limit > HARD_LIMIT && self.is_to_end_hard()) {
                return Ok(false);
            }
            sleep(Duration::from_millis(2));
        }
    }

    fn is_to_end_hard(&self) -> bool {
        let enough = if self.is_ready { Firmness::EndAll } else { Firmness::EndUnready };
        self.halt.firmness() >= enough
    }

    /// Leaves the server to its supervising shell.
    #[cfg(feature = "testing")]
    pub(crate) fn detach(mut self) {
        self.line = None;
        self.pid = 0;
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        if self.pid != 0 {
            let _ = self.stop();
        }
    }
}

fn spawn(
    home: &Home,
    binaries: &Binaries,
    durability: Durability,
    supervision: Supervision,
) -> Result<Child, EmbeddedError> {
    let shell = Path::new("/bin/sh");
    let mut command = home.owner.command(shell);
    if let Some(stale) = clear_stale_locks(home) {
        // PostgreSQL refuses to start over a lock file whose process id is in use, even by a zombie or a stranger,
        // but not if it is its grandparent's; it still makes sure by the shared memory that no old server is left.
        command.env("PG_GRANDPARENT_PID", stale.to_string());
    }
    command.args(["-c", SUPERVISE, "sh"]).arg(home.log());
    match supervision {
        Supervision::Parent => command.arg("").stdin(Stdio::piped()),
        #[cfg(feature = "testing")]
        Supervision::Idle => command.arg(home.log().parent().unwrap_or(Path::new("/"))),
    };
    command.arg(binaries.postgres()).arg("-D").arg(home.data());
    command.arg("-c").arg(sockets(home.socket_dir()));
    let chosen: &[&str] = match durability {
        Durability::Durable => &DURABLE,
        Durability::Fast => &FAST,
    };
    for setting in ALWAYS.iter().chain(chosen) {
        command.args(["-c", setting]);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().map_err(|source| EmbeddedError::io("run", shell, source))
}

/// The setting is a list: a folder with a comma or a quote in its name must be quoted.
fn sockets(folder: &Path) -> OsString {
    let mut bytes = b"unix_socket_directories=\"".to_vec();
    for byte in folder.as_os_str().as_bytes() {
        bytes.extend_from_slice(if *byte == b'"' { b"\"\"" } else { std::slice::from_ref(byte) });
    }
    bytes.push(b'"');
    OsString::from_vec(bytes)
}

/// Removes what a dead server left beside its socket; returns the process id in its `postmaster.pid`, which stays: it
/// names the shared memory to check.
fn clear_stale_locks(home: &Home) -> Option<u32> {
    let socket = home.socket();
    let mut lock = socket.clone().into_os_string();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    if first_line(&lock).is_some_and(|pid| !is_server_of(pid, &home.data(), &socket)) {
        let _ = fs::remove_file(&socket);
        let _ = fs::remove_file(&lock);
    }
    match State::of(home) {
        State::Crashed(pid) => Some(pid),
        State::Stopped | State::Running(_) => None,
    }
}

/// Stops a server whose manager is gone. The caller holds the lock, so nobody else needs it.
fn stop_orphan(pid: u32, halt: &Halt) -> Result<(), EmbeddedError> {
    for (kind, limit) in [(Signal::INT, STOP_LIMIT), (Signal::QUIT, Duration::from_secs(10))] {
        signal(pid, kind);
        let start = Instant::now();
        while start.elapsed() < limit {
            if !is_alive(pid) {
                return Ok(());
            }
            if halt.is_told() {
                return Err(EmbeddedError::halted());
            }
            sleep(Duration::from_millis(5));
        }
    }
    let message =
        format!("an older PostgreSQL (process id {pid}) still serves this data folder and does not stop");
    Err(EmbeddedError::new(EmbeddedErrorKind::Locked, message))
}

/// Ends the sessions of a server that was killed. Most end by themselves; one that computes does not notice, and a new
/// server does not start beside it. PostgreSQL's log, which is replayed next, knows what they committed.
fn end_leftovers(data: &Path) {
    for (kind, limit) in [(Signal::QUIT, Duration::from_secs(2)), (Signal::KILL, Duration::from_secs(5))] {
        let start = Instant::now();
        let mut left = servers_of(data);
        left.iter().for_each(|pid| signal(*pid, kind));
        while !left.is_empty() && start.elapsed() < limit {
            sleep(Duration::from_millis(5));
            left.retain(|pid| is_alive(*pid));
        }
        if left.is_empty() {
            return;
        }
    }
}

/// The process id in a lock file of PostgreSQL (negative for a single-user server).
fn first_line(file: &Path) -> Option<u32> {
    let text = fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().next()?.trim().trim_start_matches('-').parse().ok()
}
