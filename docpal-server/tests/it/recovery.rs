//! The embedded PostgreSQL ends under a server that serves.

use std::fs;
use std::process::Command;

use super::program::{Folder, Running, until};

/// What PostgreSQL does not start with.
const BROKEN: &str = "no_such_setting = 1\n";

/// A server on the data in a folder, and its key.
fn serve(folder: &Folder) -> (Running, String) {
    let server = Running::start(folder.program(&["serve"]));
    let key = server.key();
    assert!(server.get("/readyz", "").starts_with("HTTP/1.1 200"), "it serves");
    (server, key)
}

/// The process id of the PostgreSQL on the data in a folder.
pub(crate) fn postmaster(folder: &Folder) -> Option<u32> {
    let text = fs::read_to_string(folder.path("data/postgres/data/postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok()
}

pub(crate) fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

#[test]
fn a_killed_postgresql_is_brought_back_and_requests_are_refused_at_once_meanwhile() {
    let folder = Folder::new();
    let (mut server, key) = serve(&folder);
    let settings = folder.path("data/postgres/data/postgresql.conf");
    let whole = fs::read_to_string(&settings).unwrap();
    let first = postmaster(&folder).unwrap();

    fs::write(&settings, BROKEN).unwrap();
    kill(first);
    let mut answer = String::new();
    until("the server says what it waits for", || {
        answer = server.get("/readyz", "");
        answer.contains("database_restarting")
    });
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 1"), "{answer}");
    let answer = server.get("/api/apps", &key);
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("database_restarting"), "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    assert!(server.get("/healthz", "").starts_with("HTTP/1.1 200"), "the process is alive");

    fs::write(&settings, whole).unwrap();
    until("the server is ready again", || server.get("/readyz", "").starts_with("HTTP/1.1 200"));
    assert_ne!(postmaster(&folder), Some(first));
    assert!(server.get("/api/apps", &key).starts_with("HTTP/1.1 200"));
    assert!(server.stop());
    let log = server.log();
    assert!(log.contains("PostgreSQL ended") && log.contains("PostgreSQL runs again"), "{log}");
}

#[test]
fn a_postgresql_that_cannot_be_brought_back_ends_the_server_with_its_words() {
    let folder = Folder::new();
    let (mut server, _) = serve(&folder);
    let settings = folder.path("data/postgres/data/postgresql.conf");
    let whole = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, BROKEN).unwrap();
    kill(postmaster(&folder).unwrap());
    assert_eq!(server.ended(), Some(1));
    let log = server.log();
    assert!(log.contains("error: PostgreSQL has ended and cannot be brought back"), "{log}");
    assert!(log.contains("no_such_setting"), "{log}");
    // The next start recovers the data.
    fs::write(&settings, whole).unwrap();
    assert!(folder.run(&["doctor"]).ok().contains("My company"));
}

#[test]
fn a_data_folder_that_is_gone_ends_the_server_with_its_name() {
    let folder = Folder::new();
    let (mut server, _) = serve(&folder);
    let data = folder.path("data/postgres/data");
    fs::rename(&data, folder.path("moved")).unwrap();
    assert_eq!(server.ended(), Some(1));
    let log = server.log();
    assert!(log.contains(&format!("{} is gone", data.display())), "{log}");
}
