//! Writes whose caller goes away at any moment: whole or not there, and nothing goes on at the server.

use std::time::Duration;

use docpal::core::{
    AppSpec, Docpal, FieldSpec, Filter, Limits, RecordDraft, RecordId, TableId, TableSpec, Transaction,
};
use docpal::query::{Direction, RecordsExt as _, ViewSpec};
use sqlx::Executor as _;

use crate::cut::cut;
use crate::world::{World, column};

/// A world whose DocPal has one connection: one that is not given back stops everything.
struct Stage {
    world: World,
    docpal: Docpal,
    table: TableId,
}

impl Stage {
    async fn new() -> Self {
        let world = World::where_events_are_counted().await;
        let spec = TableSpec::new("Codes").field(FieldSpec::new("code", "text").unique());
        let table = world.table(spec).await.id();
        // A connection may take as long as the usual limit to be usable again, on a busy machine.
        let limits = Limits::default().pool_size(1).acquire(Duration::from_secs(60));
        let docpal = Docpal::builder(world.db.connect_options()).limits(limits).start().await.unwrap();
        Self { world, docpal, table }
    }

    /// Waits for writes under way, by a lock that waits for them; then counts what is there.
    async fn counts(&self) -> Counts {
        let mut tx = self.world.db.pool().begin().await.unwrap();
        tx.execute("LOCK TABLE docpal.audit_log, docpal.outbox IN SHARE MODE").await.unwrap();
        let audit = "SELECT coalesce(sum(cardinality(record_ids)), 0)::bigint FROM docpal.audit_log";
        let audited: i64 = sqlx::query_scalar(audit).fetch_one(&mut *tx).await.unwrap();
        // Those that wait for a position and those that have one: the background task gives it at any moment.
        let outbox = "SELECT coalesce(sum(cardinality(record_ids)), 0)::bigint FROM
            (SELECT record_ids FROM docpal.outbox UNION ALL SELECT record_ids FROM docpal.events) told";
        let sent: i64 = sqlx::query_scalar(outbox).fetch_one(&mut *tx).await.unwrap();
        let versions = self.world.docpal.records(&self.world.owner, self.table);
        let page = versions.list_in(&mut tx, &ViewSpec::new().limit(1_000)).await.unwrap();
        let records = i64::try_from(page.len()).unwrap();
        let versions = (0..page.len()).filter_map(|index| page.version(index)).sum();
        Counts { records, versions, audited, sent }
    }

    /// The one connection is idle, outside of any transaction, and gives each question its own answer.
    async fn connection_is_fresh(&self) {
        let mut conn = self.docpal.acquire().await.unwrap();
        let refused = conn.execute("SAVEPOINT anything").await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("25P01"));
        assert_eq!(sqlx::query_scalar::<_, i32>("SELECT 7").fetch_one(&mut *conn).await.unwrap(), 7);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    records: i64,
    versions: i64,
    audited: i64,
    sent: i64,
}

fn code(text: &str) -> RecordDraft {
    RecordDraft::new().set("code", text)
}

// Finding A11; C4
#[tokio::test]
async fn a_create_dropped_at_any_await_is_whole_or_not_there() {
    let stage = Stage::new().await;
    let mut before = stage.counts().await;
    for polls in 0.. {
        let draft = code(&format!("c{polls}"));
        let records = stage.docpal.records(&stage.world.owner, stage.table);
        let done = cut(polls, records.create(&draft)).await;
        let after = stage.counts().await;
        let made = after.records - before.records;
        assert!(made == 0 || made == 1, "{polls} polls: {before:?} {after:?}");
        assert_eq!((after.audited - before.audited, after.sent - before.sent), (made, made), "{polls} polls");
        stage.connection_is_fresh().await;
        // The caller finds out by looking for what it wrote.
        let view = ViewSpec::new().filter(Filter::test("code", "is", format!("c{polls}")));
        assert_eq!(i64::try_from(stage.world.list(stage.table, &view).await.len()).unwrap(), made);
        if let Some(done) = done {
            done.unwrap();
            assert_eq!(made, 1);
            assert!(polls > 0, "a write waits for the server");
            return;
        }
        before = after;
    }
}

// Finding A11; C4
#[tokio::test]
async fn an_update_dropped_at_any_await_is_whole_or_not_there() {
    let stage = Stage::new().await;
    let records = stage.docpal.records(&stage.world.owner, stage.table);
    let id = records.create(&code("a")).await.unwrap().id();
    let mut before = stage.counts().await;
    for polls in 0.. {
        let draft = code(&format!("u{polls}"));
        let done = cut(polls, records.update(id, &draft, None)).await;
        let after = stage.counts().await;
        let changed = after.versions - before.versions;
        assert!(changed == 0 || changed == 1, "{polls} polls: {before:?} {after:?}");
        assert_eq!((after.audited - before.audited, after.sent - before.sent), (changed, changed));
        stage.connection_is_fresh().await;
        if done.is_some() {
            assert_eq!(changed, 1);
            let page = stage.world.list(stage.table, &ViewSpec::new()).await;
            assert_eq!(column(&page, "code"), [format!("u{polls}")]);
            return;
        }
        before = after;
    }
}

// Finding A11; C4
#[tokio::test]
async fn bulk_writes_dropped_at_any_await_are_whole_or_not_there() {
    let stage = Stage::new().await;
    let records = stage.docpal.records(&stage.world.owner, stage.table);
    let mut before = stage.counts().await;
    for polls in 0.. {
        let drafts: Vec<RecordDraft> = (0..40).map(|n| code(&format!("b{polls}-{n}"))).collect();
        let done = cut(polls, records.create_many(&drafts)).await;
        let after = stage.counts().await;
        let made = after.records - before.records;
        assert!(made == 0 || made == 40, "{polls} polls: {before:?} {after:?}");
        assert_eq!((after.audited - before.audited, after.sent - before.sent), (made, made));
        stage.connection_is_fresh().await;
        before = after;
        if done.is_some() {
            assert_eq!(made, 40);
            break;
        }
    }
    let page = stage.world.list(stage.table, &ViewSpec::new().sort("code", Direction::Ascending)).await;
    let ids: Vec<RecordId> = (0..40).filter_map(|index| page.id(index)).collect();
    for polls in 0.. {
        let done = cut(polls, records.delete_many(&ids)).await;
        let after = stage.counts().await;
        let gone = before.records - after.records;
        assert!(gone == 0 || gone == 40, "{polls} polls: {before:?} {after:?}");
        assert_eq!((after.audited - before.audited, after.sent - before.sent), (gone, gone));
        stage.connection_is_fresh().await;
        if done.is_some() || gone == 40 {
            return;
        }
    }
}

// Finding A11
#[tokio::test]
async fn a_table_dropped_in_the_making_leaves_nothing() {
    let stage = Stage::new().await;
    let app = stage.docpal.apps(&stage.world.owner).create(&AppSpec::new("App")).await.unwrap();
    let tables = stage.docpal.tables(&stage.world.owner);
    for polls in 0.. {
        let spec = TableSpec::new(format!("T{polls}"))
            .field(FieldSpec::new("n", "autonumber"))
            .field(FieldSpec::new("t", "text").unique());
        let before = tables.list(app.id).await.unwrap().len();
        let done = cut(polls, tables.create(app.id, &spec)).await;
        stage.connection_is_fresh().await;
        let known = tables.list(app.id).await.unwrap().len();
        assert!(known == before || known == before + 1);
        let physical: i64 =
            sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'dt\\_%'")
                .fetch_one(stage.world.db.pool())
                .await
                .unwrap();
        assert_eq!(usize::try_from(physical).unwrap(), known + 1, "with the table of the stage");
        if let Some(done) = done {
            done.unwrap();
            return;
        }
    }
}

// Finding A11
#[tokio::test]
async fn a_statement_whose_caller_has_gone_is_cancelled_at_the_server() {
    let stage = Stage::new().await;
    let records = stage.docpal.records(&stage.world.owner, stage.table);
    let id = records.create(&code("a")).await.unwrap().id();
    let mut holder = stage.world.docpal.begin().await.unwrap();
    let others = stage.world.docpal.records(&stage.world.owner, stage.table);
    others.update_in(&mut holder, id, &code("held"), None).await.unwrap();
    let draft = code("late");
    tokio::select! {
        done = records.update(id, &draft, None) => panic!("the record is held: {done:?}"),
        () = somebody_waits(&stage.world) => {}
    }
    // The record is still held: without a cancellation the only connection would never come back.
    stage.connection_is_fresh().await;
    holder.rollback().await.unwrap();
    let page = stage.world.list(stage.table, &ViewSpec::new()).await;
    assert_eq!((column(&page, "code"), page.version(0)), (vec!["a".to_owned()], Some(1)));
}

/// Returns once a session waits for a lock.
async fn somebody_waits(world: &World) {
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(world.db.pool()).await.unwrap() == 0 {}
}

// Finding A11
#[tokio::test]
async fn a_transaction_dropped_with_open_savepoints_gives_its_connection_back() {
    use sqlx::Connection as _;
    let stage = Stage::new().await;
    let mut tx: Transaction = stage.docpal.begin().await.unwrap();
    let nested = tx.begin().await.unwrap();
    std::mem::forget(nested);
    tx.execute("SELECT 1 / 0").await.unwrap_err();
    drop(tx);
    stage.connection_is_fresh().await;
}
