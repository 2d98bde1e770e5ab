//! 100,000 records through validation, permissions, audit and outbox, against a bare binary COPY of the
//! same rows into the same columns without any of that.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first failure"
)]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use docpal::core::sql::copy::CopyBuffer;
use docpal::core::sql::{ColumnName, exec};
use docpal::core::{Cell, FieldSpec, RecordDraft, TableSpec};
use docpal::query::RecordsExt as _;
use support::{Bench, Times, notes, order};

const RECORDS: i64 = 100_000;
const ROUNDS: usize = 5;

fn spec(name: &str) -> TableSpec {
    TableSpec::new(name)
        .field(FieldSpec::new("name", "text").required())
        .field(FieldSpec::new("amount", "currency").options(r#"{"min": 0, "scale": 2}"#))
        .field(FieldSpec::new("qty", "number"))
        .field(
            FieldSpec::new("status", "single_select")
                .options(r#"{"options":["open","paid","shipped","void"]}"#),
        )
        .field(FieldSpec::new("due", "date"))
        .field(FieldSpec::new("email", "email"))
        .field(FieldSpec::new("paid", "switch"))
        .field(FieldSpec::new("notes", "long_text"))
}

fn draft(n: i64) -> RecordDraft {
    order(n).set("email", format!("user{n}@example.com")).set("notes", notes(n))
}

fn cells(n: i64) -> [Cell; 8] {
    let day = chrono::NaiveDate::from_ymd_opt(
        2026,
        u32::try_from(n % 12 + 1).unwrap(),
        u32::try_from(n % 28 + 1).unwrap(),
    );
    [
        Cell::Text(format!("Order {n}")),
        Cell::Number(rust_decimal::Decimal::new(n % 9_973 * 100 + n % 100, 2)),
        Cell::Number((n % 50).into()),
        Cell::Text("opt_0123456789ab".to_owned()),
        Cell::Date(day.unwrap()),
        Cell::Text(format!("user{n}@example.com")),
        Cell::Bool(n % 3 == 0),
        Cell::Text(notes(n)),
    ]
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bench = Bench::new().await;
    let drafts: Vec<RecordDraft> = (0..RECORDS).map(draft).collect();
    let rows: Vec<[Cell; 8]> = (0..RECORDS).map(cells).collect();
    let (mut ours, mut theirs) = (Times::default(), Times::default());
    for round in 0..ROUNDS {
        let table = bench.table(spec(&format!("Ours {round}"))).await;
        let records = bench.docpal.records(&bench.owner, table);
        ours.add(async { records.create_many(&drafts).await.expect("records") }).await;
        let table = bench.table(spec(&format!("Copy {round}"))).await;
        let snapshot = bench.docpal.tables(&bench.owner).get(table).await.expect("the table");
        let mut columns = vec![ColumnName::ID, ColumnName::CREATED_BY, ColumnName::UPDATED_BY];
        columns.extend(snapshot.fields().iter().filter_map(|field| field.column().map(|(name, _)| name)));
        let mut tx = bench.docpal.begin().await.expect("a transaction");
        theirs
            .add(async {
                let mut buffer = CopyBuffer::default();
                let user = bench.owner.user().map(|user| user.uuid());
                for row in &rows {
                    buffer.start_row(columns.len());
                    buffer.uuid(Some(uuid::Uuid::now_v7()));
                    buffer.uuid(user);
                    buffer.uuid(user);
                    row.iter().for_each(|cell| buffer.cell(cell));
                }
                exec::copy_in(&mut tx, &snapshot.physical(), &columns, buffer.finish())
                    .await
                    .expect("a copy");
                tx.commit().await.expect("stored");
            })
            .await;
    }
    let (ours, theirs) = (ours.median(), theirs.median());
    let rate = |time: std::time::Duration| f64::from(u32::try_from(RECORDS).unwrap()) / time.as_secs_f64();
    println!(
        "bulk insert of {RECORDS}: docpal {ours:.2?} ({:.0} records/s), binary COPY {theirs:.2?} ({:.0} rows/s), {:.2}x of COPY's rate (goal >= 0.40x)",
        rate(ours),
        rate(theirs),
        rate(ours) / rate(theirs)
    );
}
