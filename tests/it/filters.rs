//! Filters as a program writes them.

use docpal::core::json_out::JsonFormat;
use docpal::core::{FieldSpec, Filter, Json, RecordDraft, TableSpec, field};
use docpal::query::{RecordsExt as _, ViewSpec};

use crate::world::{World, column};

#[test]
fn a_method_makes_the_filter_that_a_request_would() {
    for (made, json) in [
        (field("a").gt(5), r#"{"field": "a", "op": "gt", "value": 5}"#),
        (field("a").is_in([1, 2]), r#"{"field": "a", "op": "in", "value": [1, 2]}"#),
        (field("a").between("x", "y"), r#"{"field": "a", "op": "between", "value": ["x", "y"]}"#),
        (field("a").is_empty(), r#"{"field": "a", "op": "is_empty"}"#),
        (
            field("a").case_sensitive().is("x"),
            r#"{"field": "a", "op": "is", "value": "x", "case_sensitive": true}"#,
        ),
        (!field("a").is_me(), r#"{"not": {"field": "a", "op": "is_me"}}"#),
    ] {
        assert_eq!(made, Filter::from_json(&Json::parse(json).unwrap(), "filter").unwrap());
    }
}

#[tokio::test]
async fn methods_find_what_they_say() {
    let world = World::new().await;
    let table = world.orders().await;
    for (filter, found) in [
        (field("total").gt(50), &["Cleo"][..]),
        (field("quantity").between(2, 3), &["Ada", "Eve"]),
        (field("status").is_any_of(["open", "void"]).and(field("customer").starts_with("c")), &["Cleo"]),
        (field("ordered").before("2026-02-01").or(field("customer").is("Eve")), &["Ada", "Eve"]),
        (!field("status").is_not_empty(), &[]),
    ] {
        let view = ViewSpec::new().filter(filter).sort("customer", docpal::query::Direction::Ascending);
        assert_eq!(column(&world.list(table, &view).await, "customer"), found);
    }
}

#[tokio::test]
async fn a_cell_has_the_word_that_is_its_text_whatever_stands_at_its_ends() {
    let world = World::new().await;
    let table = world.table(TableSpec::new("Texts").field(FieldSpec::text("t"))).await.id();
    let texts = [
        "-5",
        "C++",
        "#tag",
        "(a)",
        "a-",
        "\u{301}a",
        "a\u{301}",
        "\u{1F600}",
        "!",
        "%_\\",
        "a b",
        "ﬁ",
        "İ.",
        "x\u{200d}",
        "'",
        "ς",
    ];
    let drafts = texts.map(|text| RecordDraft::new().set("t", text));
    world.docpal.records(&world.owner, table).create_many(&drafts).await.expect("records");
    for text in texts {
        for filter in [field("t").contains_word(text), field("t").case_sensitive().contains_word(text)] {
            let page = world.list(table, &ViewSpec::new().filter(filter)).await;
            assert!(column(&page, "t").iter().any(|found| found == text), "{text:?}");
        }
    }
}

#[tokio::test]
async fn an_operator_and_an_aggregate_go_by_the_words_of_other_places_too() {
    let world = World::new().await;
    let table = world.orders().await;
    for (field, one, other, value) in [
        ("customer", "is", "eq", "Ada"),
        ("customer", "is_not", "ne", "Ada"),
        ("status", "is", "eq", "open"),
        ("status", "is_any_of", "in", "[open]"),
        ("quantity", "eq", "is", "2"),
        ("quantity", "ne", "is_not", "2"),
        ("ordered", "before", "lt", "2026-02-01"),
        ("ordered", "on_or_after", "gte", "2026-02-01"),
    ] {
        let value = match value.strip_prefix('[') {
            Some(_) => Json::List(vec![Json::from("open")]),
            None => Json::from(value),
        };
        let found = |op: &str| {
            let view = ViewSpec::new().filter(Filter::test(field, op, value.clone()));
            let (world, view) = (&world, view);
            async move { column(&world.list(table, &view).await, "customer") }
        };
        assert_eq!(found(one).await, found(other).await, "{other}");
    }
    let summary = |field: &str, function: &str| {
        let (world, view) = (&world, ViewSpec::new().aggregate(field, function));
        async move {
            let summary = world.docpal.records(&world.owner, table).summary(&view).await.expect("a summary");
            let mut out = Vec::new();
            summary.write(JsonFormat::default(), &mut out);
            out
        }
    };
    for (field, one, other) in [
        ("quantity", "average", "avg"),
        ("total", "average", "mean"),
        ("ordered", "earliest", "min"),
        ("ordered", "latest", "max"),
    ] {
        assert_eq!(summary(field, one).await, summary(field, other).await, "{other}");
    }
    let unknown = ViewSpec::new().aggregate("customer", "avg");
    let error = world.docpal.records(&world.owner, table).summary(&unknown).await.unwrap_err();
    assert_eq!(error.code(), "unknown_aggregate");
}
