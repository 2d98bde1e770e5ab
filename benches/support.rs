//! What the benchmarks share: a company on a throw-away database, interleaved timing, a line per ratio.

use std::time::{Duration, Instant};

use docpal::core::testing::TestDb;
use docpal::core::{
    Actor, AppSpec, CompanyId, Docpal, FieldSpec, Json, RecordDraft, TableId, TableSpec, UserId,
};

/// One company on a database of its own.
pub(crate) struct Bench {
    pub(crate) db: TestDb,
    pub(crate) docpal: Docpal,
    pub(crate) owner: Actor,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let db = TestDb::new().await.expect("a database");
        let docpal = Docpal::start(db.pool().clone()).await.expect("DocPal starts");
        let company = CompanyId::new();
        docpal.companies().create(company, "Bench").await.expect("a company");
        Self { db, docpal, owner: Actor::owner(company, UserId::new()) }
    }

    pub(crate) async fn table(&self, spec: TableSpec) -> TableId {
        let app = self.docpal.apps(&self.owner).create(&AppSpec::new(&spec.name)).await.expect("an app");
        self.docpal.tables(&self.owner).create(app.id, &spec).await.expect("a table").id()
    }
}

const STATUS: [&str; 4] = ["open", "paid", "shipped", "void"];

/// A table of orders.
pub(crate) fn orders() -> TableSpec {
    let status = format!(r#"{{"options": {STATUS:?}}}"#);
    TableSpec::new("Orders")
        .field(FieldSpec::new("name", "text"))
        .field(FieldSpec::new("amount", "currency"))
        .field(FieldSpec::new("qty", "number"))
        .field(FieldSpec::new("status", "single_select").options(&status))
        .field(FieldSpec::new("due", "date"))
        .field(FieldSpec::new("paid", "switch"))
}

/// The order of a number.
pub(crate) fn order(n: i64) -> RecordDraft {
    RecordDraft::new()
        .set("name", format!("Order {n}"))
        .set("amount", Json::Number(format!("{}.{:02}", n % 9_973, n % 100)))
        .set("qty", n % 50)
        .set("status", STATUS[usize::try_from(n % 4).expect("a small number")])
        .set("due", format!("2026-{:02}-{:02}", n % 12 + 1, n % 28 + 1))
        .set("paid", n % 3 == 0)
}

/// What people write into a long field.
pub(crate) fn notes(n: i64) -> String {
    format!("Some eighty characters of text that people write into a notes field, number {n}.")
}

/// Times of one side of a comparison.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) async fn add<T>(&mut self, work: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let done = work.await;
        self.0.push(start.elapsed());
        done
    }

    pub(crate) fn median(&mut self) -> Duration {
        self.0.sort_unstable();
        self.0[self.0.len() / 2]
    }

    pub(crate) fn p99(&mut self) -> Duration {
        self.0.sort_unstable();
        self.0[self.0.len() * 99 / 100]
    }
}

/// Prints both medians and how many times the baseline DocPal takes.
pub(crate) fn report(name: &str, docpal: &mut Times, baseline: &mut Times, goal: &str) {
    let (ours, theirs) = (docpal.median(), baseline.median());
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{name}: docpal {ours:.2?}, hand-written {theirs:.2?}, ratio {ratio:.2}x (goal {goal})");
}
