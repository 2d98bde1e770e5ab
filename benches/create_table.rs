//! A table of ten fields, end to end: permission, validation, metadata, DDL, audit, commit.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first failure"
)]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use docpal::core::{AppSpec, FieldSpec, TableSpec};
use support::{Bench, Times};

const ROUNDS: usize = 200;

fn spec(name: String) -> TableSpec {
    let fields =
        ["text", "long_text", "number", "currency", "percent", "date", "datetime", "switch", "url", "email"];
    fields
        .iter()
        .enumerate()
        .fold(TableSpec::new(name), |spec, (n, ty)| spec.field(FieldSpec::new(format!("f{n}"), *ty)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bench = Bench::new().await;
    let app = bench.docpal.apps(&bench.owner).create(&AppSpec::new("App")).await.expect("an app");
    let (mut ours, mut bare) = (Times::default(), Times::default());
    for round in 0..ROUNDS {
        let spec = spec(format!("Table {round}"));
        ours.add(async { bench.docpal.tables(&bench.owner).create(app.id, &spec).await.expect("a table") })
            .await;
        let sql = format!(
            "CREATE TABLE bare_{round} (id uuid PRIMARY KEY, created_at timestamptz, updated_at timestamptz, created_by uuid, \
             updated_by uuid, version bigint, a text, b text, c numeric, d numeric, e numeric, f date, g timestamptz, \
             h boolean, i text, j text)"
        );
        bare.add(async {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(bench.db.pool()).await.expect("a table")
        })
        .await;
    }
    let (p50, p99, bare) = (ours.median(), ours.p99(), bare.median());
    let ratio = p50.as_secs_f64() / bare.as_secs_f64();
    println!(
        "create a table of 10 fields: median {p50:.2?}, p99 {p99:.2?} (goal <= 50 ms), {ratio:.1}x of a bare CREATE TABLE ({bare:.2?})"
    );
    println!("(fast test settings: fsync is off)");
}
