//! Signals while a command waits: for a PostgreSQL that takes long to start, and for others.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use docpal_core::embedded::installed;

use super::program::{Folder, Running, Started, send, until};
use super::recovery::postmaster;

/// Programs of PostgreSQL whose server does nothing, as in a long recovery, while there is a file `hang`.
struct Slow {
    folder: Folder,
}

impl Slow {
    /// With data that is there.
    fn new() -> Self {
        let folder = Folder::new();
        let (real, _) = installed(&folder.path("data")).unwrap();
        let programs = folder.path("programs");
        fs::create_dir(&programs).unwrap();
        for entry in fs::read_dir(&real).unwrap() {
            let program = entry.unwrap();
            std::os::unix::fs::symlink(program.path(), programs.join(program.file_name())).unwrap();
        }
        fs::remove_file(programs.join("postgres")).unwrap();
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *unix_socket_directories*)\n  if [ -e '{hang}' ]; then echo \"hangs as $$\" >&2; exec \
             sleep 100000; fi ;;\nesac\nexec '{real}/postgres' \"$@\"\n",
            hang = folder.path("hang").display(),
            real = real.display()
        );
        let server = folder.file("programs/postgres", &script);
        fs::set_permissions(&server, fs::Permissions::from_mode(0o755)).unwrap();
        let slow = Self { folder };
        assert!(slow.program(&["migrate"]).status().unwrap().success());
        slow
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.folder.program(arguments);
        command.env("DOCPAL_PG_BIN", self.folder.path("programs"));
        command
    }

    fn start(&self, arguments: &[&str]) -> Started {
        Started::of(&self.folder, self.program(arguments))
    }

    fn hang(&self) {
        self.folder.file("hang", "");
    }

    /// Waits until a server is being started; gives its process id.
    fn hanging(&self) -> u32 {
        let mut found = None;
        until("PostgreSQL is being started", || {
            found = self.all_hanging().pop();
            found.is_some()
        });
        found.unwrap()
    }

    fn all_hanging(&self) -> Vec<u32> {
        let logs = ["data", "data/demo"].map(|data| self.folder.path(data).join("postgres/log/postgres.log"));
        let said = logs.map(|log| fs::read_to_string(log).unwrap_or_default());
        let lines = said.iter().flat_map(|said| said.lines());
        lines.filter_map(|line| line.strip_prefix("hangs as ")?.parse().ok()).collect()
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        // What hangs heeds no other signal.
        for process in self.all_hanging().into_iter().filter(|process| !has_ended(*process)) {
            send(process, "KILL");
        }
    }
}

fn has_ended(process: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat"));
    !Path::new("/proc/self/stat").exists() || state.map_or(true, |text| text.contains(") Z "))
}

// The thread that brought it back was waited for, and no signal was heard meanwhile.
#[test]
fn signals_end_a_server_whose_postgresql_is_being_brought_back() {
    let slow = Slow::new();
    let mut server = Running::start(slow.program(&["serve"]));
    assert!(server.get("/readyz", "").starts_with("HTTP/1.1 200"), "it serves");
    slow.hang();
    send(postmaster(&slow.folder).unwrap(), "KILL");
    let hangs = slow.hanging();
    server.send("TERM");
    until("it says what a second signal does", || server.log().contains("second signal"));
    server.send("INT");
    assert_eq!(server.ended(), Some(0), "{}", server.log());
    assert!(has_ended(hangs), "PostgreSQL was left");
}

// Signals were taken from the beginning and heard only by a server that served.
#[test]
fn signals_end_a_server_whose_postgresql_is_being_started() {
    let slow = Slow::new();
    slow.hang();
    for command in ["serve", "demo"] {
        // The demo has a folder of its own, and makes a PostgreSQL there first.
        let mut server = slow.start(&[command, "--listen", "127.0.0.1:0", "--data-dir", "data"]);
        match command {
            "serve" => drop(slow.hanging()),
            _ => server.says("first start"),
        }
        server.send("TERM");
        server.says("second signal");
        server.send("TERM");
        assert!(server.ended().success(), "{}", server.log());
    }
    assert!(has_ended(slow.hanging()), "PostgreSQL was left");
}

// Whoever waited for the lock of the folder said nothing, and `psql` took signals and heard none.
#[test]
fn commands_that_wait_for_another_say_so_and_a_signal_ends_them() {
    let slow = Slow::new();
    slow.hang();
    let server = slow.start(&["serve", "--listen", "127.0.0.1:0"]);
    slow.hanging();
    for arguments in [&["psql"][..], &["key", "list"], &["migrate"]] {
        let mut command = slow.start(arguments);
        command.says(&format!("waiting for process {}", server.id()));
        command.send("TERM");
        assert!(!command.ended().success(), "{arguments:?}: {}", command.log());
    }
}
