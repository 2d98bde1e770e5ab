//! The tests' own databases: private, quick, and gone afterwards.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use docpal::core::embedded::EmbeddedErrorKind;
use docpal::core::testing::TestDb;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgPool};

use crate::child::{Child, until_at_last};

async fn exists(pool: &PgPool, name: &str) -> bool {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(pool)
        .await
        .unwrap()
}

/// A template that no run before this has made.
fn new_fingerprint(name: &str) -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("{name} {} {time}", std::process::id())
}

async fn make_note_table(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    sqlx::query("CREATE TABLE note (body text)").execute(&mut connection).await?;
    Ok(())
}

#[tokio::test]
async fn what_one_test_writes_no_other_sees() {
    let one = TestDb::from_template("note 1", make_note_table).await.unwrap();
    let two = TestDb::from_template("note 1", make_note_table).await.unwrap();
    sqlx::query("INSERT INTO note VALUES ('one')").execute(one.pool()).await.unwrap();
    let count = |db: &TestDb| {
        let pool = db.pool().clone();
        async move { sqlx::query_scalar::<_, i64>("SELECT count(*) FROM note").fetch_one(&pool).await.unwrap() }
    };
    assert_eq!((count(&one).await, count(&two).await), (1, 0));
}

#[tokio::test]
async fn a_new_database_has_docpals_own_tables() {
    let db = TestDb::new().await.unwrap();
    let there: bool = sqlx::query_scalar("SELECT to_regclass('docpal.migrations') IS NOT NULL")
        .fetch_one(db.pool())
        .await
        .unwrap();
    assert!(there);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_template_is_filled_once_however_many_ask_at_once() {
    static FILLED: AtomicU32 = AtomicU32::new(0);
    let fingerprint = new_fingerprint("once");
    let ask = || async {
        let db = TestDb::from_template(&fingerprint, async |options: &PgConnectOptions| {
            FILLED.fetch_add(1, Ordering::SeqCst);
            make_note_table(options).await
        })
        .await
        .unwrap();
        sqlx::query("INSERT INTO note VALUES ('x')").execute(db.pool()).await.unwrap();
    };
    tokio::join!(ask(), ask(), ask(), ask(), ask());
    assert_eq!(FILLED.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failed_setup_leaves_no_template_behind() {
    let fingerprint = new_fingerprint("failed");
    let failed = TestDb::from_template(&fingerprint, async |options: &PgConnectOptions| {
        make_note_table(options).await.unwrap();
        Err("on purpose")
    });
    let error = failed.await.unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Setup);
    assert!(error.to_string().contains("on purpose"), "{error}");
    // Would fail with "already exists" in a template that was kept.
    TestDb::from_template(&fingerprint, make_note_table).await.unwrap();
}

#[tokio::test]
async fn a_database_is_gone_with_its_guard_even_if_somebody_is_connected() {
    let observer = TestDb::empty().await.unwrap();
    let db = TestDb::empty().await.unwrap();
    let name = db.name().to_owned();
    assert!(exists(observer.pool(), &name).await);
    let _pooled = db.pool().acquire().await.unwrap();
    let _connection = db.connect_options().connect().await.unwrap();
    drop(db);
    assert!(!exists(observer.pool(), &name).await);
}

#[tokio::test]
async fn what_a_killed_run_leaves_the_next_one_drops() {
    let mut killed = Child::spawn("test-db-hold", Path::new("/"), None);
    let name = killed.ready();
    let observer = TestDb::empty().await.unwrap();
    assert!(exists(observer.pool(), &name).await);
    killed.kill();
    Child::spawn("test-db-once", Path::new("/"), None).succeeds();
    assert!(!exists(observer.pool(), &name).await);
    assert!(exists(observer.pool(), observer.name()).await, "the databases of a living process stay");
}

#[test]
fn half_a_minute_after_the_last_test_nothing_is_left() {
    let dir = crate::embedded::Dir::new("leaves");
    // As the folders for everybody's temporary files are.
    fs::set_permissions(&dir.0, fs::Permissions::from_mode(0o1777)).unwrap();
    Child::spawn("test-db-apart", &dir.0, None).succeeds();
    let left = || fs::read_dir(&dir.0).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    assert!(!left().is_empty(), "the server's files were somewhere else");
    until_at_last("all is gone", || left().is_empty());
}

/// What the other process of a test does.
pub(crate) async fn play(role: &str) {
    let db = TestDb::empty().await.unwrap();
    if role == "hold" {
        Child::say_ready(db.name());
    }
}
