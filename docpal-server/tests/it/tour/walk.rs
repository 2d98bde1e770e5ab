//! One shell that runs the commands of the tour, in a folder and on a port of the test's own.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::program::Folder;

/// The variable that makes a test the program of the tour, and what stands around its output.
pub(super) const PROGRAM: &str = "DOCPAL_TOUR_PROGRAM";
pub(super) const BEGIN: &str = "-- the program begins";
pub(super) const END: &str = "-- the program has ended";

/// The variable with the server to run, in the place of the one that was built with this test.
const SERVER: &str = "DOCPAL_TOUR_SERVER";

/// What the page builds was built with this test: building it again would take minutes, and other features.
const CARGO: &str = r#"#!/bin/sh
case "$*" in
    "build --release -p docpal-server") ;;
    "run --quiet --manifest-path $SOURCE/Cargo.toml --example tour")
        export DOCPAL_TOUR_PROGRAM=yes
        said=$("$DOCPAL_TOUR_TESTS" --exact tour::program --nocapture --test-threads=1) || { echo "$said"; exit 1; }
        echo "$said" | sed -n '/^-- the program begins$/,/^-- the program has ended$/ { /^-- the program/!p; }' ;;
    *) echo "the test of the tour does not know: cargo $*" >&2; exit 1 ;;
esac
"#;

/// The files that lie beside the page.
const FILES: [(&str, &str); 2] = [
    ("customers.csv", include_str!("../../../../examples/tour/customers.csv")),
    ("orders.csv", include_str!("../../../../examples/tour/orders.csv")),
];

/// A reader on the way.
pub(super) struct Walk {
    shell: Child,
    typed: ChildStdin,
    told: BufReader<ChildStdout>,
    folder: Folder,
    port: u16,
}

impl Walk {
    pub(super) fn begin() -> Self {
        let folder = Folder::new();
        let source = folder.path("source");
        for path in ["source/examples/tour", "programs", "home", "tmp"] {
            std::fs::create_dir_all(folder.path(path)).unwrap();
        }
        for (name, text) in FILES {
            folder.file(&format!("source/examples/tour/{name}"), text);
        }
        let cargo = folder.file("programs/cargo", CARGO);
        std::fs::set_permissions(cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
        // Another user may not be able to reach the build folder.
        let server = std::env::var_os(SERVER).unwrap_or_else(|| env!("CARGO_BIN_EXE_docpal-server").into());
        std::os::unix::fs::symlink(server, folder.path("programs/docpal-server")).unwrap();

        let port = free_port();
        let old = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("/bin/sh");
        command.env_clear().current_dir(&source).process_group(0);
        for name in ["DOCPAL_PG_BIN", "LANG", "LC_ALL"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("PATH", format!("{}:{old}", folder.path("programs").display()));
        command.env("HOME", folder.path("home")).env("TMPDIR", folder.path("tmp"));
        command.env("DOCPAL_LISTEN", format!("127.0.0.1:{port}"));
        command.env("SOURCE", &source).env("DOCPAL_TOUR_TESTS", std::env::current_exe().unwrap());
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (typed, told) = (shell.stdin.take().unwrap(), BufReader::new(shell.stdout.take().unwrap()));
        Self { shell, typed, told, folder, port }
    }

    /// Did the last of the commands end well, and what did all of them say?
    pub(super) fn run(&mut self, line: usize, commands: &str) -> (bool, String) {
        let said = self.folder.path("said.txt");
        File::create(&said).unwrap();
        let script = self.folder.file(&format!("{line}.sh"), commands);
        // The commands have no terminal, and leave nothing of the line that tells of their end.
        writeln!(
            self.typed,
            ". {} > {} 2>&1 < /dev/null; echo \"ended $?\"",
            script.display(),
            said.display()
        )
        .unwrap();
        let mut ended = String::new();
        self.told.read_line(&mut ended).unwrap();
        let said = std::fs::read(&said).unwrap();
        let said = String::from_utf8(said).unwrap().replace('\r', "");
        let succeeded = match ended.trim() {
            "ended 0" => true,
            other if other.starts_with("ended ") => false,
            other => panic!("line {line}: the shell has gone ({other}); it said:\n{said}"),
        };
        (succeeded, self.as_on_the_page(&said))
    }

    /// With the port and the folder that the page names.
    fn as_on_the_page(&self, said: &str) -> String {
        said.replace(&self.folder.path("tmp").display().to_string(), "/tmp")
            .replace(&format!("127.0.0.1:{}", self.port), "127.0.0.1:8080")
            .replace(&format!("127.0.0.1:{}", self.port + 1), "127.0.0.1:8081")
    }

    /// The reader closes the shell; nothing of the tour is left.
    pub(super) fn end(self) {
        let left: Vec<_> = std::fs::read_dir(self.folder.path("tmp")).unwrap().collect();
        assert!(left.is_empty(), "the tour leaves {left:?}");
        let home: Vec<_> = std::fs::read_dir(self.folder.path("home")).unwrap().collect();
        assert!(home.is_empty(), "the tour leaves {home:?}");
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        // Whatever the tour has started and not ended yet; a server ends its PostgreSQL.
        drop(
            Command::new("kill")
                .args(["-TERM", "--", &format!("-{}", self.shell.id())])
                .stderr(Stdio::null())
                .status(),
        );
        drop(self.shell.wait());
    }
}

pub(super) fn ended(succeeded: bool) -> &'static str {
    if succeeded { "ended well" } else { "failed" }
}

/// A port below those that systems give to whoever asks for any, so that nobody gets it meanwhile.
fn free_port() -> u16 {
    let first = 20_000 + u16::try_from(std::process::id() % 5_000).unwrap() * 2;
    let mut ports = (first..30_000).chain(20_000..first).step_by(2);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a port is free")
}
