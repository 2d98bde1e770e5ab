//! A host's database whose default isolation is not read committed: DocPal's own transactions say which one they need.

use docpal::core::events::StartAt;
use docpal::core::testing::TestDb;
use docpal::core::{Docpal, RecordDraft};
use docpal::query::RecordsExt as _;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

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
