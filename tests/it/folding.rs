//! What ignores case ignores it everywhere alike.

use docpal::core::{FieldSpec, Json, RecordDraft, TableId, TableSpec};
use docpal::query::{RecordsExt as _, ViewSpec};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use crate::world::{World, column};

async fn texts(world: &World, texts: &[String]) -> TableId {
    let spec = TableSpec::new("Texts")
        .field(FieldSpec::new("t", "text"))
        .field(FieldSpec::formula("same", "{t} & ''"));
    let table = world.table(spec).await.id();
    let drafts: Vec<RecordDraft> =
        texts.iter().map(|text| RecordDraft::new().set("t", text.as_str())).collect();
    world.docpal.records(&world.owner, table).create_many(&drafts).await.expect("records");
    table
}

/// The texts that an operator finds.
async fn found(world: &World, table: TableId, field: &str, op: &str, value: Json) -> Vec<String> {
    let entry = |key: &str, value: &str| (key.to_owned(), Json::from(value));
    let test = vec![entry("field", field), entry("op", op), ("value".to_owned(), value)];
    let view = Json::Object(vec![("filter".to_owned(), Json::Object(test))]);
    let view = ViewSpec::from_json(&view).expect("a view").limit(1_000);
    let mut found = column(&world.list(table, &view).await, "t");
    found.sort();
    found
}

/// Texts of random characters: scripts with case, marks, the odd ones.
fn random_texts(count: usize) -> Vec<String> {
    let odd = "ΣσςİıẞßſKÅǅﬁŉΐ\u{345}\u{301}%_\\ aA".chars().collect::<Vec<_>>();
    let letter = prop_oneof![
        4 => proptest::sample::select(odd),
        2 => proptest::char::range('\u{20}', '\u{24f}'),
        2 => proptest::char::range('\u{370}', '\u{52f}'),
        1 => proptest::char::range('\u{10a0}', '\u{1fff}'),
        1 => proptest::char::range('\u{10400}', '\u{1044f}'),
    ];
    let text = proptest::collection::vec(letter, 1..6)
        .prop_map(|letters| letters.into_iter().collect::<String>())
        .prop_filter("a text of spaces is empty", |text| !text.trim().is_empty());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let one = |_| text.new_tree(&mut runner).expect("a text").current().trim().to_owned();
    (0..count).map(one).collect()
}

// Finding A14
#[tokio::test]
async fn is_and_in_find_the_same_and_contains_finds_it_too() {
    let world = World::new().await;
    let mut all: Vec<String> = [
        "ΟΔΟΣ",
        "οδος",
        "οδοσ",
        "Οδός",
        "İstanbul",
        "istanbul",
        "ISTANBUL",
        "STRASSE",
        "straße",
        "K",
        "k",
        "\u{212a}",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(random_texts(60));
    let upper: Vec<String> = all.iter().map(|text| text.to_uppercase()).collect();
    let lower: Vec<String> = all.iter().map(|text| text.to_lowercase()).collect();
    all.extend(upper);
    all.extend(lower);
    all.sort();
    all.dedup();
    let table = texts(&world, &all).await;
    for text in &all {
        for field in ["t", "same"] {
            let is = found(&world, table, field, "is", Json::from(text.as_str())).await;
            assert!(is.contains(text), "{text:?} is itself");
            let list = Json::List(vec![Json::from(text.as_str()), Json::from("no such text")]);
            assert_eq!(found(&world, table, field, "in", list).await, is, "{text:?}");
            for op in ["contains", "starts_with", "ends_with"] {
                let part = found(&world, table, field, op, Json::from(text.as_str())).await;
                assert!(is.iter().all(|text| part.contains(text)), "{op} {text:?}: {is:?} in {part:?}");
            }
        }
    }
    let is = found(&world, table, "t", "is", Json::from("ΟΔΟΣ")).await;
    assert_eq!(is, ["ΟΔΟΣ", "οδος", "οδοσ"]);
}

#[tokio::test]
async fn search_in_a_formula_ignores_case_as_filters_do() {
    let world = World::new().await;
    let spec = TableSpec::new("Texts")
        .field(FieldSpec::new("t", "text"))
        .field(FieldSpec::formula("at", "SEARCH('ΟΔΟΣ', {t})"));
    let table = world.table(spec).await.id();
    for text in ["η ΟΔΟΣΑ", "η οδος", "η οδοσ", "οδο"] {
        world
            .docpal
            .records(&world.owner, table)
            .create(&RecordDraft::new().set("t", text))
            .await
            .expect("a record");
    }
    let contains = found(&world, table, "t", "contains", Json::from("ΟΔΟΣ")).await;
    assert_eq!(contains, ["η ΟΔΟΣΑ", "η οδος", "η οδοσ"]);
    assert_eq!(found(&world, table, "at", "eq", Json::from(3)).await, contains);
    let page = world.list(table, &ViewSpec::new()).await;
    assert_eq!(column(&page, "at"), ["3", "3", "3", ""]);
}

#[tokio::test]
async fn a_field_that_is_unique_ignoring_case_folds_as_filters_do() {
    let world = World::new().await;
    let table =
        world.table(TableSpec::new("People").field(FieldSpec::new("mail", "email").unique())).await.id();
    let records = world.docpal.records(&world.owner, table);
    records.create(&RecordDraft::new().set("mail", "ΟΔΟΣ@example.com")).await.expect("the first");
    let taken = records.create(&RecordDraft::new().set("mail", "οδος@EXAMPLE.com")).await.expect_err("taken");
    assert_eq!(taken.kind(), docpal::core::ErrorKind::Conflict);
}

#[tokio::test]
async fn a_word_is_found_only_where_it_does_not_go_on() {
    let world = World::new().await;
    let cases: &[(&str, &str, bool)] = &[
        ("Ada Lovelace", "ada", true),
        ("Adam", "ada", false),
        ("Canada", "ada", false),
        ("not-ada!", "ADA", true),
        ("C++ and C", "C++", true),
        ("C++11", "c++", true),
        ("xC++", "C++", false),
        ("xa a a", "a a", true),
        ("aa aa", "a a", false),
        ("η οδος.", "ΟΔΟΣ", true),
        ("cafe\u{301} noir", "cafe", false),
        ("snake_case", "case", false),
        ("50% off", "50%", true),
        ("a.b", "a.b", true),
        ("a\u{1}b", "b", true),
        ("anything", "", false),
        ("(((((", "(((", true),
    ];
    let all: Vec<String> = cases.iter().map(|(text, _, _)| (*text).to_owned()).collect();
    let table = texts(&world, &all).await;
    for (text, word, expected) in cases {
        let found = found(&world, table, "t", "contains_word", Json::from(*word)).await;
        assert_eq!(found.iter().any(|found| found == text), *expected, "{word:?} in {text:?}");
    }
}
