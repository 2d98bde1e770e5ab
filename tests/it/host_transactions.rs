//! DocPal on the host's own connection: what the host began, only the host ends.

use docpal::core::events::StartAt;
use docpal::core::sql::Connection;
use docpal::core::{
    Action, AppId, AppSpec, CompanyId, Error, FieldSpec, RecordDraft, RecordId, Resource, Role, RuleSpec,
    Subject, TableId, TableSpec,
};
use docpal::query::{RecordsExt as _, ViewSpec};
use sqlx::{Acquire as _, Executor as _, PgPool};

use crate::world::World;

/// A world with a table of unique codes and one record in it.
struct Stage {
    world: World,
    app: AppId,
    table: TableId,
    record: RecordId,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let spec = TableSpec::new("Codes").field(FieldSpec::new("code", "text").unique());
        let table = world.table(spec).await;
        let (app, table) = (table.meta().app, table.id());
        let records = world.docpal.records(&world.owner, table);
        let record = records.create(&RecordDraft::new().set("code", "first")).await.unwrap().id();
        Self { world, app, table, record }
    }

    fn rule(&self) -> RuleSpec {
        RuleSpec::deny(Resource::Table(self.table), Subject::Role(Role::Member), Action::Delete)
    }

    /// Every kind of operation, once.
    async fn everything(&self, conn: &mut Connection) {
        let (docpal, owner) = (&self.world.docpal, &self.world.owner);
        docpal.companies().create_in(conn, CompanyId::new(), "Other").await.unwrap();
        docpal.apps(owner).create_in(conn, &AppSpec::new("Second")).await.unwrap();
        let spec = TableSpec::new("Made").field(FieldSpec::new("n", "number"));
        docpal.tables(owner).create_in(conn, self.app, &spec).await.unwrap();
        let dropped = docpal.tables(owner).create_in(conn, self.app, &TableSpec::new("Gone")).await.unwrap();
        docpal.tables(owner).drop_in(conn, dropped.id()).await.unwrap();
        docpal.rules(owner).create_in(conn, &self.rule()).await.unwrap();
        let rule = docpal.rules(owner).create_in(conn, &self.rule()).await.unwrap();
        docpal.rules(owner).delete_in(conn, rule.id).await.unwrap();
        let records = docpal.records(owner, self.table);
        records.create_in(conn, &code("second")).await.unwrap();
        records.update_in(conn, self.record, &code("changed"), None).await.unwrap();
        let ids = records.create_many_in(conn, &[code("a"), code("b"), code("c")]).await.unwrap();
        records.delete_in(conn, ids[0], None).await.unwrap();
        records.delete_many_in(conn, &ids[1..2]).await.unwrap();
        records.list_in(conn, &ViewSpec::new()).await.unwrap();
    }

    /// What the database holds, seen from outside.
    async fn seen(&self) -> [i64; 6] {
        let pool = self.world.db.pool();
        [
            count(pool, "SELECT count(*) FROM docpal.companies").await,
            count(pool, "SELECT count(*) FROM docpal.apps").await,
            count(pool, "SELECT count(*) FROM docpal.tables").await,
            count(pool, "SELECT count(*) FROM docpal.rules").await,
            count(pool, "SELECT count(*) FROM docpal.audit_log").await,
            i64::try_from(self.world.list(self.table, &ViewSpec::new()).await.len()).unwrap(),
        ]
    }
}

fn code(text: &str) -> RecordDraft {
    RecordDraft::new().set("code", text)
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

// Finding A10
#[tokio::test]
async fn a_transaction_begun_in_sql_is_ended_by_the_host_only() {
    let stage = Stage::new().await;
    let before = stage.seen().await;
    let mut conn = stage.world.db.pool().acquire().await.unwrap();
    conn.execute("BEGIN").await.unwrap();
    stage.everything(&mut conn).await;
    assert_eq!(stage.seen().await, before, "nothing is committed by DocPal");
    conn.execute("ROLLBACK").await.unwrap();
    assert_eq!(stage.seen().await, before);

    conn.execute("BEGIN").await.unwrap();
    stage.everything(&mut conn).await;
    conn.execute("COMMIT").await.unwrap();
    let after = stage.seen().await;
    assert_eq!(after[0], before[0] + 1, "{after:?}");
    assert_eq!((after[1], after[2], after[5]), (before[1] + 1, before[2] + 1, before[5] + 2));
    assert!(after[3] > before[3] && after[4] > before[4], "{after:?}");
}

// Finding A10
#[tokio::test]
async fn a_transaction_of_the_driver_is_ended_by_the_host_only() {
    let stage = Stage::new().await;
    let before = stage.seen().await;
    let mut tx = stage.world.db.pool().begin().await.unwrap();
    stage.everything(&mut tx).await;
    let mut nested = tx.begin().await.unwrap();
    stage.world.docpal.companies().create_in(&mut nested, CompanyId::new(), "Third").await.unwrap();
    nested.rollback().await.unwrap();
    assert_eq!(stage.seen().await, before);
    tx.commit().await.unwrap();
    assert_eq!(stage.seen().await[0], before[0] + 1);
}

// Finding A10
#[tokio::test]
async fn savepoints_of_the_host_stay_the_hosts() {
    let stage = Stage::new().await;
    let records = stage.world.docpal.records(&stage.world.owner, stage.table);
    let mut conn = stage.world.db.pool().acquire().await.unwrap();
    conn.execute("BEGIN; SAVEPOINT docpal").await.unwrap();
    records.create_in(&mut conn, &code("a")).await.unwrap();
    conn.execute("SAVEPOINT inner_one").await.unwrap();
    records.create_in(&mut conn, &code("b")).await.unwrap();
    let twice = records.create_in(&mut conn, &code("a")).await.unwrap_err();
    assert_eq!(twice.code(), "duplicate_value");
    conn.execute("ROLLBACK TO SAVEPOINT inner_one").await.unwrap();
    records.create_in(&mut conn, &code("c")).await.unwrap();
    conn.execute("SAVEPOINT other").await.unwrap();
    // The host's savepoint with DocPal's own name is still the host's.
    conn.execute("ROLLBACK TO SAVEPOINT docpal").await.unwrap();
    records.create_in(&mut conn, &code("d")).await.unwrap();
    conn.execute("COMMIT").await.unwrap();
    let all = stage.world.list(stage.table, &ViewSpec::new()).await;
    let mut codes = crate::world::column(&all, "code");
    codes.sort_unstable();
    assert_eq!(codes, ["d", "first"]);
}

// Finding A10
#[tokio::test]
async fn an_aborted_transaction_stays_aborted_and_open() {
    let stage = Stage::new().await;
    let before = stage.seen().await;
    let (docpal, owner) = (&stage.world.docpal, &stage.world.owner);
    let mut raw = stage.world.db.pool().acquire().await.unwrap();
    raw.execute("BEGIN").await.unwrap();
    let mut tx = stage.world.db.pool().begin().await.unwrap();
    for conn in [&mut *raw, &mut *tx] {
        docpal.companies().create_in(conn, CompanyId::new(), "Lost").await.unwrap();
        conn.execute("SELECT 1 / 0").await.unwrap_err();
        let records = docpal.records(owner, stage.table);
        let codes = [
            docpal.companies().create_in(conn, CompanyId::new(), "X").await.unwrap_err(),
            docpal.apps(owner).create_in(conn, &AppSpec::new("X")).await.unwrap_err(),
            docpal.tables(owner).create_in(conn, stage.app, &TableSpec::new("X")).await.unwrap_err(),
            docpal.tables(owner).drop_in(conn, stage.table).await.unwrap_err(),
            docpal.rules(owner).create_in(conn, &stage.rule()).await.unwrap_err(),
            records.create_in(conn, &code("x")).await.unwrap_err(),
            records.create_many_in(conn, &[code("x")]).await.unwrap_err(),
            records.update_in(conn, stage.record, &code("x"), None).await.unwrap_err(),
            records.delete_in(conn, stage.record, None).await.unwrap_err(),
            records.delete_many_in(conn, &[stage.record]).await.unwrap_err(),
            records.list_in(conn, &ViewSpec::new()).await.unwrap_err(),
        ];
        for error in codes {
            assert_eq!((error.code(), error.is_conflict()), ("transaction_aborted", true), "{error:?}");
        }
        // Not ended: PostgreSQL still refuses what is not the end of the transaction.
        let refused = conn.execute("SELECT 1").await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("25P02"));
    }
    raw.execute("COMMIT").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stage.seen().await, before);
}

// Finding A10
#[tokio::test]
async fn a_failure_in_a_transaction_begun_in_sql_undoes_itself_only() {
    let stage = Stage::new().await;
    let records = stage.world.docpal.records(&stage.world.owner, stage.table);
    let member = stage.world.member();
    let mut conn = stage.world.db.pool().acquire().await.unwrap();
    conn.execute("BEGIN").await.unwrap();
    records.create_in(&mut conn, &code("a")).await.unwrap();
    assert_eq!(records.create_in(&mut conn, &code("a")).await.unwrap_err().code(), "duplicate_value");
    let many = [code("b"), code("a")];
    assert_eq!(records.create_many_in(&mut conn, &many).await.unwrap_err().code(), "duplicate_value");
    let taken = AppSpec::new("App of Codes");
    let error = stage.world.docpal.apps(&stage.world.owner).create_in(&mut conn, &taken).await.unwrap_err();
    assert_eq!(error.code(), "name_taken");
    let company = stage.world.company;
    let error = stage.world.docpal.companies().create_in(&mut conn, company, "Again").await.unwrap_err();
    assert_eq!(error.code(), "company_exists");
    let spec = TableSpec::new("Codes");
    let error = stage.world.docpal.tables(&stage.world.owner).create_in(&mut conn, stage.app, &spec).await;
    assert_eq!(error.unwrap_err().code(), "name_taken");
    let error = stage.world.docpal.rules(&member).create_in(&mut conn, &stage.rule()).await.unwrap_err();
    assert_eq!(error.code(), "not_allowed");
    records.create_in(&mut conn, &code("c")).await.unwrap();
    conn.execute("COMMIT").await.unwrap();
    let mut codes = crate::world::column(&stage.world.list(stage.table, &ViewSpec::new()).await, "code");
    codes.sort_unstable();
    assert_eq!(codes, ["a", "c", "first"]);
}

// Finding A10
#[tokio::test]
async fn without_a_transaction_an_operation_commits_itself_and_leaves_none() {
    let stage = Stage::new().await;
    let before = stage.seen().await;
    let mut conn = stage.world.db.pool().acquire().await.unwrap();
    stage.everything(&mut conn).await;
    let open = conn.execute("SAVEPOINT anything").await.unwrap_err();
    assert_eq!(open.as_database_error().unwrap().code().as_deref(), Some("25P01"));
    assert_eq!(stage.seen().await[0], before[0] + 1);
}

#[tokio::test]
async fn a_transaction_that_postgresql_undoes_is_no_success_to_commit() {
    let stage = Stage::new().await;
    let before = stage.seen().await;
    let records = stage.world.docpal.records(&stage.world.owner, stage.table);
    let mut tx = stage.world.docpal.begin().await.unwrap();
    records.create_in(&mut tx, &code("lost")).await.unwrap();
    tx.execute("SELECT 1 / 0").await.unwrap_err();
    let undone = tx.commit().await.unwrap_err();
    assert_eq!((undone.code(), undone.is_conflict()), ("transaction_undone", true), "{undone:?}");
    assert_eq!(stage.seen().await, before);

    // A failure of DocPal's, and one of the host's that it went back from, are none of the transaction.
    let mut tx = stage.world.docpal.begin().await.unwrap();
    records.create_in(&mut tx, &code("kept")).await.unwrap();
    assert_eq!(records.create_in(&mut tx, &code("kept")).await.unwrap_err().code(), "duplicate_value");
    let mut nested = tx.begin().await.unwrap();
    nested.execute("SELECT 1 / 0").await.unwrap_err();
    nested.rollback().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stage.seen().await[5], before[5] + 1);
}

#[tokio::test]
async fn a_connection_whose_transaction_was_committed_has_none_and_the_next_is_its_own() {
    let stage = Stage::new().await;
    let limits = docpal::core::Limits::default().pool_size(1);
    let docpal = docpal::core::Docpal::builder(stage.world.db.connect_options()).limits(limits);
    let docpal = docpal.start().await.unwrap();
    let before = stage.seen().await;
    for n in 0..3 {
        let mut tx = docpal.begin().await.unwrap();
        docpal
            .records(&stage.world.owner, stage.table)
            .create_in(&mut tx, &code(&n.to_string()))
            .await
            .unwrap();
        if n == 1 {
            std::mem::forget(tx.begin().await.unwrap());
        }
        tx.commit().await.unwrap();
        assert_eq!(
            stage.seen().await[5],
            before[5] + n + 1,
            "all of it is stored, whatever was begun inside"
        );
        let mut conn = docpal.acquire().await.unwrap();
        let open = conn.execute("SAVEPOINT anything").await.unwrap_err();
        assert_eq!(open.as_database_error().unwrap().code().as_deref(), Some("25P01"));
    }
}

// Finding D1
#[tokio::test]
async fn every_operation_works_under_a_publication_of_all_tables() {
    let stage = Stage::new().await;
    stage.world.db.pool().execute("CREATE PUBLICATION everything FOR ALL TABLES").await.unwrap();
    let mut conn = stage.world.db.pool().acquire().await.unwrap();
    conn.execute("BEGIN").await.unwrap();
    stage.everything(&mut conn).await;
    conn.execute("COMMIT").await.unwrap();
    let (docpal, owner) = (&stage.world.docpal, &stage.world.owner);
    docpal.companies().create(CompanyId::new(), "Another").await.unwrap();
    let app = docpal.apps(owner).create(&AppSpec::new("Third")).await.unwrap().id;
    let table = docpal.tables(owner).create(app, &TableSpec::new("Made")).await.unwrap().id();
    docpal.tables(owner).drop(table).await.unwrap();
    let records = docpal.records(owner, stage.table);
    let id = records.create(&code("pool")).await.unwrap().id();
    records.update(id, &code("changed on the pool"), None).await.unwrap();
    records.delete(id, None).await.unwrap();
    let events = docpal.events();
    events.register("reader", StartAt::Oldest).await.unwrap();
    events.read("reader", 10_000, async |_, _| Ok::<(), Error>(())).await.unwrap();
    events.remove("reader").await.unwrap();
}

// Finding D1
#[tokio::test]
async fn no_table_that_a_publication_takes_is_without_a_key() {
    let stage = Stage::new().await;
    let keyless = "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
              AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)";
    let keyless: Vec<String> = sqlx::query_scalar(keyless).fetch_all(stage.world.db.pool()).await.unwrap();
    assert!(keyless.is_empty(), "{keyless:?}");
}

// Finding D1b
#[tokio::test]
async fn an_operation_whose_end_fails_leaves_the_hosts_transaction_usable() {
    let stage = Stage::new().await;
    let trigger = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
        CREATE TRIGGER refuse BEFORE DELETE ON docpal.unfinished FOR EACH ROW EXECUTE FUNCTION refuse()";
    stage.world.db.pool().execute(trigger).await.unwrap();
    let before = stage.seen().await;
    let records = stage.world.docpal.records(&stage.world.owner, stage.table);
    let mut tx = stage.world.db.pool().begin().await.unwrap();
    records.create_in(&mut tx, &code("lost")).await.unwrap_err();
    tx.execute("SELECT 1").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stage.seen().await, before);
}

// Finding D1b
#[tokio::test]
async fn a_write_in_a_read_only_transaction_says_so_and_leaves_it_usable() {
    let stage = Stage::new().await;
    let records = stage.world.docpal.records(&stage.world.owner, stage.table);
    let mut raw = stage.world.db.pool().acquire().await.unwrap();
    raw.execute("BEGIN READ ONLY").await.unwrap();
    let mut snapshot = stage.world.docpal.begin_snapshot().await.unwrap();
    for conn in [&mut *raw, &mut *snapshot] {
        let refused = records.create_in(conn, &code("lost")).await.unwrap_err();
        assert_eq!((refused.code(), refused.is_conflict()), ("read_only_transaction", true), "{refused:?}");
        let company = stage.world.docpal.companies().create_in(conn, CompanyId::new(), "Lost").await;
        assert_eq!(company.unwrap_err().code(), "read_only_transaction");
        records.get_in(conn, stage.record).await.unwrap();
    }
    snapshot.commit().await.unwrap();
    raw.execute("COMMIT").await.unwrap();
}

// Finding D3
#[tokio::test]
async fn a_failed_call_with_many_records_leaves_a_transaction_that_can_be_committed() {
    let stage = Stage::new().await;
    let records = stage.world.docpal.records(&stage.world.owner, stage.table);
    let mut tx = stage.world.docpal.begin().await.unwrap();
    records.create_in(&mut tx, &code("kept")).await.unwrap();
    let many = [code("a"), code("kept")];
    assert_eq!(records.create_many_in(&mut tx, &many).await.unwrap_err().code(), "duplicate_value");
    records.create_many_in(&mut tx, &[code("b"), code("c")]).await.unwrap();
    tx.commit().await.unwrap();
    let mut codes = crate::world::column(&stage.world.list(stage.table, &ViewSpec::new()).await, "code");
    codes.sort_unstable();
    assert_eq!(codes, ["b", "c", "first", "kept"]);
}
