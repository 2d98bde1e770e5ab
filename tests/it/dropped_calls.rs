//! Calls on the host's connection whose caller goes away at any moment: the host's transaction cannot be committed with
//! a part of one, and the connection goes on answering what it is asked.

use docpal::core::sql::Connection;
use docpal::core::{
    Action, AppId, AppSpec, CompanyId, FieldSpec, RecordDraft, RecordId, Resource, Result, Role, RuleId,
    RuleSpec, Subject, TableId, TableSpec,
};
use docpal::query::{RecordsExt as _, ViewSpec};
use sqlx::{Acquire as _, ConnectOptions as _, Executor as _, PgConnection};

use crate::cut::cut;
use crate::world::World;

/// Every call that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Company,
    App,
    Table,
    DropTable,
    Rule,
    DeleteRule,
    Create,
    CreateMany,
    Update,
    Delete,
    DeleteMany,
}

const CALLS: [Call; 11] = [
    Call::Company,
    Call::App,
    Call::Table,
    Call::DropTable,
    Call::Rule,
    Call::DeleteRule,
    Call::Create,
    Call::CreateMany,
    Call::Update,
    Call::Delete,
    Call::DeleteMany,
];

/// What there is to change.
struct Stage {
    world: World,
    app: AppId,
    table: TableId,
    record: RecordId,
}

/// What a call takes away.
struct Prey {
    table: TableId,
    rule: RuleId,
    records: Vec<RecordId>,
}

fn code(text: impl Into<String>) -> RecordDraft {
    RecordDraft::new().set("code", text.into())
}

impl Stage {
    async fn new() -> Self {
        let world = World::where_events_are_counted().await;
        let spec = TableSpec::new("Codes").field(FieldSpec::new("code", "text").unique());
        let table = world.table(spec).await;
        let (app, table) = (table.meta().app, table.id());
        let record = world.docpal.records(&world.owner, table).create(&code("first")).await.unwrap().id();
        world.db.pool().execute("CREATE TABLE host (n integer)").await.unwrap();
        Self { world, app, table, record }
    }

    fn rule(&self) -> RuleSpec {
        RuleSpec::deny(Resource::Table(self.table), Subject::Role(Role::Member), Action::Delete)
    }

    /// Makes what a call takes away.
    async fn prey(&self, call: Call, n: usize) -> Prey {
        let (docpal, owner) = (&self.world.docpal, &self.world.owner);
        let mut prey = Prey { table: self.table, rule: RuleId::new(), records: Vec::new() };
        match call {
            Call::DropTable => {
                let spec = TableSpec::new(format!("Prey {n}"));
                prey.table = docpal.tables(owner).create(self.app, &spec).await.unwrap().id();
            }
            Call::DeleteRule => prey.rule = docpal.rules(owner).create(&self.rule()).await.unwrap().id,
            Call::Delete | Call::DeleteMany => {
                let drafts = [code(format!("prey {call:?} {n}.1")), code(format!("prey {call:?} {n}.2"))];
                prey.records = docpal.records(owner, self.table).create_many(&drafts).await.unwrap();
            }
            _ => {}
        }
        prey
    }

    async fn call(&self, conn: &mut Connection, call: Call, n: usize, prey: &Prey) -> Result<()> {
        let (docpal, owner) = (&self.world.docpal, &self.world.owner);
        let records = docpal.records(owner, self.table);
        match call {
            Call::Company => docpal.companies().create_in(conn, CompanyId::new(), "Other").await.map(drop),
            Call::App => {
                docpal.apps(owner).create_in(conn, &AppSpec::new(format!("App {n}"))).await.map(drop)
            }
            Call::Table => {
                let spec = TableSpec::new(format!("Table {n}")).field(FieldSpec::new("t", "text").unique());
                docpal.tables(owner).create_in(conn, self.app, &spec).await.map(drop)
            }
            Call::DropTable => docpal.tables(owner).drop_in(conn, prey.table).await,
            Call::Rule => docpal.rules(owner).create_in(conn, &self.rule()).await.map(drop),
            Call::DeleteRule => docpal.rules(owner).delete_in(conn, prey.rule).await.map(drop),
            Call::Create => records.create_in(conn, &code(format!("new {n}"))).await.map(drop),
            Call::CreateMany => {
                let drafts: Vec<_> = (0..50).map(|index| code(format!("many {n}.{index}"))).collect();
                records.create_many_in(conn, &drafts).await.map(drop)
            }
            Call::Update => {
                records.update_in(conn, self.record, &code(format!("set {n}")), None).await.map(drop)
            }
            Call::Delete => records.delete_in(conn, prey.records[0], None).await,
            Call::DeleteMany => records.delete_many_in(conn, &prey.records).await.map(drop),
        }
    }

    /// What the database holds.
    async fn seen(&self) -> Vec<i64> {
        let counts = "SELECT ARRAY[
            (SELECT count(*) FROM docpal.companies), (SELECT count(*) FROM docpal.apps),
            (SELECT count(*) FROM docpal.tables), (SELECT count(*) FROM docpal.rules),
            (SELECT count(*) FROM docpal.audit_log),
            (SELECT count(*) FROM (SELECT audit_id FROM docpal.outbox UNION ALL SELECT audit_id FROM docpal.events) e),
            (SELECT count(*) FROM pg_tables WHERE tablename LIKE 'dt\\_%'),
            (SELECT count(*) FROM host)]";
        let mut seen: Vec<i64> = sqlx::query_scalar(counts).fetch_one(self.world.db.pool()).await.unwrap();
        let page = self.world.list(self.table, &ViewSpec::new().limit(1_000)).await;
        seen.push(i64::try_from(page.len()).unwrap());
        seen.push((0..page.len()).filter_map(|index| page.version(index)).sum());
        seen
    }

    /// Returns once a session waits for a lock.
    async fn somebody_waits(&self) {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(self.world.db.pool()).await.unwrap() == 0 {}
    }

    async fn connection(&self) -> PgConnection {
        self.world.db.connect_options().connect().await.unwrap()
    }
}

fn change(before: &[i64], after: &[i64]) -> Vec<i64> {
    after.iter().zip(before).map(|(after, before)| after - before).collect()
}

/// Each question gets its own answer.
async fn answers(conn: &mut PgConnection, n: usize) {
    for question in [i64::try_from(n).unwrap(), -7] {
        let answer: i64 = sqlx::query_scalar("SELECT $1").bind(question).fetch_one(&mut *conn).await.unwrap();
        assert_eq!(answer, question);
    }
}

fn constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(|error| error.constraint())
}

// Finding A11
#[tokio::test]
async fn a_hosts_transaction_cannot_be_committed_with_a_part_of_a_dropped_call() {
    let stage = Stage::new().await;
    let mut conn = stage.connection().await;
    for call in CALLS {
        // What the whole call changes, and its transaction: a row of the host's.
        let mut kept: Vec<Vec<i64>> = Vec::new();
        for polls in 0.. {
            let n = polls + 1_000;
            let prey = stage.prey(call, n).await;
            let before = stage.seen().await;
            conn.execute("BEGIN; INSERT INTO host VALUES (1)").await.unwrap();
            let done = cut(polls, stage.call(&mut conn, call, n, &prey)).await;
            answers(&mut conn, n).await;
            let committed = conn.execute("COMMIT").await;
            let change = change(&before, &stage.seen().await);
            match &committed {
                Ok(_) => kept.push(change),
                Err(error) => {
                    assert_eq!(constraint(error), Some("call_was_dropped"), "{call:?} {polls}: {error}");
                    assert!(change.iter().all(|change| *change == 0), "{call:?} {polls}: {change:?}");
                }
            }
            answers(&mut conn, n).await;
            if let Some(done) = done {
                done.unwrap();
                committed.unwrap();
                break;
            }
        }
        let whole = kept.last().cloned().unwrap();
        let nothing = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
        assert!(kept.iter().all(|kept| *kept == nothing || *kept == whole), "{call:?}: {kept:?}");
        assert_ne!(whole, nothing, "{call:?}");
    }
}

// Finding A11
#[tokio::test]
async fn a_call_dropped_on_a_connection_without_a_transaction_is_whole_or_not_there_and_leaves_none() {
    let stage = Stage::new().await;
    let mut conn = stage.connection().await;
    for call in CALLS {
        let mut changes: Vec<Vec<i64>> = Vec::new();
        for polls in 0.. {
            let n = polls + 1_000;
            let prey = stage.prey(call, n).await;
            let before = stage.seen().await;
            let done = cut(polls, stage.call(&mut conn, call, n, &prey)).await;
            if done.is_none() {
                // Whether there is a transaction is asked by a statement that fails without one, and the driver gives the
                // failure of a dropped statement to the next one.
                let _theirs = conn.execute("SELECT").await;
            }
            answers(&mut conn, n).await;
            let open = conn.execute("SAVEPOINT anything").await.unwrap_err();
            assert_eq!(
                open.as_database_error().unwrap().code().as_deref(),
                Some("25P01"),
                "{call:?} {polls}"
            );
            changes.push(change(&before, &stage.seen().await));
            if let Some(done) = done {
                done.unwrap();
                break;
            }
        }
        let whole = changes.last().cloned().unwrap();
        let nothing = vec![0; whole.len()];
        assert!(changes.iter().all(|change| *change == nothing || *change == whole), "{call:?}: {changes:?}");
        assert_ne!(whole, nothing, "{call:?}");
    }
}

/// Drops a call in the middle, where it waits for a record that another transaction holds.
async fn dropped(stage: &Stage, conn: &mut Connection) {
    let records = stage.world.docpal.records(&stage.world.owner, stage.table);
    let (held, late) = (code("held"), code("late"));
    let mut holder = stage.world.docpal.begin().await.unwrap();
    records.update_in(&mut holder, stage.record, &held, None).await.unwrap();
    tokio::select! {
        done = records.update_in(conn, stage.record, &late, None) => panic!("the record is held: {done:?}"),
        () = stage.somebody_waits() => {}
    }
    holder.rollback().await.unwrap();
}

// Finding A11
#[tokio::test]
async fn a_savepoint_of_the_host_before_a_dropped_call_clears_it() {
    let stage = Stage::new().await;
    let before = stage.seen().await;
    let mut conn = stage.connection().await;
    conn.execute("BEGIN; INSERT INTO host VALUES (1); SAVEPOINT before").await.unwrap();
    dropped(&stage, &mut conn).await;
    conn.execute("ROLLBACK TO SAVEPOINT before").await.unwrap();
    let prey = stage.prey(Call::Create, 1).await;
    stage.call(&mut conn, Call::Create, 1, &prey).await.unwrap();
    conn.execute("COMMIT").await.unwrap();
    assert_eq!(change(&before, &stage.seen().await), [0, 0, 0, 0, 1, 1, 0, 1, 1, 1]);

    let mut tx = stage.world.db.pool().begin().await.unwrap();
    let mut nested = tx.begin().await.unwrap();
    dropped(&stage, &mut nested).await;
    drop(nested);
    stage.call(&mut tx, Call::Create, 2, &prey).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(change(&before, &stage.seen().await), [0, 0, 0, 0, 2, 2, 0, 1, 2, 2]);
}

// Finding A11
#[tokio::test]
async fn a_dropped_call_holds_whatever_the_host_says_of_constraints_and_does_afterwards() {
    let stage = Stage::new().await;
    let mut conn = stage.connection().await;
    let prey = stage.prey(Call::Create, 0).await;
    conn.execute("BEGIN; SET CONSTRAINTS ALL IMMEDIATE").await.unwrap();
    for n in 0..3 {
        stage.call(&mut conn, Call::Create, n, &prey).await.unwrap();
        conn.execute("SET CONSTRAINTS ALL IMMEDIATE").await.unwrap();
    }
    let marks = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM docpal.unfinished");
    assert_eq!(marks.fetch_one(&mut conn).await.unwrap(), 0);
    conn.execute("COMMIT").await.unwrap();

    let before = stage.seen().await;
    conn.execute("BEGIN; SET CONSTRAINTS ALL IMMEDIATE; SAVEPOINT here").await.unwrap();
    dropped(&stage, &mut conn).await;
    let refused = conn.execute("SET CONSTRAINTS ALL IMMEDIATE").await.unwrap_err();
    assert_eq!(constraint(&refused), Some("call_was_dropped"));
    conn.execute("ROLLBACK TO SAVEPOINT here").await.unwrap();
    dropped(&stage, &mut conn).await;
    // What comes to its end afterwards does not heal it.
    stage.call(&mut conn, Call::Create, 4, &prey).await.unwrap();
    let refused = conn.execute("COMMIT").await.unwrap_err();
    assert_eq!(constraint(&refused), Some("call_was_dropped"));
    assert_eq!(stage.seen().await, before);
}

// Finding A11
#[tokio::test]
async fn a_transaction_of_docpal_is_not_committed_after_a_dropped_call() {
    let stage = Stage::new().await;
    let records = stage.world.docpal.records(&stage.world.owner, stage.table);
    for polls in 0.. {
        let before = stage.seen().await;
        let drafts: Vec<_> = (0..50).map(|index| code(format!("{polls}.{index}"))).collect();
        let mut tx = stage.world.docpal.begin().await.unwrap();
        tx.execute("INSERT INTO host VALUES (1)").await.unwrap();
        let done = cut(polls, records.create_many_in(&mut tx, &drafts)).await;
        let committed = tx.commit().await;
        let change = change(&before, &stage.seen().await);
        if let Some(done) = done {
            done.unwrap();
            committed.unwrap();
            assert_eq!(change, [0, 0, 0, 0, 1, 1, 0, 1, 50, 50]);
            break;
        }
        match committed {
            Ok(()) => {
                let [nothing, whole] = [[0, 0, 0, 0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 1, 0, 1, 50, 50]];
                assert!(change == nothing || change == whole, "{polls}: {change:?}");
            }
            Err(error) => {
                assert_eq!(error.code(), "call_dropped", "{polls}: {error:?}");
                assert_eq!(change, [0; 10], "{polls}");
            }
        }
    }
}

// Finding A11
#[tokio::test]
async fn a_transaction_of_docpal_says_at_its_commit_that_a_call_was_dropped() {
    let stage = Stage::new().await;
    let before = stage.seen().await;
    let mut tx = stage.world.docpal.begin().await.unwrap();
    tx.execute("INSERT INTO host VALUES (1)").await.unwrap();
    dropped(&stage, &mut tx).await;
    let refused = tx.commit().await.unwrap_err();
    assert_eq!((refused.code(), refused.is_conflict()), ("call_dropped", true));
    assert_eq!(stage.seen().await, before);
}

// Finding D3
#[tokio::test]
async fn a_transaction_of_docpal_answers_what_it_is_asked_after_a_dropped_call() {
    let world = World::new().await;
    let spec = TableSpec::new("Texts")
        .field(FieldSpec::new("text", "long_text"))
        .field(FieldSpec::new("code", "text").unique());
    let table = world.table(spec).await.id();
    let records = world.docpal.records(&world.owner, table);
    let mut holder = world.docpal.begin().await.unwrap();
    records.create_in(&mut holder, &code("held")).await.unwrap();
    // More than the way to the server takes at once, and the first waits for another transaction.
    let text = "x".repeat(20_000);
    let drafts: Vec<_> = (0..400)
        .map(|n| code(if n == 0 { "held".to_owned() } else { n.to_string() }).set("text", text.as_str()))
        .collect();
    let mut tx = world.docpal.begin().await.unwrap();
    tx.execute("SAVEPOINT mine").await.unwrap();
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'transactionid'";
    let waits = async {
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(world.db.pool()).await.unwrap() == 0 {}
    };
    tokio::select! {
        done = records.create_many_in(&mut tx, &drafts) => panic!("a code is held: {done:?}"),
        () = waits => {}
    }
    holder.rollback().await.unwrap();
    for polls in 0.. {
        tx.execute("ROLLBACK TO SAVEPOINT mine").await.unwrap();
        answers(&mut tx, polls).await;
        if cut(polls, records.create_many_in(&mut tx, &drafts[..100])).await.is_some() {
            break;
        }
    }
    tx.execute("ROLLBACK TO SAVEPOINT mine").await.unwrap();
    let id = records.create_in(&mut tx, &code("mine")).await.unwrap().id();
    assert_eq!(records.get_in(&mut tx, id).await.unwrap().id(0), Some(id));
    tx.commit().await.unwrap();
    assert_eq!(world.list(table, &ViewSpec::new()).await.len(), 1);
}
