//! What is normal raises no error in PostgreSQL: its log would be full of them, and a true one not be seen.

use std::env::temp_dir;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Arc, Mutex};

use docpal::core::testing::TestDb;
use docpal::core::{
    Action, Actor, Docpal, Filter, Json, RecordDraft, Resource, Role, RuleSpec, Subject, UserId,
};
use docpal::query::{AuditExt as _, Count, RecordsExt as _, ViewSpec};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use crate::world::World;

/// A way to a database on which its errors are read along.
struct Wire {
    folder: PathBuf,
    options: PgConnectOptions,
    errors: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl Wire {
    fn to(db: &TestDb) -> Self {
        let real = db.connect_options();
        let file = format!(".s.PGSQL.{}", real.get_port());
        let folder = temp_dir().join(format!("docpal-wire-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let listener = UnixListener::bind(folder.join(&file)).unwrap();
        let to = real.get_socket().expect("the tests' server listens in a folder").join(file);
        let errors = Arc::<Mutex<Vec<String>>>::default();
        let heard = Arc::clone(&errors);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                drop(tokio::spawn(serve(stream, to.clone(), Arc::clone(&heard))));
            }
        });
        Self { options: real.socket(&folder).ssl_mode(PgSslMode::Disable), folder, errors, accepting }
    }

    fn errors(&self) -> Vec<String> {
        self.errors.lock().unwrap().clone()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
        drop(fs::remove_dir_all(&self.folder));
    }
}

async fn serve(stream: UnixStream, to: impl AsRef<Path>, errors: Arc<Mutex<Vec<String>>>) {
    let Ok(database) = UnixStream::connect(to).await else { return };
    let ((mut asks, mut hears), (mut answers, mut takes)) = (stream.into_split(), database.into_split());
    let asking = tokio::spawn(async move { copy(&mut asks, &mut takes).await });
    let (mut piece, mut rest) = (vec![0; 1 << 16], Vec::new());
    while let Ok(count @ 1..) = answers.read(&mut piece).await {
        // Read before it is passed on: who has the answer can look at what was in it.
        rest.extend_from_slice(&piece[..count]);
        read_along(&mut rest, &errors);
        if hears.write_all(&piece[..count]).await.is_err() {
            break;
        }
    }
    asking.abort();
}

/// Takes the whole messages off `rest`, and notes the errors: each begins with a letter and its length.
fn read_along(rest: &mut Vec<u8>, errors: &Mutex<Vec<String>>) {
    while let Some(length) = rest.get(1..5).map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap())) {
        let end = 1 + usize::try_from(length).unwrap();
        if rest.len() < end {
            return;
        }
        if rest[0] == b'E' {
            errors.lock().unwrap().push(String::from_utf8_lossy(&rest[5..end]).replace('\0', " "));
        }
        rest.drain(..end);
    }
}

#[tokio::test]
async fn what_is_normal_raises_no_error_in_postgresql() {
    let world = World::new().await;
    let table = world.orders().await;
    let deny = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Admin), Action::Read);
    let deny = deny.when(Filter::test("customer", "is", Json::from("Bob")));
    world.docpal.rules(&world.owner).create(&deny).await.unwrap();
    let admin = Actor::new(world.company, UserId::new(), [Role::Admin]);

    let wire = Wire::to(&world.db);
    let pool = PgPoolOptions::new().max_connections(3).connect_with(wire.options.clone()).await.unwrap();
    let docpal = Docpal::start(pool).await.unwrap();
    let (records, view) = (docpal.records(&admin, table), ViewSpec::new());
    let id = records.list(&view.clone().count(Count::Exact)).await.unwrap().id(0).unwrap();
    records.get(id).await.unwrap();
    records.summary(&view.clone().aggregate("price", "sum")).await.unwrap();
    let mut export = records.export(&view).await.unwrap();
    // Kept to the end: what is dropped may be cancelled, on a slow machine also when it is over.
    while export.next().await.unwrap().is_some() {}
    let draft = RecordDraft::new().set("customer", "Zoe");
    let made = records.create(&draft).await.unwrap().id();
    records.create_many(std::slice::from_ref(&draft)).await.unwrap();
    records.update(id, &draft, None).await.unwrap();
    records.delete(made, None).await.unwrap();
    let mut tx = docpal.begin().await.unwrap();
    let made = records.create_in(&mut tx, &draft).await.unwrap().id();
    records.update_in(&mut tx, made, &draft, None).await.unwrap();
    records.delete_many_in(&mut tx, &[made]).await.unwrap();
    tx.commit().await.unwrap();
    let page = docpal.audit_log(&admin).list(None, 100).await.unwrap();
    assert!(page.entries.iter().any(|entry| entry.action == "record.update"), "there are images to judge");
    assert_eq!(wire.errors(), [""; 0]);

    // What is no success is heard.
    let failed = sqlx::query("SELECT 1 / 0").execute(docpal.pool()).await;
    assert!(failed.is_err());
    assert_eq!(wire.errors().len(), 1);
}
