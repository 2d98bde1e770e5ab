//! The log of the embedded PostgreSQL: what is not in it, and how long it may become.

use std::fs;

use docpal::core::embedded::Cluster;
use sqlx::{ConnectOptions as _, Executor as _};

use super::{Dir, connect};
use crate::child::until;

/// The longest that the log is, and what was put aside.
const LIMIT: u64 = 8 << 20;

/// What an application is refused every day, with what must not be told.
const REFUSED: [&str; 5] = [
    "INSERT INTO kept VALUES ('secret-1'), ('secret-1')",
    "INSERT INTO kept VALUES ('x', 'secret-2')",
    "SELECT 'secret-3'::int",
    "DO $$ BEGIN RAISE EXCEPTION 'secret-4'; END $$",
    "SELECT 'secret-5' FROM no_such_table",
];

// A refused duplicate wrote 2 kB: its value and the whole statement.
#[tokio::test]
async fn what_is_refused_is_not_in_the_log_also_of_a_cluster_that_an_older_version_made() {
    let dir = Dir::new("refused");
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    cluster.ensure_database("docpal").await.unwrap();
    connect(&cluster).await.execute("ALTER ROLE docpal_owner RESET ALL").await.unwrap();
    cluster.ensure_database("docpal").await.unwrap();
    let mut connection = cluster.connect_options("docpal").connect().await.unwrap();
    connection.execute("CREATE TABLE kept (value text UNIQUE, other text CHECK (other = ''))").await.unwrap();
    for refused in REFUSED {
        connection.execute(refused).await.unwrap_err();
    }
    // A message is written before it is sent.
    let log = fs::read_to_string(cluster.log_file()).unwrap();
    assert!(log.contains("ready to accept connections"), "{log}");
    assert!(!log.contains("secret") && !log.contains("STATEMENT"), "{log}");
}

// One member filled the disk of the data: the log had no end.
#[tokio::test]
async fn a_flood_of_messages_does_not_make_the_log_longer_than_its_bound() {
    let dir = Dir::new("flood");
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    let mut connection = connect(&cluster).await;
    let flood = "DO $$ BEGIN FOR i IN 1..40 LOOP RAISE LOG '% %', i, repeat('x', 1 << 20); END LOOP; END $$";
    connection.execute(flood).await.unwrap();
    let length = |name: &str| fs::metadata(dir.postgres(name)).map_or(0, |found| found.len());
    until("the log is short again", || length("log/postgres.log") <= LIMIT);
    assert!(length("log/postgres.log.1") <= LIMIT);
    connection.execute("DO $$ BEGIN RAISE LOG 'after the flood'; END $$").await.unwrap();
    assert!(fs::read_to_string(cluster.log_file()).unwrap().contains("after the flood"));
    cluster.stop().await.unwrap();

    // Also of what an older version wrote.
    let mut old = vec![b'x'; 20 << 20];
    old.extend_from_slice(b"the last of it");
    fs::write(dir.postgres("log/postgres.log"), old).unwrap();
    let _cluster = Cluster::start(dir.settings()).await.unwrap();
    assert!(length("log/postgres.log") <= LIMIT && length("log/postgres.log.1") <= LIMIT);
    let aside = fs::read(dir.postgres("log/postgres.log.1")).unwrap();
    assert!(aside.ends_with(b"the last of it"));
}
