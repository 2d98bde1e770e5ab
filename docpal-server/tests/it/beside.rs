//! Commands beside others: who runs the server waits for who uses it, and says so.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::time::{Duration, Instant};

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::program::{Folder, Running, Started, send};
use super::recovery::postmaster;

const ORDERS: &str = "id,customer\n1,Ada\n2,Bob\n";

/// Uses the server on the data in a folder, as a command does, until the file is closed.
fn guest(folder: &Folder) -> File {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.open(folder.path("data/postgres/guests")).unwrap();
    file.lock_shared().unwrap();
    file
}

/// Waits until a statement of the import has waited for a lock for so long. The server has no business with apps.
async fn blocked(watching: &mut PgConnection, long: &str) {
    let start = Instant::now();
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND \
                 clock_timestamp() - query_start > $1::text::interval)";
    while !sqlx::query_scalar::<_, bool>(waits).bind(long).fetch_one(&mut *watching).await.unwrap() {
        assert!(start.elapsed() < Duration::from_secs(300), "nothing waits");
    }
}

// The result was told after the wait, the wait was not told at all, and signals in it were not heard.
#[test]
fn a_result_is_told_before_others_are_waited_for() {
    let folder = Folder::new();
    folder.run(&["migrate"]).ok();
    folder.file("orders.csv", ORDERS);
    folder.file("bad.csv", "a,b\n1\n");
    for (arguments, result) in [
        (&["import", "orders.csv"][..], "orders: 2 records"),
        (&["export", "orders"], "1,Ada"),
        (&["export", "nothing"], "there is no table `nothing`"),
        (&["export", "orders", "--output", "o.csv"], "2 records to o.csv"),
        (&["tables"], "orders"),
        (&["doctor"], "Wrong            nothing"),
    ] {
        let guest = guest(&folder);
        let mut command = Started::new(&folder, arguments);
        command.says(result);
        command.says(&format!("waiting for process {}, which uses the server", std::process::id()));
        drop(guest);
        assert_eq!(command.ended().success(), !result.contains("there is no"), "{}", command.log());
    }
}

#[test]
fn a_server_that_others_use_is_stopped_at_the_second_signal() {
    let folder = Folder::new();
    folder.run(&["migrate"]).ok();
    folder.file("orders.csv", ORDERS);
    let guest = guest(&folder);
    let mut import = Started::new(&folder, &["import", "orders.csv"]);
    import.says("waiting for process");
    import.send("INT");
    import.says("a second signal stops it");
    assert!(postmaster(&folder).is_some(), "it runs on");
    import.send("INT");
    assert!(import.ended().success(), "what it was asked for is done: {}", import.log());
    drop(guest);
    assert!(postmaster(&folder).is_none());
}

// Of the server of another process nothing but a broken connection was told.
#[tokio::test]
async fn an_import_beside_a_server_is_told_that_the_disk_is_full() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    let mut server = Running::start(folder.program(&["serve"]));
    let mut other = PgConnection::connect(&folder.url()).await.unwrap();
    let mut watching = PgConnection::connect(&folder.url()).await.unwrap();
    let mut held = other.begin().await.unwrap();
    held.execute("LOCK TABLE docpal.apps IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut import = Started::new(&folder, &["import", "orders.csv"]);
    blocked(&mut watching, "0").await;
    let log = folder.path("data/postgres/log/postgres.log");
    let mut log = OpenOptions::new().append(true).open(log).unwrap();
    writeln!(log, "PANIC:  could not write to file \"pg_wal/xlogtemp.7\": No space left on device").unwrap();
    send(postmaster(&folder).unwrap(), "QUIT");
    assert!(!import.ended().success());
    let said = import.log();
    assert!(said.contains("the embedded PostgreSQL ended: its disk is full"), "{said}");
    assert!(server.stop());
}

// The driver warned of statements that took long, with their SQL.
#[tokio::test]
async fn a_command_that_takes_long_says_nothing_of_sql() {
    let folder = Folder::new();
    folder.file("orders.csv", ORDERS);
    let mut server = Running::start(folder.program(&["serve"]));
    let mut other = PgConnection::connect(&folder.url()).await.unwrap();
    let mut watching = PgConnection::connect(&folder.url()).await.unwrap();
    let mut held = other.begin().await.unwrap();
    held.execute("LOCK TABLE docpal.apps IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut import = Started::new(&folder, &["import", "orders.csv"]);
    // The driver calls a second slow.
    blocked(&mut watching, "1500 ms").await;
    held.rollback().await.unwrap();
    assert!(import.ended().success(), "{}", import.log());
    let said = import.log();
    assert!(!said.contains("slow") && !said.contains("SELECT"), "{said}");
    assert!(server.stop());
}
