//! A page of 1,000 records of 100,000, ten fields and the id: DocPal against SQL and an encoder written by
//! hand for this one table, on the same driver and connection pool, interleaved.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first failure"
)]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use docpal::core::json_out::JsonFormat;
use docpal::core::{FieldSpec, Json, RecordDraft, TableSpec};
use docpal::query::{Direction, RecordsExt as _, ViewSpec};
use support::{Bench, Times, notes, order, orders, report};

const RECORDS: i64 = 100_000;
const ROUNDS: usize = 60;
fn spec() -> TableSpec {
    orders()
        .field(FieldSpec::new("placed", "datetime"))
        .field(FieldSpec::new("email", "email"))
        .field(FieldSpec::new("notes", "long_text"))
        .field(FieldSpec::new("country", "text"))
        .field(FieldSpec::new("discount", "percent"))
        .field(FieldSpec::formula("total", "{amount} * {qty} * (1 - {discount})"))
}

fn draft(n: i64) -> RecordDraft {
    order(n)
        .set("placed", format!("2026-{:02}-{:02}T{:02}:{:02}:00Z", n % 12 + 1, n % 28 + 1, n % 24, n % 60))
        .set("email", format!("user{n}@example.com"))
        .set("notes", notes(n))
        .set("country", ["France", "Germany", "Italy", "Spain"][usize::try_from(n % 4).unwrap()])
        .set("discount", Json::Number(format!("0.{:02}", n % 30)))
}

/// What a careful engineer writes for exactly this table.
#[derive(serde::Serialize)]
struct Row {
    id: uuid::Uuid,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
    created_by: Option<uuid::Uuid>,
    updated_by: Option<uuid::Uuid>,
    version: i64,
    #[serde(flatten)]
    fields: Fields,
}

#[derive(serde::Serialize)]
struct Fields {
    name: Option<String>,
    #[serde(serialize_with = "number")]
    amount: Option<rust_decimal::Decimal>,
    #[serde(serialize_with = "number")]
    qty: Option<rust_decimal::Decimal>,
    status: Option<String>,
    due: Option<chrono::NaiveDate>,
    placed: Option<chrono::DateTime<chrono::Utc>>,
    email: Option<String>,
    paid: Option<bool>,
    notes: Option<String>,
    country: Option<String>,
}

docpal::core::named_columns!(Fields: name, amount, qty, status, due, placed, email, paid, notes, country);

impl<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> for Row {
    fn from_row(row: &'r sqlx::postgres::PgRow) -> sqlx::Result<Self> {
        use sqlx::Row as _;
        Ok(Self {
            id: row.try_get("id")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            created_by: row.try_get("created_by")?,
            updated_by: row.try_get("updated_by")?,
            version: row.try_get("version")?,
            fields: Fields::from_row(row)?,
        })
    }
}

fn number<S: serde::Serializer>(
    value: &Option<rust_decimal::Decimal>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let raw =
        value.map(|value| serde_json::value::RawValue::from_string(value.normalize().to_string()).unwrap());
    serde::Serialize::serialize(&raw, serializer)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bench = Bench::new().await;
    let table = bench.table(spec()).await;
    let records = bench.docpal.records(&bench.owner, table);
    for start in (0..RECORDS).step_by(20_000) {
        let drafts: Vec<RecordDraft> = (start..start + 20_000).map(draft).collect();
        records.create_many(&drafts).await.expect("records");
    }
    let snapshot = bench.docpal.tables(&bench.owner).get(table).await.expect("the table");
    let column = |name: &str| snapshot.find(name).and_then(|field| field.column()).expect("a column").0;
    let physical = snapshot.physical();
    let amount = column("amount");
    let index = format!("CREATE INDEX ON {physical} ({} DESC NULLS LAST, id)", amount);
    sqlx::query(sqlx::AssertSqlSafe(index)).execute(bench.db.pool()).await.expect("an index");
    let analyze = format!("VACUUM ANALYZE {physical}");
    sqlx::query(sqlx::AssertSqlSafe(analyze)).execute(bench.db.pool()).await.expect("statistics");
    let names = ["name", "amount", "qty", "status", "due", "placed", "email", "paid", "notes", "country"];
    let columns: Vec<String> = names.iter().map(|name| format!("{} AS {name}", column(name))).collect();
    let sql = format!(
        "SELECT id, created_at, updated_at, created_by, updated_by, version, {} FROM {physical} \
         WHERE {amount} < $1 ORDER BY {amount} DESC NULLS LAST, id LIMIT $2",
        columns.join(", ")
    );
    for limit in [50i64, 100, 1_000] {
        let view = ViewSpec::new()
            .filter(docpal::core::Filter::test("amount", "lt", 9_000))
            .sort("amount", Direction::Descending)
            .columns(names)
            .limit(u32::try_from(limit).unwrap());
        let (mut ours, mut theirs, mut json_agg) = (Times::default(), Times::default(), Times::default());
        let (mut our_bytes, mut their_bytes) = (Vec::new(), Vec::new());
        let (mut whole, mut compact, mut compact_bytes) = (Times::default(), Times::default(), Vec::new());
        for _ in 0..ROUNDS {
            our_bytes.clear();
            ours.add(async {
                let page = records.list(&view).await.expect("a page");
                page.write_list(JsonFormat::default(), &mut our_bytes);
            })
            .await;
            whole
                .add(async {
                    let page = records.list(&view).await.expect("a page");
                    page.write_list(JsonFormat::default(), &mut Vec::new());
                })
                .await;
            compact_bytes.clear();
            compact
                .add(async {
                    let page = records.list(&view).await.expect("a page");
                    page.write_rows(JsonFormat::default(), &mut compact_bytes);
                })
                .await;
            theirs
                .add(async {
                    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql.clone()))
                        .bind(rust_decimal::Decimal::from(9_000))
                        .bind(limit)
                        .fetch_all(bench.db.pool())
                        .await
                        .expect("rows");
                    their_bytes = serde_json::to_vec(&rows).expect("JSON");
                })
                .await;
            let agg = format!("SELECT coalesce(json_agg(r), '[]')::text FROM ({sql}) r");
            json_agg
                .add(async {
                    let _: String = sqlx::query_scalar(sqlx::AssertSqlSafe(agg))
                        .bind(rust_decimal::Decimal::from(9_000))
                        .bind(limit)
                        .fetch_one(bench.db.pool())
                        .await
                        .expect("json");
                })
                .await;
        }
        println!("page of {limit}: {} bytes by docpal, {} by hand", our_bytes.len(), their_bytes.len());
        report(&format!("  against hand-written SQL + encoder, {limit}"), &mut ours, &mut theirs, "<= 1.20x");
        report(&format!("  against json_agg, {limit}"), &mut ours, &mut json_agg, "<= 0.60x");
        println!("  the same as rows: {} bytes", compact_bytes.len());
        report(&format!("  as rows, against whole records, {limit}"), &mut compact, &mut whole, "<= 1.00x");
    }
    formula(&bench, table, &names).await;
}

/// What a formula adds to a page.
async fn formula(bench: &Bench, table: docpal::core::TableId, names: &[&str]) {
    let records = bench.docpal.records(&bench.owner, table);
    let plain = ViewSpec::new().columns(names.iter().copied().chain(["discount"])).limit(1_000);
    let computed = ViewSpec::new().columns(names.iter().copied().chain(["discount", "total"])).limit(1_000);
    let (mut with, mut without) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        for (view, times) in [(&computed, &mut with), (&plain, &mut without)] {
            times
                .add(async {
                    let page = records.list(view).await.expect("a page");
                    let mut bytes = Vec::new();
                    page.write_list(JsonFormat::default(), &mut bytes);
                    assert!(!bytes.is_empty());
                })
                .await;
        }
    }
    report("page of 1,000 with a formula, against the same without", &mut with, &mut without, "<= 1.15x");
}
