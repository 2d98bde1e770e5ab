//! The embedded PostgreSQL ends, or one of its processes does: what is told of it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use docpal::core::embedded::{Cluster, EmbeddedErrorKind, Health, Settings, installed};

use super::{Dir, connect, read, write};
use crate::child::kill;

// Requests waited ten seconds each: only the end of the whole server was looked for.
#[tokio::test]
async fn a_server_that_recovers_by_itself_is_told_as_restarting_until_it_is_back() {
    let dir = Dir::new("crash");
    Cluster::start(Settings::durable(&dir.0)).await.unwrap().stop().await.unwrap();
    let held = dir.0.join("held");
    // A recovery that asks for more asks for as long as the file is there.
    let conf = dir.postgres("data/postgresql.conf");
    let command = format!("while [ -e {} ]; do sleep 0.1; done; false", held.display());
    let settings = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, format!("{settings}\nhot_standby = off\nrestore_command = '{command}'\n")).unwrap();
    let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap().guarded().unwrap();
    write(&cluster, 9).await;
    let mut health = cluster.health();
    let mut connection = connect(&cluster).await;
    let backend: i32 =
        sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await.unwrap();
    let first = cluster.pid();

    fs::write(&held, "").unwrap();
    fs::write(dir.postgres("data/recovery.signal"), "").unwrap();
    kill(backend.cast_unsigned());
    health.wait_for(|health| matches!(health, Health::Restarting { attempt: 1, .. })).await.unwrap();
    assert_eq!(cluster.pid(), first, "it is not started again");
    fs::remove_file(&held).unwrap();
    health.wait_for(|health| matches!(health, Health::Running { restarts: 1 })).await.unwrap();
    assert_eq!(cluster.pid(), first);
    assert_eq!(read(&cluster).await, [9]);
    // One connection that is ended is none of it.
    let mut connection = connect(&cluster).await;
    sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname <> ''")
        .execute(&mut connection)
        .await
        .unwrap();
    write(&cluster, 10).await;
    assert_eq!(*health.borrow(), Health::Running { restarts: 1 });
    cluster.stop().await.unwrap();
}

// The words were only that PostgreSQL has ended.
#[tokio::test]
async fn a_server_that_ends_again_and_again_is_given_up_with_the_number_of_its_starts() {
    let dir = Dir::new("again");
    let cluster = Cluster::start(dir.settings()).await.unwrap().guarded().unwrap();
    let mut health = cluster.health();
    let mut killed = 0;
    let cause = loop {
        let now = health
            .wait_for(|health| match health {
                Health::Running { restarts } => *restarts == killed,
                Health::Lost { .. } => true,
                _ => false,
            })
            .await
            .unwrap()
            .clone();
        match now {
            Health::Lost { cause } => break cause,
            _ => kill(cluster.pid()),
        }
        killed += 1;
    };
    assert!(cause.contains("it was started 6 times and ended within a minute each time"), "{cause}");
    assert!(cause.contains("postgres.log"), "{cause}");
}

// The words were PostgreSQL's alone.
#[tokio::test]
async fn a_start_on_a_full_disk_says_so() {
    let dir = Dir::new("full");
    Cluster::start(dir.settings()).await.unwrap().stop().await.unwrap();
    let (programs, _) = installed(&dir.0).unwrap();
    let bin = dir.0.join("bin");
    fs::create_dir(&bin).unwrap();
    for program in ["initdb", "postgres"] {
        let real = programs.join(program);
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && exec {} --version\n\
             echo 'FATAL:  could not write lock file: No space left on device' >&2\nexit 1\n",
            real.display()
        );
        fs::write(bin.join(program), script).unwrap();
        fs::set_permissions(bin.join(program), Permissions::from_mode(0o755)).unwrap();
    }
    let words = |folder: &std::path::Path| format!("the disk of {} is full: ", folder.display());
    let error = Cluster::start(dir.settings().with_binaries(&bin)).await.unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Start);
    let data = fs::canonicalize(dir.postgres("data")).unwrap();
    assert!(error.to_string().starts_with(&words(&data)), "{error}");
    let new = dir.0.join("new");
    let error = Cluster::start(Settings::fast(&new).with_binaries(&bin)).await.unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Init);
    let data = fs::canonicalize(&new).unwrap().join("postgres/data");
    assert!(error.to_string().starts_with(&words(&data)), "{error}");
}
