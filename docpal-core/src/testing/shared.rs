//! The server that all tests of one worktree and one user share.

use std::cmp::Reverse;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use crate::embedded::{
    Binaries, Durability, EmbeddedError, EmbeddedErrorKind, Halt, Home, Owner, Postmaster, State,
    Supervision, ensure_data, fingerprint, is_alive, make_dir, open_lock, options, own_dir,
};
use crate::sql::admin::{self, DatabaseName};

/// Names of the tests' databases start with this, then the lease of their process and a number.
pub(super) const TEST: &str = "t_";
/// Names of templates start with this.
pub(super) const TEMPLATE: &str = "tmpl_";
/// Names of templates that are being filled end with this.
pub(super) const UNFINISHED: &str = "_new";
/// So many templates are kept for the next run, the most recently used ones.
const TEMPLATES: usize = 6;
/// The free memory that makes memory the place for the files; a server with its templates takes some 100 MB.
const PLENTY: u64 = 2 << 30;
/// The file that notes which worktree a server belongs to.
const WORKTREE: &str = "worktree";
/// A server that is just stopping, or starting, has this long to do so.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server, and this process's lease on it.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    home: Home,
    version: u32,
    lease: String,
    /// Locked while this process lives: whose lock is free, is dead.
    _lease_file: Arc<File>,
}

impl Shared {
    /// Joins the server, and starts it if nobody has.
    pub(super) async fn join() -> Result<Self, EmbeddedError> {
        let place = place();
        let owner = Owner::choose(&place, &place.join("none"))?;
        let binaries = Binaries::find(None, owner, None)?;
        let base = place.join(name_of(owner, binaries.version)?);
        let start = Instant::now();
        let (home, gate, started) = loop {
            match enter(&base, owner, &binaries) {
                Ok(Some(entered)) => break entered,
                // What a server left is being removed: the folders are made anew.
                Ok(None) => {}
                Err(_) if !base.exists() && start.elapsed() < PATIENCE => {}
                Err(error) => return Err(error),
            }
            sleep(Duration::from_millis(10));
        };
        let (lease, file) = take_lease(&home)?;
        let shared = Self { home, version: binaries.version, lease, _lease_file: Arc::new(file) };
        let mut connection = shared.options("postgres").connect().await?;
        shared.drop_leftovers(&mut connection).await?;
        if started {
            shared.drop_old_templates(&mut connection).await?;
        }
        connection.close().await?;
        drop(gate);
        Ok(shared)
    }

    pub(super) fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn lease(&self) -> &str {
        &self.lease
    }

    pub(super) fn options(&self, database: &str) -> PgConnectOptions {
        options(&self.home, database)
    }

    pub(super) fn say_needed(&self) {
        say_needed(&self.home);
    }

    /// The file whose lock is the right to fill a template, and whose age is the template's.
    pub(super) fn template_file(&self, template: &DatabaseName) -> Result<File, EmbeddedError> {
        open_lock(&self.home.root().join(template.as_str()))
    }

    /// Drops the databases of processes that are gone. Under the gate.
    async fn drop_leftovers(&self, connection: &mut PgConnection) -> Result<(), EmbeddedError> {
        for name in admin::databases(connection, TEST).await? {
            let lease = name.as_str().strip_prefix(TEST).and_then(|rest| rest.rsplit_once('_'));
            let Some((lease, _)) = lease.filter(|(lease, _)| *lease != self.lease) else { continue };
            if is_free(&self.home.root().join("leases").join(lease)) {
                admin::drop_database(connection, &name).await?;
            }
        }
        let leases = fs::read_dir(self.home.root().join("leases")).into_iter().flatten().flatten();
        for file in leases.map(|entry| entry.path()).filter(|path| !path.ends_with(&self.lease)) {
            if is_free(&file) {
                let _ = fs::remove_file(&file);
            }
        }
        Ok(())
    }

    /// Drops all but the most recently used templates. Only by the process that has just started the server: no other
    /// has joined yet.
    async fn drop_old_templates(&self, connection: &mut PgConnection) -> Result<(), EmbeddedError> {
        let mut templates = Vec::new();
        for name in admin::databases(connection, TEMPLATE).await? {
            let file = self.home.root().join(name.as_str());
            let used = fs::metadata(&file).and_then(|found| found.modified()).unwrap_or(UNIX_EPOCH);
            templates.push((used, file, name));
        }
        templates.sort_by_key(|(used, ..)| Reverse(*used));
        for (.., name) in templates.iter().skip(TEMPLATES) {
            admin::drop_database(connection, name).await?;
        }
        templates.truncate(TEMPLATES);
        for path in fs::read_dir(self.home.root()).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let is_lock = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPLATE));
            if is_lock && !templates.iter().any(|(_, kept, _)| *kept == path) {
                let _ = fs::remove_file(&path);
            }
        }
        Ok(())
    }
}

/// Where the server's files go: memory if there is plenty (a copy of a database is hundreds of small files, which
/// slow disks make ten times slower), unless `TMPDIR` asks for another place.
fn place() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let free =
        || rustix::fs::statvfs(memory).map_or(0, |found| found.f_bavail.saturating_mul(found.f_frsize));
    if env::var_os("TMPDIR").is_none() && memory.is_dir() && free() >= PLENTY {
        return memory.to_owned();
    }
    env::temp_dir()
}

/// Enters the folders, through the gate, and sees to it that a server runs; true if this call started it. `None` if
/// the folders were removed meanwhile. While the returned file is open nobody else enters.
fn enter(
    base: &Path,
    owner: Owner,
    binaries: &Binaries,
) -> Result<Option<(Home, File, bool)>, EmbeddedError> {
    make_base(base, owner)?;
    let home = Home::prepare(base)?;
    // The shell that stops the server removes them, and is its owner's.
    owner.give(home.root())?;
    // One process at a time joins. Blocking is fine here: this is the keeper's own thread.
    let path = home.root().join("gate");
    let gate = open_lock(&path)?;
    gate.lock().map_err(|source| EmbeddedError::io("lock the gate of", home.root(), source))?;
    if !is_same(&gate, &path) {
        return Ok(None);
    }
    home.make_folders()?;
    Ok(ensure_server(&home, binaries)?.map(|started| (home, gate, started)))
}

/// Is the open file still the one at this path?
fn is_same(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(there)) => open.dev() == there.dev() && open.ino() == there.ino(),
        _ => false,
    }
}

/// `docpal-test-<user>-<hash of the worktree>-<version of PostgreSQL>`
fn name_of(owner: Owner, version: u32) -> Result<String, EmbeddedError> {
    let hash = fingerprint(worktree()?.as_os_str().as_bytes());
    Ok(format!("{}{hash:016x}-{version}", prefix(owner)))
}

fn prefix(owner: Owner) -> String {
    format!("docpal-test-{}-", owner.uid)
}

fn worktree() -> Result<PathBuf, EmbeddedError> {
    let here = env::current_dir().map_err(|source| EmbeddedError::io("read", Path::new("."), source))?;
    let is_root = |folder: &&Path| folder.join(".git").exists() || folder.join("Cargo.lock").exists();
    Ok(here.ancestors().find(is_root).unwrap_or(&here).to_owned())
}

/// The folder, checked to be the owner's.
fn make_base(base: &Path, owner: Owner) -> Result<(), EmbeddedError> {
    own_dir(base, owner.uid, 0o700)?;
    let note = base.join(WORKTREE);
    if !note.exists() {
        fs::write(&note, worktree()?.as_os_str().as_bytes())
            .map_err(|source| EmbeddedError::io("write", &note, source))?;
        if let Some(place) = base.parent() {
            remove_forsaken(place, &prefix(owner), owner.uid);
        }
    }
    Ok(())
}

/// Removes the servers' folders whose worktree is gone. What does not work out is left for another time.
fn remove_forsaken(folder: &Path, prefix: &str, owner: u32) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let base = entry.path();
        let is_ours = entry.file_name().to_string_lossy().starts_with(prefix)
            && entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == owner);
        let Some(worktree) = fs::read(base.join(WORKTREE)).ok().filter(|_| is_ours) else { continue };
        let is_stopped = !base.join("postgres/data/postmaster.pid").exists();
        if is_stopped && !Path::new(OsStr::from_bytes(&worktree)).exists() {
            let _ = fs::remove_dir_all(&base);
        }
    }
}

/// True if this call started the server; `None` if its folders are gone. Under the gate, so nobody else starts one
/// meanwhile.
fn ensure_server(home: &Home, binaries: &Binaries) -> Result<Option<bool>, EmbeddedError> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if !home.root().exists() {
            return Ok(None);
        }
        // First say that it is needed, then look whether it stops: its shell does the same in the opposite order.
        say_needed(home);
        match (State::of(home), Stopping::of(home)) {
            (State::Running(pid), Stopping::No) if home.is_ready(pid) => return Ok(Some(false)),
            // It stops, or its shell removes what it leaves; or it starts.
            (_, Stopping::Yes) | (State::Running(_), Stopping::No) => sleep(Duration::from_millis(10)),
            (state, _) => {
                let _ = fs::remove_file(signal_file(home, "stopping"));
                if matches!(state, State::Crashed(_)) {
                    // Nothing is forced to the disk: after a crash of the machine the files are not to be trusted.
                    wipe(home)?;
                }
                return launch(home, binaries).map(|()| Some(true));
            }
        }
    }
    let message = format!("the shared test server in {} neither starts nor stops", home.root().display());
    Err(EmbeddedError::new(EmbeddedErrorKind::Start, message))
}

/// What the file `stopping` says, which holds the process id of the shell that stops the server and removes its files.
enum Stopping {
    No,
    Yes,
    /// The shell is gone and has not come to its end.
    Never,
}

impl Stopping {
    fn of(home: &Home) -> Self {
        match fs::read_to_string(signal_file(home, "stopping")) {
            Ok(shell) if shell.trim().parse().is_ok_and(is_alive) => Self::Yes,
            Ok(_) => Self::Never,
            Err(_) => Self::No,
        }
    }
}

fn launch(home: &Home, binaries: &Binaries) -> Result<(), EmbeddedError> {
    let start = || {
        let halt = Halt::default();
        ensure_data(home, binaries, Durability::Fast, &halt)?;
        Postmaster::start(home, binaries, Durability::Fast, Supervision::Idle, &halt)
    };
    let server = start().or_else(|_| wipe(home).and_then(|()| start()))?;
    server.detach();
    Ok(())
}

fn wipe(home: &Home) -> Result<(), EmbeddedError> {
    let data = home.data();
    match fs::remove_dir_all(&data) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EmbeddedError::io("remove", &data, error))
        }
        _ => Ok(()),
    }
}

fn signal_file(home: &Home, name: &str) -> PathBuf {
    home.log().with_file_name(name)
}

fn say_needed(home: &Home) {
    // It is there already, or the folder is gone and with it the server.
    let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(signal_file(home, "needed"));
}

/// `<process id>_<time>`: unique among all processes that share the temporary folder, in all containers.
fn take_lease(home: &Home) -> Result<(String, File), EmbeddedError> {
    let folder = home.root().join("leases");
    if make_dir(&folder, 0o700)? {
        home.owner.give(&folder)?;
    }
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let lease = format!("{}_{:x}", std::process::id(), time);
    let path = folder.join(&lease);
    let file = open_lock(&path)?;
    file.lock().map_err(|source| EmbeddedError::io("lock", &path, source))?;
    Ok((lease, file))
}

/// True if no process holds the lock of this file, or there is no such file.
fn is_free(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => file.try_lock().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
