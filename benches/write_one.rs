//! One record created, then changed, with its audit row and outbox row: DocPal against SQL by hand that writes the same
//! three rows in one transaction. The figure is CPU time, of this process and of the PostgreSQL process that serves it.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first failure"
)]
#![expect(clippy::disallowed_methods, reason = "the SQL by hand that DocPal is compared with")]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use std::time::Duration;

use cpu_time::ProcessTime;
use docpal::core::{Docpal, Limits, RecordId};
use docpal::query::RecordsExt as _;
use rust_decimal::Decimal;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use support::{Bench, order, orders};
use uuid::Uuid;

const WARM: i64 = 200;
const WRITES: i64 = 1_000;
const ROUNDS: usize = 5;
/// PostgreSQL's own processes count in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// CPU time of this process and of one server process.
#[derive(Clone, Copy, Default)]
struct Cpu {
    client: Duration,
    server: Duration,
}

impl Cpu {
    fn now(pid: i32) -> Self {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("Linux");
        let after_name: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u32 = after_name[11].parse::<u32>().unwrap() + after_name[12].parse::<u32>().unwrap();
        Self { client: ProcessTime::now().as_duration(), server: TICK * ticks }
    }

    fn add(&mut self, from: Self, to: Self) {
        self.client += to.client - from.client;
        self.server += to.server - from.server;
    }

    fn per_write(&self) -> (f64, f64) {
        let writes = f64::from(u32::try_from(WRITES).unwrap() * u32::try_from(ROUNDS).unwrap());
        (self.client.as_secs_f64() * 1e6 / writes, self.server.as_secs_f64() * 1e6 / writes)
    }
}

async fn pid(pool: &PgPool) -> i32 {
    sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(pool).await.expect("a connection")
}

fn report(name: &str, ours: Cpu, theirs: Cpu) {
    let ((client, server), (their_client, their_server)) = (ours.per_write(), theirs.per_write());
    let ratio = (client + server) / (their_client + their_server);
    println!(
        "{name}: docpal {:.0} us (client {client:.0}, server {server:.0}), by hand {:.0} us (client {their_client:.0}, \
         server {their_server:.0}), ratio {ratio:.2}x (goal <= 2x)",
        client + server,
        their_client + their_server,
    );
}

/// The table that a host would write for the same orders, with its own audit and outbox.
const BY_HAND: &str = "CREATE TABLE hand (id uuid PRIMARY KEY, version bigint NOT NULL DEFAULT 1, \
     created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), \
     created_by uuid, updated_by uuid, name text, amount numeric, qty numeric, status text, due date, paid boolean);
     CREATE TABLE hand_audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), \
     company_id uuid, actor text, action text, table_id uuid, record_ids uuid[], details jsonb);
     CREATE INDEX ON hand_audit (company_id, id);
     CREATE TABLE hand_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, company_id uuid, table_id uuid, \
     event text, record_ids uuid[])";

type Row = (Uuid, i64, String, Decimal, Decimal, String, chrono::NaiveDate, bool);
const COLUMNS: &str = "id, version, name, amount, qty, status, due, paid";

struct Hand {
    pool: PgPool,
    user: Uuid,
}

impl Hand {
    async fn log(&self, tx: &mut sqlx::PgConnection, action: &str, id: Uuid, details: serde_json::Value) {
        sqlx::query("INSERT INTO hand_audit (company_id, actor, action, table_id, record_ids, details) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(self.user)
            .bind(format!("user:{}", self.user))
            .bind(action)
            .bind(self.user)
            .bind([id])
            .bind(details)
            .execute(&mut *tx)
            .await
            .expect("an audit row");
        sqlx::query(
            "INSERT INTO hand_outbox (company_id, table_id, event, record_ids) VALUES ($1, $2, $3, $4)",
        )
        .bind(self.user)
        .bind(self.user)
        .bind(action)
        .bind([id])
        .execute(&mut *tx)
        .await
        .expect("an outbox row");
    }

    async fn create(&self, n: i64) -> Uuid {
        let mut tx = self.pool.begin().await.expect("a transaction");
        let id = Uuid::now_v7();
        let row: Row = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "INSERT INTO hand (id, created_by, updated_by, name, amount, qty, status, due, paid) \
             VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8) RETURNING {COLUMNS}"
        )))
        .bind(id)
        .bind(self.user)
        .bind(format!("Order {n}"))
        .bind(Decimal::new(n % 9_973 * 100 + n % 100, 2))
        .bind(Decimal::from(n % 50))
        .bind("opt_0123456789ab")
        .bind(chrono::NaiveDate::from_ymd_opt(2026, 2, 3))
        .bind(n % 3 == 0)
        .fetch_one(&mut *tx)
        .await
        .expect("a record");
        self.log(&mut tx, "record.create", id, serde_json::json!({})).await;
        tx.commit().await.expect("a commit");
        row.0
    }

    async fn update(&self, id: Uuid, n: i64) {
        let mut tx = self.pool.begin().await.expect("a transaction");
        let before: Row = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM hand WHERE id = $1 FOR UPDATE"
        )))
        .bind(id)
        .fetch_one(&mut *tx)
        .await
        .expect("the record");
        let after: Row = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "UPDATE hand SET qty = $2, name = $3, version = version + 1, updated_at = now(), updated_by = $4 \
             WHERE id = $1 RETURNING {COLUMNS}"
        )))
        .bind(id)
        .bind(Decimal::from(n % 50))
        .bind(format!("Changed {n}"))
        .bind(self.user)
        .fetch_one(&mut *tx)
        .await
        .expect("a change");
        let image = |row: &Row| {
            serde_json::json!({"id": row.0, "version": row.1, "name": row.2, "amount": row.3.to_string(), "qty": row.4.to_string(),
                "status": row.5, "due": row.6, "paid": row.7})
        };
        let details = serde_json::json!({"before": image(&before), "after": image(&after)});
        self.log(&mut tx, "record.update", id, details).await;
        tx.commit().await.expect("a commit");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bench = Bench::new().await;
    let table = bench.table(orders()).await;
    let limits = Limits::default().pool_size(1);
    let docpal = Docpal::builder(bench.db.connect_options()).limits(limits).start().await.expect("DocPal");
    let records = docpal.records(&bench.owner, table);
    let pool =
        PgPoolOptions::new().max_connections(1).connect_with(bench.db.connect_options()).await.unwrap();
    sqlx::raw_sql(BY_HAND).execute(&pool).await.expect("tables by hand");
    let hand = Hand { user: Uuid::now_v7(), pool: pool.clone() };
    let (our_pid, their_pid) = (pid(docpal.pool()).await, pid(&pool).await);
    let (mut ours, mut theirs): ([Cpu; 2], [Cpu; 2]) = Default::default();
    for round in 0..=ROUNDS {
        // The first round only warms up.
        let writes = if round == 0 { WARM } else { WRITES };
        let (mut ids, mut their_ids): (Vec<RecordId>, Vec<Uuid>) = (Vec::new(), Vec::new());
        let start = Cpu::now(our_pid);
        for n in 0..writes {
            ids.push(records.create(&order(n)).await.expect("a record").id());
        }
        let created = Cpu::now(our_pid);
        for (n, id) in (1..).zip(&ids) {
            let draft =
                docpal::core::RecordDraft::new().set("name", format!("Changed {n}")).set("qty", n % 50);
            records.update(*id, &draft, None).await.expect("a change");
        }
        let updated = Cpu::now(our_pid);
        let their_start = Cpu::now(their_pid);
        for n in 0..writes {
            their_ids.push(hand.create(n).await);
        }
        let their_created = Cpu::now(their_pid);
        for (n, id) in (1..).zip(&their_ids) {
            hand.update(*id, n).await;
        }
        let their_updated = Cpu::now(their_pid);
        if round > 0 {
            ours[0].add(start, created);
            ours[1].add(created, updated);
            theirs[0].add(their_start, their_created);
            theirs[1].add(their_created, their_updated);
        }
    }
    report("create one record", ours[0], theirs[0]);
    report("update one record", ours[1], theirs[1]);
}
