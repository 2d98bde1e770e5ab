//! Readers get every committed event once, in order, whatever stands still.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use docpal::core::events::StartAt;
use docpal::core::sql::Connection;
use docpal::core::{Actor, Docpal, Error, Event, RecordDraft, RecordId, TableId};
use docpal::query::{RecordsExt as _, ViewSpec};
use sqlx::{Connection as _, Executor as _};

use crate::world::World;

/// Reads everything there is, a few events at a time.
async fn read_all(docpal: &Docpal, reader: &str) -> Vec<Event> {
    let mut all = Vec::new();
    loop {
        let events = docpal.events();
        let read = events.read(reader, 7, async |_, events| {
            all.extend_from_slice(events);
            Ok::<(), Error>(())
        });
        if read.await.unwrap() == 0 {
            return all;
        }
    }
}

/// Until everything committed has its position: a node in the background may be at it.
pub(super) async fn settle(world: &World) {
    let mut waiting = 1;
    while waiting > 0 {
        world.docpal.events().sequence().await.unwrap();
        let count = "SELECT count(*) FROM docpal.outbox";
        waiting = sqlx::query_scalar::<_, i64>(count).fetch_one(world.db.pool()).await.unwrap();
    }
}

/// One writer: random changes of one record, some of them undone. Gives the versions that were committed.
async fn write(docpal: Docpal, actor: Actor, table: TableId, seed: u64) -> (RecordId, Vec<i64>) {
    let records = docpal.records(&actor, table);
    let made = records.create(&RecordDraft::new().set("customer", format!("Writer {seed}"))).await.unwrap();
    let (id, mut version, mut random) = (made.id(), 1, seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut committed = vec![1];
    for step in 0..20_i64 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut tx = docpal.begin().await.unwrap();
        let draft = RecordDraft::new().set("quantity", step + 100);
        records.update_in(&mut tx, id, &draft, Some(version)).await.unwrap();
        if random % 3 == 0 {
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
            version += 1;
            committed.push(version);
        }
    }
    (id, committed)
}

/// The version that an event is about.
async fn version(world: &World, event: &Event) -> i64 {
    let version: Option<i64> = sqlx::query_scalar(
        "SELECT (details #>> '{after,version}')::bigint FROM docpal.audit_log WHERE id = $1",
    )
    .bind(event.audit)
    .fetch_one(world.db.pool())
    .await
    .unwrap();
    version.unwrap_or(1)
}

// Finding B6
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_committed_event_comes_once_and_in_order_beside_rollbacks_and_frozen_nodes() {
    let world = World::new().await;
    let table = world.orders().await;
    let events = world.docpal.events();
    events.register("test", StartAt::Oldest).await.unwrap();
    // A frozen node: it has written, and neither commits nor rolls back until the end.
    let mut frozen = world.docpal.begin().await.unwrap();
    let late = RecordDraft::new().set("customer", "Late");
    let late = world.docpal.records(&world.owner, table).create_in(&mut frozen, &late).await.unwrap().id();
    // A sequencer that stops in the middle of a transaction of its own.
    let mut stuck = sqlx::PgConnection::connect_with(&world.db.connect_options()).await.unwrap();
    sqlx::query("BEGIN").execute(&mut stuck).await.unwrap();
    sqlx::query("SELECT docpal.sequence_events(3)").execute(&mut stuck).await.unwrap();

    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(30)
        .connect_lazy_with(world.db.connect_options());
    let nodes = Docpal::start(pool).await.unwrap();
    let writers: Vec<_> =
        (1..=24).map(|seed| tokio::spawn(write(nodes.clone(), world.owner.clone(), table, seed))).collect();
    let done = Arc::new(AtomicBool::new(false));
    let sequencers: Vec<_> = (0..4)
        .map(|_| {
            let (docpal, done) = (nodes.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    docpal.events().sequence().await.unwrap();
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let mut seen = Vec::new();
    let mut wanted: HashMap<RecordId, Vec<i64>> = HashMap::new();
    for (at, writer) in writers.into_iter().enumerate() {
        let (id, versions) = writer.await.unwrap();
        wanted.insert(id, versions);
        if at == 12 {
            // The stuck sequencer is cut off, as a server does with a node that is gone.
            drop(stuck.close_hard().await);
            stuck = sqlx::PgConnection::connect_with(&world.db.connect_options()).await.unwrap();
        }
        seen.extend(read_all(&nodes, "test").await);
    }
    done.store(true, Ordering::SeqCst);
    for sequencer in sequencers {
        sequencer.await.unwrap();
    }
    settle(&world).await;
    seen.extend(read_all(&nodes, "test").await);
    assert!(seen.iter().all(|event| !event.records.contains(&late)), "not committed yet");
    frozen.commit().await.unwrap();
    wanted.insert(late, vec![1]);
    settle(&world).await;
    seen.extend(read_all(&world.docpal, "test").await);
    drop(stuck);

    let positions: Vec<i64> = seen.iter().map(|event| event.position).collect();
    let gap_free: Vec<i64> = (1..=i64::try_from(seen.len()).unwrap()).collect();
    assert_eq!(positions, gap_free);
    let audits: HashSet<i64> = seen.iter().map(|event| event.audit).collect();
    assert_eq!(audits.len(), seen.len(), "an event came twice");
    let mut got: HashMap<RecordId, Vec<i64>> = HashMap::new();
    for event in &seen {
        if let Some(record) = event.records.first().filter(|record| wanted.contains_key(record)) {
            got.entry(*record).or_default().push(version(&world, event).await);
        }
    }
    assert_eq!(got, wanted);
    let logged: i64 =
        sqlx::query_scalar("SELECT count(*) FROM docpal.audit_log").fetch_one(world.db.pool()).await.unwrap();
    assert_eq!(logged, i64::try_from(seen.len()).unwrap(), "an event per change, those of tables included");
}

#[tokio::test]
async fn what_a_handler_fails_at_is_read_again_and_what_it_wrote_is_undone() {
    let world = World::new().await;
    let table = world.orders().await;
    let events = world.docpal.events();
    settle(&world).await;
    events.register("test", StartAt::Now).await.unwrap();
    let records = world.docpal.records(&world.owner, table);
    records.create(&RecordDraft::new().set("customer", "Fay")).await.unwrap();
    settle(&world).await;
    let draft = RecordDraft::new().set("customer", "by the handler");
    let failed = events
        .read("test", 10, async |conn, events| {
            assert_eq!(events.len(), 1);
            records.create_in(conn, &draft).await?;
            Err(Error::internal("no"))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(world.list(table, &ViewSpec::new()).await.len(), 6);
    let mut kinds = Vec::new();
    let read = events.read("test", 10, async |conn, events| {
        kinds.extend(events.iter().map(|event| (event.kind.clone(), event.company, event.table)));
        records.create_in(conn, &draft).await.map(|_| ())
    });
    assert_eq!(read.await.unwrap(), 1);
    assert_eq!(kinds, [("record.create".to_owned(), world.company, Some(table))]);
    assert_eq!(world.list(table, &ViewSpec::new()).await.len(), 7);
    assert_eq!(
        read_all(&world.docpal, "test").await.len(),
        1,
        "what the handler wrote is an event of its own"
    );
}

#[tokio::test]
async fn one_reader_reads_at_a_time_and_the_hosts_transaction_decides() {
    let world = World::new().await;
    let events = world.docpal.events();
    assert_eq!(
        events.read("test", 1, async |_, _| Ok::<(), Error>(())).await.unwrap_err().code(),
        "reader_not_found"
    );
    events.register("test", StartAt::Oldest).await.unwrap();
    events.register("other", StartAt::Oldest).await.unwrap();
    settle(&world).await;
    let mut tx = world.docpal.begin().await.unwrap();
    let first = events.read_in(&mut tx, "test", 10).await.unwrap();
    assert_eq!(first.first().map(|event| event.kind.as_str()), Some("company.create"));
    assert!(read_all(&world.docpal, "test").await.is_empty(), "somebody else reads");
    assert_eq!(read_all(&world.docpal, "other").await, first);
    tx.rollback().await.unwrap();
    assert_eq!(read_all(&world.docpal, "test").await, first);
    events.remove("test").await.unwrap();
    assert_eq!(events.remove("test").await.unwrap_err().code(), "reader_not_found");
}

#[tokio::test]
async fn days_that_are_over_are_dropped_and_who_has_not_read_them_is_told() {
    let world = World::new().await;
    let table = world.orders().await;
    let events = world.docpal.events();
    events.register("slow", StartAt::Oldest).await.unwrap();
    events.register("quick", StartAt::Oldest).await.unwrap();
    settle(&world).await;
    let old = read_all(&world.docpal, "quick").await;
    assert_eq!(events.retain(7).await.unwrap(), 0);
    // The same events, as if they had been there for ten days.
    let day = "SELECT docpal.event_day(current_date - 10)";
    sqlx::query(day).execute(world.db.pool()).await.unwrap();
    let aged = "UPDATE docpal.events SET at = (current_date - 10)::timestamp AT TIME ZONE 'UTC'";
    sqlx::query(aged).execute(world.db.pool()).await.unwrap();
    assert_eq!(events.retain(7).await.unwrap(), 1);
    world
        .docpal
        .records(&world.owner, table)
        .create(&RecordDraft::new().set("customer", "Fay"))
        .await
        .unwrap();
    settle(&world).await;
    let rest = read_all(&world.docpal, "quick").await;
    assert_eq!(rest.iter().map(|event| event.position).collect::<Vec<_>>(), [old.len() as i64 + 1]);
    let told = events.read("slow", 1, async |_, _| Ok::<(), Error>(())).await.unwrap_err();
    assert_eq!((told.code(), told.is_conflict()), ("events_gone", true));
    let audit: i64 =
        sqlx::query_scalar("SELECT count(*) FROM docpal.audit_log").fetch_one(world.db.pool()).await.unwrap();
    assert_eq!(audit, old.len() as i64 + 1, "the audit log outlives the events");
}

// Finding D4
#[tokio::test]
async fn a_reader_whose_handler_failed_is_free_when_the_read_has_ended() {
    let world = World::new().await;
    let _table = world.orders().await;
    let events = world.docpal.events();
    events.register("reader", StartAt::Oldest).await.unwrap();
    let mut holder = world.docpal.begin().await.unwrap();
    holder.execute("LOCK TABLE docpal.secrets").await.unwrap();
    for round in 0..30 {
        let failed = events.read("reader", 10, async |conn, _| {
            // Every other handler gives up a statement that nothing but a cancellation ends while the table is held.
            if round % 2 == 0 {
                conn.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0").await.unwrap();
                tokio::select! {
                    done = conn.execute("LOCK TABLE docpal.secrets") => panic!("the table is held: {done:?}"),
                    () = somebody_waits(&world) => {}
                }
            }
            Err(Error::internal("no"))
        });
        // Far more than a cancellation takes.
        let failed = tokio::time::timeout(Duration::from_secs(120), failed).await.expect("the read ends");
        failed.unwrap_err();
        let mut count = 0;
        let read = async |_: &mut Connection, found: &[Event]| {
            count = found.len();
            Err::<(), Error>(Error::internal("no"))
        };
        events.read("reader", 10, read).await.unwrap_err();
        assert_ne!(count, 0, "round {round}");
    }
    holder.rollback().await.unwrap();
}

/// Returns once a session waits for the table that the test holds.
async fn somebody_waits(world: &World) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'docpal.secrets'::regclass
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(world.db.pool()).await.unwrap() == 0 {}
}
