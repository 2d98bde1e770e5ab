//! What becomes of a command when its outputs cannot be written: a full disk, or a reader that has gone.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use super::program::{Folder, Running};

/// Everything that is written to it fails, as on a full disk.
fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

/// The writing end of a pipe whose reader has gone.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// The same command with a log that cannot be written.
fn without_a_log(command: &Command) -> Command {
    let mut without = Command::new("sh");
    without
        .args(["-c", "exec \"$@\" 2> /dev/full", "sh"])
        .arg(command.get_program())
        .args(command.get_args());
    without.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => without.env(name, value),
            None => without.env_remove(name),
        };
    }
    without
}

/// A log line of a request panicked in the request, after its write had been done.
#[test]
fn a_log_that_cannot_be_written_touches_no_request() {
    let folder = Folder::new();
    // Also the line that tells of a first start is written to nowhere.
    let mut server = Running::start(without_a_log(folder.program(&["serve"]).env("DOCPAL_LOG", "debug")));
    let key = server.key();
    for _ in 0..3 {
        let answer = server.get("/api/apps", &key);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let body = r#"{"name": "Sales"}"#;
    let mut stream = TcpStream::connect(server.address).unwrap();
    write!(
        stream,
        "POST /api/apps HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.stop(), "a signal ends it well");
}

/// They ended with status 0 and nobody had the answer.
#[test]
fn an_answer_that_cannot_be_written_is_an_error_of_every_command() {
    let folder = Folder::new();
    let orders = folder.file("orders.csv", "id,customer\n1,Ada\n");
    let server = Running::start(folder.program(&["serve"]));
    let commands: [&[&str]; 12] = [
        &["import", orders.to_str().unwrap()],
        &["import", orders.to_str().unwrap(), "--table", "again", "--dry-run"],
        &["tables"],
        &["tables", "--id", "orders"],
        &["export", "orders"],
        &["doctor"],
        &["key", "list"],
        &["psql", "--url"],
        &["migrate"],
        &["openapi"],
        &["formula", "1 + 1"],
        &["--help"],
    ];
    for arguments in commands {
        let done = folder.program(arguments).stdout(full()).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("No space left"), "{arguments:?}: {said}");
        // The same without anybody who reads either of them.
        let done = folder.program(arguments).stdout(unread()).stderr(unread()).status().unwrap();
        // An import of the same table is refused, which nobody hears.
        let status = i32::from(arguments.len() == 2 && arguments[0] == "import");
        assert_eq!(done.code(), Some(status), "{arguments:?}");
    }
    let said = folder.run(&["tables"]).ok();
    assert!(said.contains("/ orders\n"), "what an import has done stays: {said}");
    drop(server);
}

/// The key stayed, and nobody had seen it.
#[test]
fn a_key_that_nobody_has_seen_is_revoked() {
    let folder = Folder::new();
    let server = Running::start(folder.program(&["serve"]));
    for (out, cause) in [(Stdio::from(full()), "No space left"), (unread(), "Broken pipe")] {
        let done = folder.program(&["key", "new", "lost", "--role", "member"]).stdout(out).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{said}");
        assert!(said.contains(cause) && said.contains("revoked"), "{said}");
    }
    let kept = folder.run(&["key", "list"]).ok();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    drop(server);
}

/// `eprintln!` and `println!` panic when their reader has gone.
#[test]
fn a_refusal_that_nobody_reads_is_a_refusal() {
    let folder = Folder::new();
    folder.file("orders.csv", "id,paid\n1,maybe\n");
    let mut command = folder.program(&["import", "orders.csv", "--dry-run", "--type", "paid=switch"]);
    let done = command.stdout(unread()).stderr(unread()).status().unwrap();
    assert_eq!(done.code(), Some(1));
    let done = folder.program(&["formula", "1 +"]).stdout(unread()).stderr(unread()).status().unwrap();
    assert_eq!(done.code(), Some(1));
    let done = folder.program(&["formla"]).stdout(unread()).stderr(unread()).status().unwrap();
    assert_eq!(done.code(), Some(2));
}
