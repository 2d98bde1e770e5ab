//! The event log: how fast committed events get their positions and are read, and what an event adds to a write. Figures
//! of one connection; on a database that does nothing else.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first failure"
)]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use std::time::{Duration, Instant};

use docpal::core::events::StartAt;
use docpal::core::{Docpal, Error, EventLog, RecordDraft, RecordId};
use docpal::query::RecordsExt as _;
use support::{Bench, order, orders};

const EVENTS: i64 = 100_000;
const WRITES: i64 = 1_000;
const ROUNDS: usize = 7;

/// As many events as single writes would leave.
const FILL: &str = "INSERT INTO docpal.outbox (audit_id, company_id, app_id, table_id, event, record_ids, changed, actor)
     SELECT n, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'record.update', ARRAY[gen_random_uuid()],
            ARRAY[gen_random_uuid()], 'user:00000000-0000-0000-0000-000000000000'
     FROM generate_series(1, $1) n";

fn rate(events: i64, time: Duration) -> f64 {
    f64::from(u32::try_from(events).expect("a small number")) / time.as_secs_f64()
}

/// The time of one update, with events or without: the best of some rounds.
async fn update(bench: &Bench, log: EventLog, table: docpal::core::TableId, id: RecordId) -> Duration {
    let docpal = Docpal::builder(bench.db.pool().clone()).events(log).start().await.expect("DocPal");
    let records = docpal.records(&bench.owner, table);
    let mut best = Duration::MAX;
    for round in 0..ROUNDS {
        let start = Instant::now();
        for n in 0..WRITES {
            let n = n + i64::try_from(round).expect("a small number");
            let draft = RecordDraft::new().set("name", format!("Changed {n}")).set("qty", n % 50);
            records.update(id, &draft, None).await.expect("a change");
        }
        best = best.min(start.elapsed());
    }
    best / u32::try_from(WRITES).expect("a small number")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bench = Bench::new().await;
    let table = bench.table(orders()).await;
    let id = bench.docpal.records(&bench.owner, table).create(&order(1)).await.expect("a record").id();
    let (with, without) =
        (update(&bench, EventLog::On, table, id).await, update(&bench, EventLog::Off, table, id).await);
    println!("update: {with:.0?} with events, {without:.0?} without");
    let Bench { db, docpal, .. } = bench;
    // Nobody else gives positions while this is measured.
    drop(docpal);
    let docpal = Docpal::builder(db.pool().clone()).events(EventLog::Off).start().await.expect("DocPal");
    let events = docpal.events();
    events.sequence().await.expect("positions");
    events.register("bench", StartAt::Now).await.expect("a reader");
    sqlx::query(FILL).bind(EVENTS).execute(db.pool()).await.expect("events");
    let start = Instant::now();
    let moved = events.sequence().await.expect("positions");
    println!("sequence: {:.0} events/s ({moved} events)", rate(EVENTS, start.elapsed()));
    let (start, mut read) = (Instant::now(), 0);
    while read < EVENTS {
        let got = events.read("bench", 500, async |_, _| Ok::<(), Error>(())).await.expect("events");
        read += i64::try_from(got).expect("a small number");
    }
    println!("read in transactions of 500: {:.0} events/s", rate(EVENTS, start.elapsed()));
}
