//! Many records at once: on a host's connection as on the pool.

#![expect(
    clippy::disallowed_types,
    reason = "what is in the physical table is looked at as PostgreSQL has it"
)]

use docpal::core::model::TableSnapshot;
use docpal::core::{FieldSpec, RecordDraft, RecordId, TableSpec, UserId};
use docpal::query::RecordsExt as _;
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use uuid::Uuid;

use crate::world::World;

/// Has the statements counted that write into a table, in `host`.
async fn count_statements(pool: &PgPool, table: &TableSnapshot) {
    let physical = table.physical();
    let text = format!(
        "CREATE TABLE host (n integer);
         CREATE FUNCTION host() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN INSERT INTO host VALUES (1); RETURN NULL; END $$;
         CREATE TRIGGER host AFTER INSERT ON {physical} FOR EACH STATEMENT EXECUTE FUNCTION host()"
    );
    pool.execute(AssertSqlSafe(text)).await.unwrap();
}

async fn statements(pool: &PgPool) -> i64 {
    let counted = "WITH gone AS (DELETE FROM host RETURNING n) SELECT count(*) FROM gone";
    sqlx::query_scalar(counted).fetch_one(pool).await.unwrap()
}

/// What the columns of fields hold, as PostgreSQL writes it, of the records with these ids and in their order.
async fn stored(pool: &PgPool, table: &TableSnapshot, ids: &[RecordId]) -> Vec<String> {
    let columns = table.fields().iter().filter(|field| !field.kind().counts());
    let columns: Vec<_> = columns.filter_map(|field| Some(format!("t.{}", field.column()?.0))).collect();
    let text = format!(
        "SELECT ROW({}, t.created_by, t.updated_by, t.version)::text
         FROM unnest($1::uuid[]) WITH ORDINALITY AS o (id, n) JOIN {} t USING (id) ORDER BY o.n",
        columns.join(", "),
        table.physical()
    );
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    sqlx::query_scalar(AssertSqlSafe(text)).bind(ids).fetch_all(pool).await.unwrap()
}

/// Records of every type of field: some are empty, some have a value in this field or that.
fn drafts(types: &[(&str, &str)], count: usize) -> Vec<RecordDraft> {
    let long = r#"a "quoted" \\ {text}, NULL
        "#
    .repeat(60);
    let draft = |n: usize| {
        let given = |at: usize| n % 3 == 1 || (n % 3 == 2 && (n + at).is_multiple_of(4));
        types.iter().enumerate().filter(|(at, _)| given(*at)).fold(
            RecordDraft::new(),
            |draft, (_, (ty, _))| match *ty {
                "text" => draft.set("text", format!("{{{n}}} \\ \"Ümläut\" NULL")),
                "long_text" => draft.set("long_text", long.as_str()),
                "email" => draft.set("email", format!("a{n}@example.com")),
                "url" => draft.set("url", format!("https://example.com/{n}?a=b")),
                "number" => draft.set("number", format!("-{n}.123456789")),
                "percent" => draft.set("percent", "12.5"),
                "currency" => draft.set("currency", "1234.50"),
                "date" => draft.set("date", "2026-02-28"),
                "datetime" => draft.set("datetime", "2026-02-28T10:11:12.123456Z"),
                "switch" => draft.set("switch", n.is_multiple_of(2)),
                "single_select" => draft.set("single_select", "b"),
                "multiple_select" => draft.set("multiple_select", vec!["a", "c"]),
                other => panic!("a value for {other}"),
            },
        )
    };
    (0..count).map(draft).collect()
}

// Findings A11, D5
#[tokio::test]
async fn many_records_on_a_hosts_connection_are_the_same_as_on_the_pool() {
    let world = World::new().await;
    let choice = r#"{"options": ["a", "b", "c"]}"#;
    let types = [
        ("text", ""),
        ("long_text", ""),
        ("email", ""),
        ("url", ""),
        ("number", ""),
        ("percent", ""),
        ("currency", r#"{"code": "EUR", "scale": 2}"#),
        ("date", ""),
        ("datetime", ""),
        ("switch", ""),
        ("single_select", choice),
        ("multiple_select", choice),
    ];
    let mut spec = TableSpec::new("All").field(FieldSpec::new("autonumber", "autonumber"));
    for (ty, options) in types {
        let field = FieldSpec::new(ty, ty);
        spec = spec.field(if options.is_empty() { field } else { field.options(options) });
    }
    let table = world.table(spec).await;
    let records = world.docpal.records(&world.owner, table.id());
    // More than one statement takes.
    let drafts = drafts(&types, 8_000);
    let ids = records.create_many(&drafts).await.unwrap();
    count_statements(world.db.pool(), &table).await;
    let mut conn = world.db.connect_options().connect().await.unwrap();
    conn.execute("BEGIN").await.unwrap();
    let others = records.create_many_in(&mut conn, &drafts).await.unwrap();
    conn.execute("COMMIT").await.unwrap();
    let statements = statements(world.db.pool()).await;
    assert!((2..=20).contains(&statements), "{statements} statements");
    assert_eq!((ids.len(), others.len()), (8_000, 8_000));
    let [ones, others] =
        [stored(world.db.pool(), &table, &ids).await, stored(world.db.pool(), &table, &others).await];
    assert_eq!(ones.len(), 8_000);
    for (n, (one, other)) in ones.iter().zip(&others).enumerate() {
        assert_eq!(one, other, "record {n}");
    }
}

// Finding D5
#[tokio::test]
async fn fields_that_no_record_gives_cost_a_hosts_connection_nothing() {
    let world = World::new().await;
    let spec = (0..100)
        .fold(TableSpec::new("Wide"), |spec, n| spec.field(FieldSpec::new(format!("n{n}"), "number")));
    let table = world.table(spec).await;
    count_statements(world.db.pool(), &table).await;
    let records = world.docpal.records(&world.owner, table.id());
    let drafts: Vec<_> = (0..2_000).map(|n| RecordDraft::new().set("n7", n)).collect();
    let mut conn = world.db.connect_options().connect().await.unwrap();
    records.create_many_in(&mut conn, &drafts).await.unwrap();
    assert_eq!(statements(world.db.pool()).await, 1);
    // None gives anything.
    let ids = records.create_many_in(&mut conn, &vec![RecordDraft::new(); 3]).await.unwrap();
    let user = world.owner.user().map(UserId::uuid).unwrap();
    let empty = format!("({},{user},{user},1)", ",".repeat(99));
    assert_eq!(stored(world.db.pool(), &table, &ids).await, vec![empty; 3]);
}
