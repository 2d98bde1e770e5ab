//! Running the program.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A folder of the test's own, removed with the value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("docpal-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A file with this text.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A path in this folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    /// The program on the data in this folder, without the settings of whoever runs the tests.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_docpal-server"));
        command.args(arguments).current_dir(&self.0).env("DOCPAL_DATA_DIR", self.0.join("data"));
        for name in
            ["DATABASE_URL", "DOCPAL_DATABASE_URL", "DOCPAL_CONFIG", "DOCPAL_LISTEN", "DOCPAL_API_KEY"]
        {
            command.env_remove(name);
        }
        command
    }

    /// How other programs reach the database of the server that runs on this folder.
    pub(crate) fn url(&self) -> String {
        let said = self.run(&["doctor"]).ok();
        let url = said.split('\'').find(|part| part.starts_with("postgres://"));
        url.unwrap_or_else(|| panic!("no URL in {said}")).to_owned()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        Done(self.program(arguments).output().unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A command that runs; ended with the value. What it says can be read meanwhile.
pub(crate) struct Started {
    child: Child,
    out: PathBuf,
    log: PathBuf,
}

impl Started {
    pub(crate) fn new(folder: &Folder, arguments: &[&str]) -> Self {
        Self::of(folder, folder.program(arguments))
    }

    pub(crate) fn of(folder: &Folder, mut command: Command) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let (out, log) = (folder.path(&format!("{number}.out")), folder.path(&format!("{number}.log")));
        command.stdin(Stdio::null()).stdout(File::create(&out).unwrap()).stderr(File::create(&log).unwrap());
        Self { child: command.spawn().unwrap(), out, log }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn out(&self) -> String {
        std::fs::read_to_string(&self.out).unwrap()
    }

    /// What it wrote to the standard error output.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until it has said so.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        until(words, || self.log().contains(words) || self.out().contains(words));
    }

    /// Sends it a signal, as `TERM`.
    pub(crate) fn send(&self, signal: &str) {
        send(self.id(), signal);
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        ended(&mut self.child)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn send(process: u32, signal: &str) {
    let name = format!("-{signal}");
    assert!(Command::new("kill").args([&name, &process.to_string()]).status().unwrap().success());
}

fn ended(child: &mut Child) -> ExitStatus {
    let mut status = None;
    until("the program has ended", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

/// A command that has ended.
pub(crate) struct Done(Output);

impl Done {
    #[track_caller]
    pub(crate) fn ok(&self) -> String {
        assert!(self.0.status.success(), "{}", self.stderr());
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    /// What it said when it failed.
    #[track_caller]
    pub(crate) fn refused(&self) -> String {
        assert_eq!(self.0.status.code(), Some(1), "{}", self.stderr());
        self.stderr()
    }

    /// What it wrote to the standard error output.
    pub(crate) fn log(&self) -> String {
        self.stderr()
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}

/// A server that runs; told to stop with the value.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it printed before it served.
    pub(crate) said: String,
    log: PathBuf,
}

impl Running {
    /// Starts `command` on a free port and waits until it serves.
    pub(crate) fn start(mut command: Command) -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let log = std::env::temp_dir().join(format!("docpal-cli-{}-{number}.log", std::process::id()));
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        let mut address = None;
        while address.is_none() || !said.contains("Owner key") {
            let line = lines.next().expect("the server says where it serves").unwrap();
            address = address
                .or_else(|| line.trim().strip_prefix("Start page  http://")?.strip_suffix('/')?.parse().ok());
            said.push_str(&line);
            said.push('\n');
        }
        Self { child, address: address.unwrap(), said, log }
    }

    /// The owner's key, as it was printed.
    pub(crate) fn key(&self) -> String {
        self.said.split_whitespace().find(|word| word.starts_with("dpk_")).unwrap().to_owned()
    }

    /// What it wrote to the standard error output.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Sends it a signal, as `TERM`.
    pub(crate) fn send(&self, signal: &str) {
        send(self.child.id(), signal);
    }

    /// Waits until it has ended by itself, and gives its status.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        ended(&mut self.child).code()
    }

    pub(crate) fn get(&self, path: &str, key: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends SIGTERM and waits; true if it ended well.
    pub(crate) fn stop(&mut self) -> bool {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        told.is_ok_and(|status| status.success()) && self.child.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_file(&self.log));
    }
}

/// Waits for something that must happen.
pub(crate) fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(300), "{what}: not after five minutes");
        std::thread::sleep(Duration::from_millis(20));
    }
}
