//! Reads whose caller goes away, that take too long, or that stop early: nothing goes on at the server, and the
//! connection is free for the next one.

use std::sync::Arc;
use std::time::Duration;

use docpal::core::{Docpal, ErrorKind, FieldSpec, Limits, RecordDraft, RecordId, TableId, TableSpec};
use docpal::query::{Count, RecordsExt as _, ViewSpec};
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use tokio::task::JoinSet;

use crate::world::World;

/// A table of which nothing can be read while another transaction holds it, and one beside it.
struct Stage {
    world: World,
    held: TableId,
    record: RecordId,
    free: TableId,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let spec = |name: &str| TableSpec::new(name).field(FieldSpec::new("text", "long_text"));
        let held = world.table(spec("Held")).await.id();
        let draft = RecordDraft::new().set("text", "a");
        let record = world.docpal.records(&world.owner, held).create(&draft).await.unwrap().id();
        // Of all physical tables, those that are there by now: the other one comes later.
        world.db.pool().execute("CREATE TABLE those AS SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE 'dt\\_%'").await.unwrap();
        let free = world.table(spec("Free")).await.id();
        Self { world, held, record, free }
    }

    /// A connection that holds the table until it is dropped.
    async fn hold(&self) -> PgConnection {
        let mut holder = self.world.db.connect_options().connect().await.unwrap();
        let lock = "DO $$ DECLARE it record; BEGIN
            SELECT * INTO STRICT it FROM those;
            EXECUTE format('LOCK TABLE %I.%I IN ACCESS EXCLUSIVE MODE', it.schemaname, it.tablename);
        END $$";
        holder.execute("BEGIN").await.unwrap();
        holder.execute(lock).await.unwrap();
        holder
    }

    /// How many sessions wait for a lock.
    async fn waiting(&self) -> i64 {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        sqlx::query_scalar(waiting).fetch_one(self.world.db.pool()).await.unwrap()
    }

    /// A DocPal that ends nothing by itself.
    async fn patient(&self, connections: u32) -> Docpal {
        let limits = Limits::patient().pool_size(connections).acquire(Duration::from_secs(60));
        Docpal::builder(self.world.db.connect_options()).limits(limits).start().await.unwrap()
    }

    /// The other table is read by this DocPal.
    async fn serves(&self, docpal: &Docpal) {
        let page = docpal.records(&self.world.owner, self.free).list(&ViewSpec::new()).await.unwrap();
        assert_eq!(page.len(), 0);
    }
}

/// Every kind of read.
async fn read(docpal: Docpal, stage: Arc<Stage>, kind: usize) {
    let records = docpal.records(&stage.world.owner, stage.held);
    match kind % 5 {
        0 => drop(records.list(&ViewSpec::new()).await),
        1 => drop(records.get(stage.record).await),
        2 => drop(records.list(&ViewSpec::new().count(Count::Exact)).await),
        3 => drop(records.summary(&ViewSpec::new().aggregate("text", "filled")).await),
        _ => drop(records.export(&ViewSpec::new()).await.unwrap().next().await),
    }
}

// Reads that were dropped held their connections until a time-out.
#[tokio::test]
async fn reads_whose_callers_have_gone_leave_their_connections_to_others() {
    let stage = Arc::new(Stage::new().await);
    let docpal = stage.patient(5).await;
    let _holder = stage.hold().await;
    let mut reads = JoinSet::new();
    for kind in 0..5 {
        reads.spawn(read(docpal.clone(), Arc::clone(&stage), kind));
    }
    while stage.waiting().await < 5 {}
    reads.shutdown().await;
    // The table is still held: without a cancellation there would never be a connection again.
    for _ in 0..5 {
        stage.serves(&docpal).await;
    }
    while stage.waiting().await > 0 {}
}

#[tokio::test]
async fn what_a_handle_holds_is_kept_until_the_connection_is_free() {
    let stage = Arc::new(Stage::new().await);
    let docpal = stage.patient(2).await;
    let _holder = stage.hold().await;
    for kind in 0..5 {
        let permit = Arc::new(());
        let left = Arc::downgrade(&permit);
        let mut reads = JoinSet::new();
        reads.spawn(read(docpal.holding(permit), Arc::clone(&stage), kind));
        while stage.waiting().await == 0 {}
        reads.shutdown().await;
        while left.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
        assert_eq!(stage.waiting().await, 0, "{kind}: the statement has ended before");
        stage.serves(&docpal).await;
    }
    // A read that comes to its end leaves nothing behind.
    let permit = Arc::new(());
    stage.serves(&docpal.holding(Arc::clone(&permit))).await;
    assert_eq!(Arc::strong_count(&permit), 1);
}

#[tokio::test]
async fn a_read_on_a_hosts_pool_is_bounded_as_a_statement_is() {
    let stage = Stage::new().await;
    let pool = || PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(60));
    let pool = pool().connect_with(stage.world.db.connect_options()).await.unwrap();
    let limits = Limits::patient().statement(Some(Duration::from_millis(300)));
    let bounded = Docpal::builder(pool.clone()).limits(limits).start().await.unwrap();
    let patient = Docpal::builder(pool).limits(Limits::patient()).start().await.unwrap();
    let _holder = stage.hold().await;
    let records = bounded.records(&stage.world.owner, stage.held);
    let view = ViewSpec::new();
    let summary = ViewSpec::new().aggregate("text", "filled");
    for kind in 0..3 {
        let error = match kind {
            0 => records.list(&view).await.map(drop),
            1 => records.get(stage.record).await.map(drop),
            _ => records.summary(&summary).await.map(drop),
        };
        let error = error.unwrap_err();
        assert_eq!((error.code(), error.kind() == ErrorKind::Limit), ("timeout", true), "{kind}: {error:?}");
        // The one connection is free, and the table still held.
        stage.serves(&patient).await;
        assert_eq!(stage.waiting().await, 0);
    }
}

/// What takes the place of the table: records of 100 kB, of which those behind the two hundredth wait for a lock.
const BEHIND: &str = "DO $$ DECLARE it record; BEGIN
    SELECT * INTO STRICT it FROM those;
    EXECUTE format('ALTER TABLE %I.%I RENAME TO whole', it.schemaname, it.tablename);
    EXECUTE format('CREATE VIEW %I.%I AS SELECT * FROM %I.whole WHERE docpal_test_passes()',
        it.schemaname, it.tablename, it.schemaname);
END $$";
const PASSES: &str =
    "CREATE FUNCTION docpal_test_passes() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN
    IF nextval('docpal_test_rows') > 200 THEN PERFORM pg_advisory_lock_shared(4711); END IF;
    RETURN true;
END $$";

#[tokio::test]
async fn a_page_that_ends_early_has_the_rest_of_its_records_cancelled() {
    let stage = Stage::new().await;
    let world = &stage.world;
    let drafts = vec![RecordDraft::new().set("text", "x".repeat(100_000)); 250];
    world.docpal.records(&world.owner, stage.held).create_many(&drafts).await.unwrap();
    for sql in ["CREATE SEQUENCE docpal_test_rows", PASSES, BEHIND] {
        world.db.pool().execute(sql).await.unwrap();
    }
    let mut holder = world.db.connect_options().connect().await.unwrap();
    holder.execute("SELECT pg_advisory_lock(4711)").await.unwrap();
    // In the order of an index, so that the first records come before the last are looked at.
    let options = world.db.connect_options().options([("enable_sort", "off"), ("enable_seqscan", "off")]);
    let limits = Limits::patient().pool_size(1).acquire(Duration::from_secs(60));
    let docpal = Docpal::builder(options).limits(limits).start().await.unwrap();
    let records = docpal.records(&world.owner, stage.held);
    let page = records.list(&ViewSpec::new().limit(1_000)).await.unwrap();
    assert!(page.len() < 200 && page.next_cursor().is_some(), "{} records", page.len());
    // The rest never comes, as its lock is held: the one connection is free all the same.
    stage.serves(&docpal).await;
}
