//! A search for one text of a user in another costs no product of their lengths, and finds what it always found.

use docpal::core::{FieldSpec, Filter, RecordDraft, TableSpec};
use docpal::query::{RecordsExt as _, ViewSpec};

use crate::world::World;

/// Texts and parts of the kinds for which searches take longest: periods, and a letter that is met late.
const PAIRS: &str = "
    CREATE TABLE pairs AS SELECT text, part
    FROM unnest(ARRAY[repeat('a', 60000), repeat('ab', 30000), repeat('a', 2000) || 'b' || repeat('a', 55000),
                      repeat('aé', 20000) || 'b' || repeat('é', 3000) || 'b']) text,
         unnest(ARRAY[repeat('a', 1200), 'b' || repeat('a', 1200), repeat('a', 1000) || 'b' || repeat('a', 1000),
                      repeat('ab', 2000), 'b' || repeat('é', 3000) || 'b', repeat('aé', 1000)]) part";

#[tokio::test]
async fn what_is_searched_in_steps_is_found_where_postgresql_finds_it() {
    let world = World::new().await;
    let pool = world.db.pool();
    sqlx::query(PAIRS).execute(pool).await.unwrap();
    let (pairs, dear, found): (i64, i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE docpal.is_dear(text, part)),
                count(*) FILTER (WHERE docpal.place(text, part) > 0)
         FROM pairs",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert!(dear == pairs && found > 4 && found < pairs, "{dear} and {found} of {pairs}");
    let other: Vec<(String, String)> = sqlx::query_as(
        "SELECT left(text, 3), left(part, 3) FROM pairs
         WHERE docpal.place(text, part) IS DISTINCT FROM strpos(text, part)
            OR docpal.split(text, part) IS DISTINCT FROM string_to_array(text, part)
            OR docpal.substitute(text, part, '-', NULL) IS DISTINCT FROM replace(text, part, '-')
            OR docpal.split_part(text, part, 2) IS DISTINCT FROM split_part(text, part, 2)
            OR docpal.split_part(text, part, -1) IS DISTINCT FROM split_part(text, part, -1)",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(other.is_empty(), "{other:?}");
}

#[tokio::test]
async fn both_ways_of_computing_find_long_texts_at_the_same_place() {
    let formulas = [
        "FIND({part}, {text})",
        "FIND({part}, {text}, 3)",
        "SEARCH({part}, {text})",
        "IF(CONTAINS({text}, {part}), 1, 0)",
        "LEN(SUBSTITUTE({text}, {part}, \"-\"))",
        "LEN(SPLIT_PART({text}, {part}, 2))",
    ];
    let mut spec = TableSpec::new("Texts")
        .field(FieldSpec::new("text", "long_text"))
        .field(FieldSpec::new("part", "long_text"));
    for (at, formula) in formulas.iter().enumerate() {
        spec = spec.field(FieldSpec::formula(format!("f{at}"), *formula));
    }
    let world = World::new().await;
    let table = world.table(spec).await.id();
    let records = world.docpal.records(&world.owner, table);
    let late = format!("{}b{}", "a".repeat(1_000), "a".repeat(1_000));
    let long = format!("{}b{}", "A".repeat(2_000), "a".repeat(55_000));
    for (text, part) in [
        ("a".repeat(60_000), format!("b{}", "a".repeat(1_200))),
        (long, late),
        (format!("{}b{}b", "aé".repeat(20_000), "é".repeat(3_000)), format!("b{}b", "é".repeat(3_000))),
        ("ab".repeat(30_000), "ab".repeat(2_000)),
    ] {
        records.create(&RecordDraft::new().set("text", text).set("part", part)).await.unwrap();
    }
    let page = records.list(&ViewSpec::new()).await.unwrap();
    assert_eq!(page.len(), 4);
    for (at, formula) in formulas.iter().enumerate() {
        let name = format!("f{at}");
        for record in 0..page.len() {
            let filter = match page.value(record, &name).to_string().as_str() {
                "" => Filter::check(&name, "is_empty"),
                value => Filter::test(&name, "eq", value.parse::<i64>().unwrap()),
            };
            let same = records.list(&ViewSpec::new().columns([name.as_str()]).filter(filter)).await.unwrap();
            let found = (0..same.len()).any(|other| same.id(other) == page.id(record));
            assert!(found, "{formula} of record {record}: {}", page.value(record, &name));
        }
    }
}
