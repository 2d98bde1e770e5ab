//! One process of the embedded PostgreSQL is killed under a server that serves, and PostgreSQL recovers by itself.

use std::fs;

use super::program::{Folder, Running, until};
use super::recovery::{kill, postmaster};

// Each request waited ten seconds for its refusal.
#[cfg(target_os = "linux")]
#[test]
fn requests_are_refused_at_once_while_postgresql_recovers_by_itself() {
    let folder = Folder::new();
    folder.run(&["migrate"]).ok();
    let (conf, held) = (folder.path("data/postgres/data/postgresql.conf"), folder.path("held"));
    // A recovery that asks for more asks for as long as the file is there.
    let command = format!("while [ -e {} ]; do sleep 0.1; done; false", held.display());
    let settings = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, format!("{settings}\nhot_standby = off\nrestore_command = '{command}'\n")).unwrap();
    let mut server = Running::start(folder.program(&["serve"]));
    let key = server.key();
    assert!(server.get("/api/apps", &key).starts_with("HTTP/1.1 200"));

    let pid = postmaster(&folder).unwrap();
    fs::write(&held, "").unwrap();
    fs::write(folder.path("data/postgres/data/recovery.signal"), "").unwrap();
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    kill(children.split_whitespace().next().unwrap().parse().unwrap());
    until("the server says what it waits for", || server.get("/readyz", "").contains("database_restarting"));
    for path in ["/readyz", "/api/apps"] {
        let answer = server.get(path, &key);
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("database_restarting"), "{answer}");
        assert!(answer.contains("retry-after: 1"), "{answer}");
    }
    fs::remove_file(&held).unwrap();
    until("the server is ready again", || server.get("/readyz", "").starts_with("HTTP/1.1 200"));
    assert!(server.get("/api/apps", &key).starts_with("HTTP/1.1 200"));
    assert_eq!(postmaster(&folder), Some(pid), "it is not started again");
    assert!(server.stop());
    let log = server.log();
    assert!(log.contains("it recovers by itself") && log.contains("PostgreSQL runs again"), "{log}");
}
