//! What becomes of connections whose cancellations get no answer, come to nothing, or could meet a stranger. Their order
//! is told by what the other side of a connection sees; no time is.

mod line;

use std::future::pending;
use std::sync::{Arc, Mutex, Weak};

use chrono::TimeDelta;
use sqlx::ConnectOptions as _;
use tokio::sync::oneshot;

use self::line::Line;
use super::*;
use crate::sql::limits::Timeouts;
use crate::sql::pooled::Pooled;
use crate::sql::transaction::{Mode, Transaction};
use crate::testing::TestDb;

/// Long enough for a question on any machine.
const LONG: Duration = Duration::from_secs(30);
/// Nothing need be answered within this.
const SHORT: Duration = Duration::from_secs(1);
/// Waits for the test, and cannot be cancelled; counts the attempts.
const STAYS: &str = "CREATE FUNCTION docpal_test_stays() RETURNS void LANGUAGE plpgsql AS $$ BEGIN LOOP BEGIN
    PERFORM pg_advisory_xact_lock_shared(4711); RETURN;
    EXCEPTION WHEN query_canceled THEN PERFORM nextval('docpal_test_cancelled'); END; END LOOP;
END $$";
const WAITS: &str = "SELECT pg_advisory_xact_lock_shared(4711)";
/// Nobody runs under this.
const NOBODY: Running = Running::Backend(Backend(0, None));

/// A database in which statements wait for the test.
struct Stage {
    db: TestDb,
    holder: PgConnection,
}

impl Stage {
    async fn new() -> Self {
        let db = TestDb::empty().await.unwrap();
        for sql in ["CREATE SEQUENCE docpal_test_cancelled MINVALUE 0", STAYS] {
            db.pool().execute(sql).await.unwrap();
        }
        let mut holder = db.connect_options().connect().await.unwrap();
        holder.execute("SELECT pg_advisory_lock(4711)").await.unwrap();
        Self { db, holder }
    }

    async fn let_go(&mut self) {
        self.holder.execute("SELECT pg_advisory_unlock(4711)").await.unwrap();
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.db.pool()).await.unwrap()
    }

    /// How many statements wait for the test.
    async fn waiting(&self) -> i64 {
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        self.number(waiting).await
    }

    /// Drops `statement` while it waits for the test.
    async fn left_waiting(&self, statement: impl Future<Output = sqlx::Result<()>>) {
        tokio::select! {
            done = statement => panic!("it waits for the test: {done:?}"),
            () = async { while self.waiting().await == 0 {} } => {}
        }
    }

    /// Has the database take connections, or none; those that are there stay.
    async fn takes_connections(&self, takes: bool) {
        let mut beside = self.db.connect_options().database("postgres").connect().await.unwrap();
        let alter: String =
            sqlx::query_scalar("SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS %s', $1, $2)")
                .bind(self.db.connect_options().get_database())
                .bind(if takes { "true" } else { "false" })
                .fetch_one(&mut beside)
                .await
                .unwrap();
        beside.execute(sqlx::AssertSqlSafe(alter)).await.unwrap();
    }

    async fn cancelled(&self) -> i64 {
        self.number("SELECT last_value FROM docpal_test_cancelled").await
    }

    /// Waits until the connection of `pool` is closed, for which something must still count.
    async fn closed(&self, pool: &PgPool, held: &Weak<()>) {
        while pool.size() > 0 {
            self.waiting().await;
        }
        assert!(held.upgrade().is_some(), "it counts on when its connection is closed");
    }

    /// Waits until nothing counts any more: by then the statement has ended.
    async fn over(&self, held: &Weak<()>) {
        while held.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
        let running = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()";
        assert_eq!(self.number(running).await, 0, "it counts until its server process has ended");
    }
}

fn one(options: sqlx::postgres::PgConnectOptions) -> PgPool {
    PgPoolOptions::new().max_connections(1).acquire_timeout(LONG).connect_lazy_with(options)
}

async fn stays(conn: &mut PgConnection) -> sqlx::Result<()> {
    conn.execute("SELECT docpal_test_stays()").await.map(drop)
}

#[tokio::test]
async fn the_whole_wait_for_a_connection_has_one_end_also_when_a_cancellation_gets_no_answer() {
    let db = TestDb::empty().await.unwrap();
    let line = Line::to(&db);
    line.falls_silent();
    let canceller = Canceller::new(&one(line.options()), SHORT);
    tokio::select! {
        biased;
        ended = canceller.ended(Some(NOBODY), pending()) => assert!(!ended),
        () = line.given_up() => panic!("the cancellation was waited for as long as it liked"),
    }
    line.asked(1).await;
}

#[tokio::test]
async fn a_statement_whose_cancellation_gets_no_answer_is_read_on_and_its_connection_waits_for_the_answer() {
    let db = TestDb::empty().await.unwrap();
    let line = Line::to(&db);
    line.falls_silent();
    let canceller = Canceller::new(&one(line.options()), LONG);
    let order = Mutex::new(Vec::new());
    let happened = |what: &'static str| order.lock().unwrap().push(what);
    let ((comes, answer), (read, was_read)) = (oneshot::channel(), oneshot::channel());
    let work = async {
        answer.await.unwrap();
        happened("read");
        read.send(()).unwrap();
        true
    };
    let wait = async {
        assert!(canceller.ended(Some(NOBODY), work).await, "the connection is usable");
        happened("ended");
    };
    let other_side = async {
        line.asked(1).await;
        comes.send(()).unwrap();
        was_read.await.unwrap();
        happened("answered");
        line.answers();
    };
    tokio::join!(wait, other_side);
    assert_eq!(*order.lock().unwrap(), ["read", "answered", "ended"]);
}

#[tokio::test]
async fn what_cannot_be_cancelled_counts_until_its_server_process_has_ended() {
    for in_transaction in [false, true] {
        let mut stage = Stage::new().await;
        let pool = one(stage.db.connect_options());
        let canceller = Arc::new(Canceller::new(&pool, SHORT));
        let permit = Arc::new(());
        let held = Arc::downgrade(&permit);
        if in_transaction {
            let limits = Timeouts::default().local(Compiling::AsIs);
            let mut tx =
                Transaction::begin(&pool, &canceller, &limits, Mode::Write, Some(permit)).await.unwrap();
            stage.left_waiting(stays(&mut tx)).await;
        } else {
            let mut pooled = Pooled::acquire(&pool, &canceller, Some(permit)).await.unwrap();
            stage.left_waiting(stays(&mut pooled)).await;
        }
        stage.closed(&pool, &held).await;
        // It goes on being cancelled, and counting.
        let before = stage.cancelled().await;
        while stage.cancelled().await <= before + 1 {
            assert!(held.upgrade().is_some(), "it counts while it runs");
        }
        stage.let_go().await;
        stage.over(&held).await;
    }
}

#[tokio::test]
async fn what_nobody_can_be_asked_about_counts_on() {
    let stage = Stage::new().await;
    let line = Line::to(&stage.db);
    let pool = one(line.options());
    let canceller = Arc::new(Canceller::new(&pool, SHORT));
    let permit = Arc::new(());
    let held = Arc::downgrade(&permit);
    let mut pooled = Pooled::acquire(&pool, &canceller, Some(permit)).await.unwrap();
    line.falls_silent();
    stage.left_waiting(async { pooled.execute(WAITS).await.map(drop) }).await;
    drop(pooled);
    stage.closed(&pool, &held).await;
    // Two questions without an answer: the second is asked when the first was given up.
    let questions = line.count() + 2;
    while line.count() < questions {
        assert_eq!(stage.waiting().await, 1);
        assert!(held.upgrade().is_some(), "no answer is no word that it has ended");
    }
    line.answers();
    stage.over(&held).await;
}

#[tokio::test]
async fn a_server_process_that_began_at_another_time_is_a_strangers() {
    let mut stage = Stage::new().await;
    let pool = one(stage.db.connect_options());
    let canceller = Canceller::new(&pool, SHORT);
    let mut conn = pool.acquire().await.unwrap();
    let Backend(pid, began) = canceller.backend(&mut conn).await.unwrap().unwrap();
    // One that has gone, whose id came again.
    let gone = Backend(pid, began.and_then(|began| began.checked_sub_signed(TimeDelta::microseconds(1))));
    assert!(gone.1.is_some());
    {
        let mut statement = pin!(async { conn.execute(WAITS).await.map(drop) });
        tokio::select! {
            done = &mut statement => panic!("it waits for the test: {done:?}"),
            () = async { while stage.waiting().await == 0 {} } => {}
        }
        // Neither is it cancelled, nor does it count as what has gone.
        tokio::select! {
            biased;
            done = &mut statement => panic!("it waits for the test: {done:?}"),
            () = async {
                canceller.cancel(Running::Backend(gone)).await;
                canceller.gone(Running::Backend(gone)).await;
            } => {}
        }
        stage.let_go().await;
        statement.await.unwrap();
    }
    // The process itself is met.
    stage.holder.execute("SELECT pg_advisory_lock(4711)").await.unwrap();
    let mut statement = pin!(conn.execute(WAITS));
    let error = tokio::select! {
        done = &mut statement => done.unwrap_err(),
        () = async {
            while stage.waiting().await == 0 {}
            canceller.cancel(Running::Backend(Backend(pid, began))).await;
            pending().await
        } => unreachable!(),
    };
    assert_eq!(error.as_database_error().and_then(|error| error.code()).as_deref(), Some("57014"));
}

#[tokio::test]
async fn what_a_database_that_takes_no_connection_runs_counts_on() {
    let mut stage = Stage::new().await;
    let line = Line::to(&stage.db);
    let pool = one(line.options());
    let canceller = Arc::new(Canceller::new(&pool, SHORT));
    let permit = Arc::new(());
    let held = Arc::downgrade(&permit);
    let mut pooled = Pooled::acquire(&pool, &canceller, Some(permit)).await.unwrap();
    stage.left_waiting(stays(&mut pooled)).await;
    stage.takes_connections(false).await;
    drop(pooled);
    while pool.size() > 0 {
        tokio::task::yield_now().await;
    }
    // Each question is a connection that is refused.
    let questions = line.count() + 3;
    while line.count() < questions {
        assert!(held.upgrade().is_some(), "a refusal is no word that it has ended");
        tokio::task::yield_now().await;
    }
    stage.takes_connections(true).await;
    stage.let_go().await;
    while held.upgrade().is_some() {
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.waiting().await, 0);
}

/// A pool of one connection under a role that is not the one that has logged in, and may do little.
fn under_another_role(stage: &Stage) -> PgPool {
    one(stage.db.connect_options().options([("role", "pg_signal_backend")]))
}

#[tokio::test]
async fn a_statement_under_a_role_that_may_read_no_view_of_activity_is_cancelled() {
    let stage = Stage::new().await;
    stage.db.pool().execute("REVOKE SELECT ON pg_stat_activity FROM PUBLIC").await.unwrap();
    let pool = under_another_role(&stage);
    // So long that the connection is not closed before.
    let canceller = Arc::new(Canceller::new(&pool, LONG * 100));
    let mut pooled = Pooled::acquire(&pool, &canceller, None).await.unwrap();
    let backend = canceller.backend(&mut pooled).await.unwrap().expect("its process is known");
    assert_eq!(backend.1, None, "the role may not see when it began");
    stage.left_waiting(async { pooled.execute(WAITS).await.map(drop) }).await;
    drop(pooled);
    // What the statement waits for is still held.
    let mut again = Pooled::acquire(&pool, &canceller, None).await.unwrap();
    assert_eq!(stage.waiting().await, 0);
    assert_eq!(canceller.backend(&mut again).await.unwrap().map(|backend| backend.0), Some(backend.0));
}

#[tokio::test]
async fn a_role_that_may_not_be_told_its_process_gets_its_connections() {
    let stage = Stage::new().await;
    let denied = "REVOKE EXECUTE ON FUNCTION pg_stat_get_activity(integer) FROM PUBLIC";
    stage.db.pool().execute(denied).await.unwrap();
    let pool = under_another_role(&stage);
    let canceller = Arc::new(Canceller::new(&pool, LONG));
    for _ in 0..2 {
        let mut pooled = Pooled::acquire(&pool, &canceller, None).await.unwrap();
        assert!(canceller.backend(&mut pooled).await.unwrap().is_none());
        pooled.execute("SELECT").await.unwrap();
    }
}

#[tokio::test]
async fn a_pool_that_keeps_no_prepared_statements_cancels_nothing() {
    let stage = Stage::new().await;
    let pool = one(stage.db.connect_options().statement_cache_capacity(0));
    let canceller = Arc::new(Canceller::new(&pool, LONG));
    let mut pooled = Pooled::acquire(&pool, &canceller, None).await.unwrap();
    assert!(canceller.backend(&mut pooled).await.unwrap().is_none());
}
