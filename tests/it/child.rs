//! Tests that need another process start this program again in a role.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The environment variable with the role.
pub(crate) const ROLE: &str = "DOCPAL_TEST_ROLE";
const DIR: &str = "DOCPAL_TEST_DIR";
const READY: &str = "docpal-test-ready:";

/// This program in another process; killed when the value is dropped.
pub(crate) struct Child {
    process: std::process::Child,
    copy: Option<PathBuf>,
}

impl Child {
    /// Starts the program in a role, as another user if this one is root.
    pub(crate) fn spawn(role: &str, dir: &Path, user: Option<u32>) -> Self {
        let mut program = std::env::current_exe().unwrap();
        let mut copy = None;
        if user.is_some() {
            // The other user may not be able to reach the build folder.
            let path = PathBuf::from(format!("/tmp/docpal-it-{}-program", std::process::id()));
            fs::copy(&program, &path).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
            program.clone_from(&path);
            copy = Some(path);
        }
        let mut command = Command::new(program);
        command.args(["--exact", "child::role", "--nocapture", "--test-threads=1"]);
        command.env(ROLE, role).env(DIR, dir).stdin(Stdio::null()).stdout(Stdio::piped());
        if role == "test-db-apart" {
            // A shared server of its own.
            command.env("TMPDIR", dir);
        }
        if let Some(user) = user {
            command.uid(user).gid(user).current_dir("/").env("HOME", "/nonexistent");
        }
        Self { process: command.spawn().unwrap(), copy }
    }

    /// Waits until the role says that it is ready, and returns what else it says.
    pub(crate) fn ready(&mut self) -> String {
        let mut lines = BufReader::new(self.process.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| Some(line.unwrap().split_once(READY)?.1.to_owned()));
        line.expect("the child ended before it was ready")
    }

    /// Called by the role: tells the test, and waits to be killed.
    pub(crate) fn say_ready(text: &str) -> ! {
        writeln!(std::io::stdout(), "\n{READY}{text}").unwrap();
        loop {
            std::thread::park();
        }
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits for the end of the role.
    pub(crate) fn succeeds(&mut self) {
        let mut lines = BufReader::new(self.process.stdout.take().unwrap()).lines();
        let ran = lines.any(|line| line.unwrap().contains("1 passed"));
        assert!(self.process.wait().unwrap().success() && ran, "the role failed");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(copy) = &self.copy {
            let _ = fs::remove_file(copy);
        }
    }
}

/// Not a test of its own: what a child process runs. Without a role there is nothing to do.
#[tokio::test]
async fn role() {
    let (Ok(role), Some(dir)) = (std::env::var(ROLE), std::env::var_os(DIR)) else { return };
    match role.strip_prefix("test-db-") {
        Some(role) => crate::test_db::play(role).await,
        None => crate::embedded::play(&role, Path::new(&dir)).await,
    }
}

fn shell(text: &str) -> bool {
    Command::new("/bin/sh").args(["-c", text]).stderr(Stdio::null()).status().unwrap().success()
}

/// True while the process runs; a zombie, which a container's first process may leave for long, does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    shell(&format!("kill -0 {pid}")) && !stat(pid).is_some_and(|stat| stat.starts_with(['Z', 'X']))
}

/// `kill -9`.
pub(crate) fn kill(pid: u32) {
    assert!(shell(&format!("kill -9 {pid}")));
}

/// Waits for something that must happen.
pub(crate) fn until(what: &str, happened: impl FnMut() -> bool) {
    within(Duration::from_secs(60), what, happened);
}

/// As [`until`], of what takes half a minute on an idle machine.
pub(crate) fn until_at_last(what: &str, happened: impl FnMut() -> bool) {
    within(Duration::from_secs(600), what, happened);
}

fn within(limit: Duration, what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < limit, "{what}: not after {limit:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What Linux says about a process after its name: state, parent, process group, and so on.
fn stat(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(stat.rsplit_once(')')?.1.trim_start().to_owned())
}

#[cfg(target_os = "linux")]
pub(crate) fn process_group(pid: u32) -> Option<u32> {
    stat(pid)?.split_whitespace().nth(2)?.parse().ok()
}

#[cfg(target_os = "linux")]
pub(crate) fn members(group: u32) -> Vec<u32> {
    let pids =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid| process_group(*pid) == Some(group)).collect()
}
