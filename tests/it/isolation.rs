//! A host's database whose default isolation is not read committed: DocPal's own transactions say which one they need.

use std::pin::pin;

use docpal::core::events::StartAt;
use docpal::core::testing::TestDb;
use docpal::core::{Docpal, RecordDraft};
use docpal::query::RecordsExt as _;
use docpal_server::api_key;
use docpal_server::axum::http::Request;
use docpal_server::bootstrap::{OwnerKey, bootstrap};
use docpal_server::{ApiKeys, Authenticator as _};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor as _, PgPool};

use crate::world::World;

const LEVELS: [&str; 2] = ["repeatable read", "serializable"];

/// Connections to the same database with another default.
async fn pool(db: &TestDb, level: &str) -> PgPool {
    let options = db.connect_options().options([("default_transaction_isolation", level)]);
    PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap()
}

#[tokio::test]
async fn nodes_that_start_at_once_on_an_empty_database_all_start() {
    for level in LEVELS {
        let db = TestDb::empty().await.unwrap();
        let pool = pool(&db, level).await;
        let start = || Docpal::start(pool.clone());
        let (one, two, three) = tokio::join!(start(), start(), start());
        for started in [one, two, three] {
            started.unwrap();
        }
    }
}

#[tokio::test]
async fn writers_readers_of_events_and_sequencers_do_not_trip_over_each_other() {
    for level in LEVELS {
        let world = World::new().await;
        let table = world.orders().await;
        let docpal = Docpal::start(pool(&world.db, level).await).await.unwrap();
        let isolation = "SELECT current_setting('transaction_isolation')";
        let mut tx = docpal.begin().await.unwrap();
        assert_eq!(
            sqlx::query_scalar::<_, String>(isolation).fetch_one(&mut *tx).await.unwrap(),
            "read committed"
        );
        tx.rollback().await.unwrap();
        docpal.events().sequence().await.unwrap();
        docpal.events().register("reader", StartAt::Now).await.unwrap();
        let write = async |name: &str| {
            for _ in 0..20 {
                let draft = RecordDraft::new().set("customer", name);
                docpal.records(&world.owner, table).create(&draft).await.unwrap();
            }
        };
        let sequence = async || {
            for _ in 0..20 {
                docpal.events().sequence().await.unwrap();
            }
        };
        tokio::join!(write("a"), write("b"), sequence(), sequence());
        let mut all = 0;
        loop {
            match docpal
                .events()
                .read("reader", 7, async |_, _| Ok::<(), docpal::core::Error>(()))
                .await
                .unwrap()
            {
                0 if all >= 40 => break,
                count => all += count,
            }
        }
        assert_eq!(all, 40);
    }
}

/// Does a session wait for a lock?
async fn somebody_waits(db: &TestDb) -> bool {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    sqlx::query_scalar::<_, i64>(waiting).fetch_one(db.pool()).await.unwrap() > 0
}

/// What `call` gives when another does `sql` at the same moment, and is committed while it waits for that.
async fn beside<T>(db: &TestDb, sql: &'static str, call: impl Future<Output = T>) -> T {
    let mut other = db.pool().begin().await.unwrap();
    other.execute(sql).await.unwrap();
    let mut call = pin!(call);
    tokio::select! {
        _ = &mut call => panic!("it waits for the other"),
        () = async { while !somebody_waits(db).await {} } => {}
    }
    other.commit().await.unwrap();
    call.await
}

/// The next use is noted.
const USED: &str = "UPDATE docpal_server.api_keys SET last_used_at = NULL";

#[tokio::test]
async fn two_that_use_a_key_or_make_a_reader_at_once_are_no_conflict() {
    for level in LEVELS {
        let db = TestDb::new().await.unwrap();
        let docpal = Docpal::start(pool(&db, level).await).await.unwrap();
        let first = bootstrap(&docpal, "Acme", None).await.unwrap();
        let OwnerKey::Made(secret) = first.key else { panic!("a new database has no key") };
        let holder = beside(&db, USED, api_key::holder(&docpal, &secret)).await;
        assert_eq!(holder.unwrap().map(|actor| actor.company()), Some(first.company.id), "{level}");
        let request = Request::builder().header("x-api-key", secret.reveal()).body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let keys = ApiKeys::new(docpal.clone());
        db.pool().execute(USED).await.unwrap();
        beside(&db, USED, keys.authenticate(&parts))
            .await
            .unwrap_or_else(|error| panic!("{level}: {error:?}"));
        let made = "INSERT INTO docpal.event_readers (name, pos) VALUES ('reader', 0)";
        beside(&db, made, docpal.events().register("reader", StartAt::Now)).await.unwrap();
    }
}

/// What the sessions of DocPal's own begin with: statements of theirs outside of transactions run so.
#[tokio::test]
async fn connections_of_docpals_own_have_the_isolation_that_it_needs() {
    for level in LEVELS {
        let db = TestDb::new().await.unwrap();
        let options = db.connect_options().options([("default_transaction_isolation", level)]);
        let docpal = Docpal::builder(options).start().await.unwrap();
        let isolation = "SELECT current_setting('default_transaction_isolation')";
        let mut conn = docpal.acquire().await.unwrap();
        let has: String = sqlx::query_scalar(isolation).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(has, "read committed", "{level}");
    }
}
