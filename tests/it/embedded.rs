//! The embedded PostgreSQL: it starts, stops, survives every kind of sudden death, and refuses clearly.

mod crash;
mod log;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use docpal::core::embedded::{Cluster, EmbeddedErrorKind, Found, Health, Settings};
use docpal::core::{Actor, AppSpec, CompanyId, Docpal, FieldSpec, RecordDraft, TableSpec, UserId};
use docpal::query::{RecordsExt as _, ViewSpec};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _};

use crate::child::{Child, ROLE, is_alive, kill, until};

/// A folder for one test.
pub(crate) struct Dir(pub(crate) PathBuf);

impl Dir {
    pub(crate) fn new(name: &str) -> Self {
        let path = PathBuf::from(format!("/tmp/docpal-it-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn settings(&self) -> Settings {
        Settings::fast(&self.0)
    }

    fn postgres(&self, path: &str) -> PathBuf {
        self.0.join("postgres").join(path)
    }

    fn is_root(&self) -> bool {
        fs::metadata(&self.0).unwrap().uid() == 0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn connect(cluster: &Cluster) -> PgConnection {
    cluster.superuser_options("postgres").connect().await.unwrap()
}

async fn write(cluster: &Cluster, value: i32) {
    let mut connection = connect(cluster).await;
    sqlx::query("CREATE TABLE IF NOT EXISTS kept (value int)").execute(&mut connection).await.unwrap();
    sqlx::query("INSERT INTO kept VALUES ($1)").bind(value).execute(&mut connection).await.unwrap();
}

async fn read(cluster: &Cluster) -> Vec<i32> {
    let mut connection = connect(cluster).await;
    let rows = sqlx::query("SELECT value FROM kept ORDER BY value").fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn show(cluster: &Cluster, setting: &str) -> String {
    let mut connection = connect(cluster).await;
    sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn data_outlives_a_stop_and_a_start() {
    let dir = Dir::new("restart");
    let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap();
    let pid = cluster.pid();
    assert!(cluster.is_running());
    assert_eq!(show(&cluster, "fsync").await, "on");
    assert_eq!(show(&cluster, "listen_addresses").await, "");
    assert_eq!(show(&cluster, "max_locks_per_transaction").await, "256");
    write(&cluster, 1).await;
    cluster.stop().await.unwrap();
    assert!(!is_alive(pid));

    let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap();
    write(&cluster, 2).await;
    let pid = cluster.pid();
    drop(cluster);
    assert!(!is_alive(pid), "a drop stops the server too");

    let cluster = Cluster::start(dir.settings()).await.unwrap();
    assert_eq!(show(&cluster, "fsync").await, "off");
    assert_eq!(read(&cluster).await, [1, 2]);
}

#[tokio::test]
async fn upper_and_lower_case_know_all_letters_and_the_order_is_by_code_point() {
    let dir = Dir::new("locale");
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    let mut connection = connect(&cluster).await;
    let (lower, sorted): (String, bool) =
        sqlx::query_as("SELECT lower('ÄÉЖ'), 'Z' < 'a'").fetch_one(&mut connection).await.unwrap();
    assert_eq!((lower.as_str(), sorted), ("äéж", true));
}

#[tokio::test]
async fn databases_are_made_once_and_only_under_plain_names() {
    let dir = Dir::new("names");
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    assert!(cluster.ensure_database("docpal_1").await.unwrap());
    assert!(!cluster.ensure_database("docpal_1").await.unwrap());
    for bad in ["", "Upper", "a b", "a\"; DROP DATABASE postgres", &"x".repeat(64)] {
        assert_eq!(cluster.ensure_database(bad).await.unwrap_err().kind(), EmbeddedErrorKind::Name, "{bad}");
    }
    let mut connection =
        PgConnectOptions::from_str(&cluster.url("docpal_1")).unwrap().connect().await.unwrap();
    let name: String =
        sqlx::query_scalar("SELECT current_database()::text").fetch_one(&mut connection).await.unwrap();
    assert_eq!(name, "docpal_1");
}

#[tokio::test]
async fn a_second_manager_of_a_folder_is_refused_and_told_who_the_first_is() {
    let dir = Dir::new("second");
    let first = Cluster::start(dir.settings()).await.unwrap();
    let error = Cluster::start(dir.settings()).await.unwrap_err();
    assert!(error.is_locked());
    assert!(error.to_string().contains(&format!("process id {}", std::process::id())), "{error}");
    assert!(error.to_string().contains(dir.0.to_str().unwrap()), "{error}");
    write(&first, 1).await;
    first.stop().await.unwrap();
    Cluster::start(dir.settings()).await.unwrap();
}

#[tokio::test]
async fn a_killed_parent_takes_its_server_along_and_the_data_stays() {
    let dir = Dir::new("parent");
    let mut child = Child::spawn("hold", &dir.0, None);
    let pid = child.ready().parse().unwrap();
    child.kill();
    until("the server has ended", || !is_alive(pid));
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    assert_eq!(read(&cluster).await, [7]);
}

#[tokio::test]
async fn a_start_right_after_the_parents_death_waits_for_the_old_server() {
    let dir = Dir::new("at-once");
    let mut child = Child::spawn("hold", &dir.0, None);
    let pid = child.ready().parse().unwrap();
    child.kill();
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    assert_ne!(cluster.pid(), pid);
    assert!(!is_alive(pid));
    assert_eq!(read(&cluster).await, [7]);
}

/// Parent and supervising shell die at the same moment, so nobody stops the server.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_orphan_is_stopped_by_the_next_start() {
    let dir = Dir::new("orphan");
    let mut child = Child::spawn("hold", &dir.0, None);
    let pid: u32 = child.ready().parse().unwrap();
    let group = crate::child::process_group(pid).unwrap();
    for member in crate::child::members(group) {
        if member != pid {
            kill(member);
        }
    }
    child.kill();
    assert!(is_alive(pid), "the server is an orphan now");
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    assert!(!is_alive(pid));
    assert_eq!(read(&cluster).await, [7]);
}

#[tokio::test]
async fn a_killed_server_is_noticed_and_the_next_start_recovers_what_was_committed() {
    let dir = Dir::new("killed");
    let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap();
    write(&cluster, 3).await;
    kill(cluster.pid());
    until("the death is noticed", || !cluster.is_running());
    drop(cluster);
    let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap();
    assert_eq!(read(&cluster).await, [3]);
}

/// After a restart of the machine the process id in a stale lock file may be anybody's.
#[tokio::test]
async fn a_stale_lock_file_with_a_strangers_process_id_is_no_obstacle() {
    let dir = Dir::new("stale");
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    write(&cluster, 4).await;
    let files = [dir.postgres("data/postmaster.pid"), dir.postgres("run/.s.PGSQL.5432.lock")];
    let texts = files.clone().map(|file| fs::read_to_string(file).unwrap());
    let pid = cluster.pid().to_string();
    cluster.stop().await.unwrap();
    let owner = fs::metadata(dir.postgres("data")).unwrap();
    for (file, text) in files.iter().zip(&texts) {
        fs::write(file, text.replacen(&pid, &std::process::id().to_string(), 1)).unwrap();
        chown(file, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    assert_eq!(read(&cluster).await, [4]);
}

#[tokio::test]
async fn a_session_that_computes_keeps_no_killed_server_from_coming_back() {
    let dir = Dir::new("computes");
    let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap();
    write(&cluster, 6).await;
    let mut busy = connect(&cluster).await;
    let session: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut busy).await.unwrap();
    let computes = tokio::spawn(async move {
        sqlx::query("SELECT count(*) FROM generate_series(1, 1000000000000) n").execute(&mut busy).await
    });
    let mut observer = connect(&cluster).await;
    let mut is_active = false;
    while !is_active {
        is_active = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%series%')",
        )
        .bind(session)
        .fetch_one(&mut observer)
        .await
        .unwrap();
    }
    kill(cluster.pid());
    drop(cluster);
    let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap();
    assert_eq!(read(&cluster).await, [6]);
    assert!(!is_alive(session.cast_unsigned()));
    computes.abort();
}

#[tokio::test]
async fn a_guarded_cluster_is_back_after_its_server_was_killed_and_ends_with_its_guard() {
    let dir = Dir::new("guarded");
    let cluster = Cluster::start(Settings::durable(&dir.0)).await.unwrap().guarded().unwrap();
    write(&cluster, 8).await;
    let mut health = cluster.health();
    let first = cluster.pid();
    kill(first);
    let back = |health: &Health| matches!(health, Health::Running { restarts: 1 });
    health.wait_for(back).await.unwrap();
    assert_eq!(read(&cluster).await, [8]);
    let second = cluster.pid();
    assert_ne!(first, second);
    drop(cluster);
    assert!(!is_alive(second));
}

#[tokio::test]
async fn a_cluster_is_looked_at_without_a_trace_and_joined_while_it_runs() {
    let dir = Dir::new("found");
    let data = dir.0.join("inner");
    assert!(Found::look(&data).unwrap().is_none() && !data.exists());
    let cluster = Cluster::start(Settings::fast(&data)).await.unwrap();
    cluster.ensure_database("docpal").await.unwrap();
    let found = Found::look(&data).unwrap().unwrap();
    assert_eq!((found.server(), found.manager()), (Some(cluster.pid()), Some(std::process::id())));
    assert!(found.size() > 1 << 20 && found.made().is_some());
    let joined = found.join().await.unwrap().unwrap();
    let mut connection = joined.connect_options("docpal").connect().await.unwrap();
    let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&mut connection).await.unwrap();
    assert_eq!(one, 1);
    connection.close().await.unwrap();
    // Its manager waits for who uses it.
    let stopping = tokio::spawn(cluster.stop_when_alone());
    assert!(found.server().is_some());
    drop(joined);
    stopping.await.unwrap().unwrap();
    assert!(found.server().is_none() && found.join().await.unwrap().is_none());
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_works() {
    let dir = Dir::new("long");
    let long = dir.0.join("x".repeat(200)).join("y".repeat(200));
    let cluster = Cluster::start(Settings::fast(&long)).await.unwrap();
    write(&cluster, 5).await;
    assert_eq!(read(&cluster).await, [5]);
    let sockets = cluster.socket_dir().to_owned();
    assert_eq!(fs::metadata(&sockets).unwrap().mode() & 0o777, 0o700);
    drop(cluster);
    assert!(!sockets.exists(), "a stopped server leaves nothing outside of its folder");
    // The short folder could be another user's trap: it must be private.
    fs::create_dir(&sockets).unwrap();
    fs::set_permissions(&sockets, Permissions::from_mode(0o777)).unwrap();
    let error = Cluster::start(Settings::fast(&long)).await.unwrap_err();
    drop(fs::remove_dir_all(&sockets));
    assert!(error.is_permission() && error.to_string().contains(sockets.to_str().unwrap()), "{error}");
}

#[tokio::test]
async fn a_path_with_spaces_quotes_commas_and_foreign_letters_works() {
    let dir = Dir::new("odd");
    let odd = dir.0.join("a b, \"c\" 'd' $HOME `x` %20 ü 漢");
    let cluster = Cluster::start(Settings::fast(&odd)).await.unwrap();
    cluster.ensure_database("here").await.unwrap();
    let mut connection = PgConnectOptions::from_str(&cluster.url("here")).unwrap().connect().await.unwrap();
    let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&mut connection).await.unwrap();
    assert_eq!(one, 1);
}

/// Root hands the folder to user 1000 and starts this program again as that user; others just start it again.
#[tokio::test]
async fn an_ordinary_user_can_do_it_all_and_root_can_go_on_with_the_same_data() {
    let dir = Dir::new("user");
    let user = dir.is_root().then_some(1000);
    if let Some(user) = user {
        chown(&dir.0, Some(user), Some(user)).unwrap();
    }
    let mut child = Child::spawn("restart", &dir.0, user);
    child.succeeds();
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    assert_eq!(read(&cluster).await, [1, 2]);
    let owner = fs::metadata(dir.postgres("data")).unwrap().uid();
    assert_eq!(owner, user.unwrap_or_else(|| fs::metadata(&dir.0).unwrap().uid()));
}

#[tokio::test]
async fn without_programs_the_error_says_what_to_install_and_where_it_looked() {
    let dir = Dir::new("none");
    let empty = dir.0.join("bin");
    fs::create_dir(&empty).unwrap();
    let error = Cluster::start(dir.settings().with_binaries(&empty)).await.unwrap_err();
    assert!(error.is_not_installed());
    for part in ["apt install postgresql", "brew install", "DATABASE_URL", empty.to_str().unwrap()] {
        assert!(error.to_string().contains(part), "{part} is missing in {error}");
    }
}

#[tokio::test]
async fn data_of_another_major_version_is_refused_by_name() {
    let dir = Dir::new("version");
    Cluster::start(dir.settings()).await.unwrap().stop().await.unwrap();
    fs::write(dir.postgres("data/PG_VERSION"), "13\n").unwrap();
    let error = Cluster::start(dir.settings()).await.unwrap_err();
    assert!(error.is_version_mismatch(), "{error}");
    assert!(error.to_string().contains("made by PostgreSQL 13"), "{error}");
}

#[tokio::test]
async fn a_half_made_cluster_is_made_again_but_a_strangers_files_are_not_touched() {
    let dir = Dir::new("half");
    fs::create_dir_all(dir.postgres("data.new/base")).unwrap();
    Cluster::start(dir.settings()).await.unwrap().stop().await.unwrap();
    assert!(!dir.postgres("data.new").exists());

    let dir = Dir::new("stranger");
    fs::create_dir_all(dir.postgres("data")).unwrap();
    fs::write(dir.postgres("data/novel.txt"), "chapter one").unwrap();
    if dir.is_root() {
        chown(dir.postgres("data"), Some(1000), Some(1000)).unwrap();
    }
    let error = Cluster::start(dir.settings()).await.unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Init, "{error}");
    assert_eq!(fs::read_to_string(dir.postgres("data/novel.txt")).unwrap(), "chapter one");
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let dir = Dir::new("why");
    Cluster::start(dir.settings()).await.unwrap().stop().await.unwrap();
    let conf = dir.postgres("data/postgresql.conf");
    fs::write(&conf, "no_such_setting = 1\n").unwrap();
    let error = Cluster::start(dir.settings()).await.unwrap_err();
    assert_eq!(error.kind(), EmbeddedErrorKind::Start);
    assert!(error.to_string().contains("no_such_setting"), "{error}");
    fs::write(&conf, "").unwrap();
    Cluster::start(dir.settings()).await.unwrap();
}

#[tokio::test]
async fn a_closed_folder_is_named() {
    let dir = Dir::new("closed");
    let closed = dir.0.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(if dir.is_root() { 0o700 } else { 0o000 })).unwrap();
    let error = Cluster::start(Settings::fast(closed.join("inner"))).await.unwrap_err();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    assert!(error.is_permission(), "{error}");
    assert!(error.to_string().contains(closed.to_str().unwrap()), "{error}");
}

/// What the other process of a test does.
pub(crate) async fn play(role: &str, dir: &Path) {
    let settings = Settings::fast(dir);
    match role {
        "hold" => {
            let cluster = Cluster::start(settings).await.unwrap();
            write(&cluster, 7).await;
            Child::say_ready(&cluster.pid().to_string());
        }
        "restart" => {
            let cluster = Cluster::start(settings.clone()).await.unwrap();
            write(&cluster, 1).await;
            cluster.stop().await.unwrap();
            let cluster = Cluster::start(settings).await.unwrap();
            write(&cluster, 2).await;
            assert_eq!(read(&cluster).await, [1, 2]);
            cluster.stop().await.unwrap();
        }
        other => panic!("{ROLE}={other} is not a role"),
    }
}

/// What a role that is no superuser must not do, each with the refusal "insufficient privilege".
const FORBIDDEN: [&str; 4] = [
    "CREATE DATABASE more",
    "CREATE ROLE more",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
];

// Finding A33
#[tokio::test]
async fn docpal_works_as_a_role_that_owns_its_database_and_nothing_more() {
    let dir = Dir::new("role");
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    cluster.ensure_database("docpal").await.unwrap();
    let docpal = Docpal::builder(cluster.connect_options("docpal")).start().await.unwrap();
    assert_eq!(docpal.needless_powers().await.unwrap(), Vec::<String>::new());
    for forbidden in FORBIDDEN {
        let error = docpal.pool().execute(forbidden).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("42501"), "{forbidden}");
    }
    let superuser = Docpal::builder(cluster.superuser_options("docpal")).start().await.unwrap();
    let powers = superuser.needless_powers().await.unwrap();
    assert_eq!(powers, ["SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS"]);
    superuser.pool().close().await;
    docpal.pool().close().await;
    cluster.stop().await.unwrap();
}

// Finding A33
#[tokio::test]
async fn a_database_that_the_superuser_made_is_handed_over() {
    let dir = Dir::new("handed-over");
    let cluster = Cluster::start(dir.settings()).await.unwrap();
    connect(&cluster).await.execute("CREATE DATABASE docpal").await.unwrap();
    let old = Docpal::builder(cluster.superuser_options("docpal")).start().await.unwrap();
    docpal_server::migrate(&old).await.unwrap();
    let company = CompanyId::new();
    old.companies().create(company, "Acme").await.unwrap();
    let owner = Actor::owner(company, UserId::new());
    let app = old.apps(&owner).create(&AppSpec::new("App")).await.unwrap().id;
    let spec = |name: &str| {
        TableSpec::new(name)
            .field(FieldSpec::new("no", "autonumber"))
            .field(FieldSpec::new("code", "text").unique())
    };
    let table = old.tables(&owner).create(app, &spec("Old")).await.unwrap().id();
    old.records(&owner, table).create(&RecordDraft::new().set("code", "a")).await.unwrap();
    old.pool().close().await;
    for _ in 0..2 {
        assert!(!cluster.ensure_database("docpal").await.unwrap());
    }
    let new = Docpal::builder(cluster.connect_options("docpal")).start().await.unwrap();
    docpal_server::migrate(&new).await.unwrap();
    let records = new.records(&owner, table);
    records.create(&RecordDraft::new().set("code", "b")).await.unwrap();
    assert_eq!(records.list(&ViewSpec::new()).await.unwrap().len(), 2);
    new.tables(&owner).create(app, &spec("New")).await.unwrap();
    new.tables(&owner).drop(table).await.unwrap();
    let mut inside = cluster.superuser_options("docpal").connect().await.unwrap();
    let left: i64 = sqlx::query_scalar(
        "WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
         SELECT (SELECT count(*) FROM pg_class WHERE relowner = 10 AND relnamespace IN (TABLE ours))
              + (SELECT count(*) FROM pg_proc WHERE proowner = 10 AND pronamespace IN (TABLE ours))
              + (SELECT count(*) FROM pg_type WHERE typowner = 10 AND typnamespace IN (TABLE ours))
              + (SELECT count(*) FROM pg_collation WHERE collowner = 10 AND collnamespace IN (TABLE ours))
              + (SELECT count(*) FROM pg_namespace WHERE nspowner = 10 AND oid IN (TABLE ours))",
    )
    .fetch_one(&mut inside)
    .await
    .unwrap();
    assert_eq!(left, 0, "nothing in it is the superuser's");
    new.pool().close().await;
    cluster.stop().await.unwrap();
}
