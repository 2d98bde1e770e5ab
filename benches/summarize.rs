//! Footers and groups of 1,000,000 records: DocPal against SQL written by hand for this one table, on the same
//! connection pool, interleaved.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first failure"
)]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use docpal::core::json_out::JsonFormat;
use docpal::core::{FieldSpec, RecordDraft, TableSpec};
use docpal::query::{Bucket, GroupBy, RecordsExt as _, ViewSpec};
use support::{Bench, Times, order, orders, report};

const RECORDS: i64 = 1_000_000;
const ROUNDS: usize = 7;
/// Orders with formulas.
fn spec() -> TableSpec {
    orders()
        .field(FieldSpec::formula("total", "{amount} * {qty}"))
        .field(FieldSpec::formula("size", "IF({qty} > 30, 'large', 'small')"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bench = Bench::new().await;
    let table = bench.table(spec()).await;
    let records = bench.docpal.records(&bench.owner, table);
    for start in (0..RECORDS).step_by(20_000) {
        let drafts: Vec<RecordDraft> = (start..start + 20_000).map(order).collect();
        records.create_many(&drafts).await.expect("records");
    }
    let snapshot = bench.docpal.tables(&bench.owner).get(table).await.expect("the table");
    let physical = snapshot.physical().to_string();
    let analyze = format!("VACUUM ANALYZE {physical}");
    sqlx::query(sqlx::AssertSqlSafe(analyze)).execute(bench.db.pool()).await.expect("statistics");
    let by_hand = |sql: &str| {
        let names = ["name", "amount", "qty", "status", "due", "paid"];
        names.iter().fold(sql.replace("FROM orders", &format!("FROM {physical}")), |sql, name| {
            let column = snapshot.find(name).and_then(|field| field.column()).expect("a column").0;
            sql.replace(&format!("<{name}>"), &column.to_string())
        })
    };
    let footer = ViewSpec::new()
        .aggregate("amount", "sum")
        .aggregate("amount", "max")
        .aggregate("name", "filled")
        .aggregate("due", "latest")
        .aggregate("paid", "checked");
    // A formula is tested, record by record, for results of more than 28 digits; the SQL by hand is not.
    let cases = [
        (
            "footer of 5 aggregates",
            "<= 1.05x",
            footer,
            "SELECT count(*), sum(<amount>), max(<amount>), count(nullif(<name>, '')), max(<due>), \
             count(*) FILTER (WHERE <paid>) FROM orders",
        ),
        (
            "groups by option and month, with a sum",
            "<= 1.05x",
            ViewSpec::new()
                .group(GroupBy::field("status"))
                .group(GroupBy::field("due").bucket(Bucket::Month))
                .aggregate("amount", "sum"),
            "SELECT <status>, date_trunc('month', <due>::timestamp)::date AS month, count(*), sum(<amount>) \
             FROM orders GROUP BY ROLLUP (<status>, 2) ORDER BY 1, 2",
        ),
        (
            "sum and maximum of a formula, the product of two fields",
            "<= 2.50x",
            ViewSpec::new().aggregate("total", "sum").aggregate("total", "max"),
            "SELECT count(*), sum(<amount> * <qty>), max(<amount> * <qty>) FROM orders",
        ),
        (
            "groups by a formula, a condition",
            "<= 1.25x",
            ViewSpec::new().group(GroupBy::field("size")).aggregate("qty", "average"),
            "SELECT CASE WHEN <qty> > 30 THEN 'large' ELSE 'small' END, count(*), avg(<qty>) \
             FROM orders GROUP BY ROLLUP (1) ORDER BY 1",
        ),
    ];
    for (name, goal, view, sql) in cases {
        let sql = by_hand(sql);
        let (mut ours, mut theirs) = (Times::default(), Times::default());
        for _ in 0..ROUNDS {
            ours.add(async {
                let summary = records.summary(&view).await.expect("a summary");
                let mut out = Vec::new();
                summary.write(JsonFormat::default(), &mut out);
                out
            })
            .await;
            theirs
                .add(async {
                    let rows = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).fetch_all(bench.db.pool());
                    rows.await.expect("rows").len()
                })
                .await;
        }
        report(name, &mut ours, &mut theirs, goal);
    }
}
