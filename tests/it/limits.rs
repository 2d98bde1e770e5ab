//! Views at their edges: formulas on formulas, many sorts, constants, long texts, large exports, large filters.

use docpal::core::access::{Action, scope};
use docpal::core::{FieldSpec, Filter, RecordDraft, Resource, Role, RuleSpec, Subject, TableId, TableSpec};
use docpal::query::{Access, Direction, GroupBy, RecordsExt as _, ViewSpec, lower, plan, resolve, secure};

use crate::world::{World, column};

/// A table of `count` formulas over one number, each on top of the two before it when `stacked`.
async fn formulas(world: &World, count: usize, stacked: bool) -> TableId {
    let mut spec = TableSpec::new(format!("Formulas {count}")).field(FieldSpec::new("n", "number"));
    for index in 0..count {
        let text = match (stacked, index) {
            (true, 2..) => format!("{{f{}}} - {{f{}}}", index - 1, index - 2),
            _ => format!("{{n}} * {index} + 1"),
        };
        spec = spec.field(FieldSpec::formula(format!("f{index}"), text));
    }
    world.table(spec).await.id()
}

// Finding A17
#[tokio::test]
async fn formulas_that_fan_out_cost_what_independent_ones_cost() {
    let world = World::new().await;
    let table = formulas(&world, 299, true).await;
    let records = world.docpal.records(&world.owner, table);
    // Were each input followed anew, 299 levels would outlive the universe.
    let made = records.create(&RecordDraft::new().set("n", 2)).await.unwrap();
    assert_eq!(made.record().unwrap().len(), 1);
    let page = records.list(&ViewSpec::new().columns(["f298"])).await.unwrap();
    // 1, 3, 2, -1, -3, -2 and again.
    assert_eq!(column(&page, "f298"), ["-3"]);
}

// Finding A24
#[tokio::test]
async fn the_statement_of_a_later_page_grows_with_the_number_of_sorts_and_not_faster() {
    let world = World::new().await;
    let table = formulas(&world, 8, false).await;
    for n in 0..5 {
        world.docpal.records(&world.owner, table).create(&RecordDraft::new().set("n", n % 2)).await.unwrap();
    }
    let snapshot = world.docpal.tables(&world.owner).get(table).await.unwrap();
    let access = Access::new(&scope(&world.owner, &snapshot), &snapshot, chrono::Utc::now());
    let by = |count: usize| {
        (0..count).fold(ViewSpec::new().limit(2), |view, index| {
            view.sort(format!("f{index}"), Direction::Descending)
        })
    };
    let sql = |view: &ViewSpec| {
        let secured = secure(plan(resolve(view, &access).unwrap()), &access).unwrap();
        lower(&secured, world.docpal.cursor_key()).unwrap().sql().len()
    };
    let later = async |count: usize| {
        let page = world.list(table, &by(count)).await;
        by(count).after(page.next_cursor().unwrap())
    };
    let (two, four, eight) = (sql(&later(2).await), sql(&later(4).await), sql(&later(8).await));
    assert!(eight - four <= 2 * (four - two) + 200, "{two} {four} {eight}");
    assert!(eight < 3 * sql(&by(8)), "{eight}");
    // And the pages are the whole, in order.
    let (mut view, mut seen) = (by(8), Vec::new());
    loop {
        let page = world.list(table, &view).await;
        seen.extend(column(&page, "n"));
        match page.next_cursor() {
            Some(cursor) => view = by(8).after(cursor),
            None => break,
        }
    }
    assert_eq!(seen, ["1", "1", "0", "0", "0"]);
}

// Finding A34
#[tokio::test]
async fn a_constant_formula_sorts_and_groups_without_an_error() {
    let world = World::new().await;
    let spec = TableSpec::new("Constants")
        .field(FieldSpec::new("n", "number"))
        .field(FieldSpec::formula("yes", "TRUE"))
        .field(FieldSpec::formula("one", "1"))
        .field(FieldSpec::formula("text", r#""x""#))
        .field(FieldSpec::formula("day", "DATE(2026, 1, 2)"))
        .field(FieldSpec::formula("blank", "BLANK()"))
        .field(FieldSpec::formula("wrong", r#"ERROR("x")"#));
    let table = world.table(spec).await.id();
    for n in 0..3 {
        world.docpal.records(&world.owner, table).create(&RecordDraft::new().set("n", n)).await.unwrap();
    }
    let records = world.docpal.records(&world.owner, table);
    for field in ["yes", "one", "text", "day", "blank", "wrong"] {
        for view in [
            ViewSpec::new().sort(field, Direction::Ascending),
            ViewSpec::new().sort(field, Direction::Descending),
            ViewSpec::new().group(GroupBy::field(field)),
        ] {
            let first = records
                .list(&view.clone().limit(2))
                .await
                .unwrap_or_else(|error| panic!("{field}: {error:?}"));
            let rest = view.clone().limit(2).after(first.next_cursor().unwrap());
            assert_eq!(records.list(&rest).await.unwrap().len(), 1, "{field}");
            let summary = records.summary(&view).await.unwrap_or_else(|error| panic!("{field}: {error:?}"));
            assert_eq!(summary.whole().count(), 3);
        }
    }
}

// Finding A21
#[tokio::test]
async fn a_cursor_fits_into_an_address_and_long_texts_that_begin_alike_are_each_seen_once() {
    let world = World::new().await;
    let spec = TableSpec::new("Texts").field(FieldSpec::new("text", "long_text"));
    let table = world.table(spec).await.id();
    let begin = "😀".repeat(20_000);
    for end in 0..7 {
        let draft = RecordDraft::new().set("text", format!("{begin}{end}"));
        world.docpal.records(&world.owner, table).create(&draft).await.unwrap();
    }
    for view in
        [ViewSpec::new().sort("text", Direction::Descending), ViewSpec::new().group(GroupBy::field("text"))]
    {
        let (mut seen, mut next) = (Vec::new(), view.clone().limit(2));
        loop {
            let page = world.list(table, &next).await;
            seen.extend(column(&page, "text"));
            let Some(cursor) = page.next_cursor() else { break };
            assert!(cursor.len() < 2_000, "{}", cursor.len());
            next = view.clone().limit(2).after(cursor);
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 7);
    }
}

// Finding A25
#[tokio::test]
async fn an_export_is_one_walk_through_the_records_in_the_order_of_the_list() {
    let world = World::new().await;
    let table = formulas(&world, 2, false).await;
    let drafts: Vec<RecordDraft> =
        (0..2_500).map(|n| RecordDraft::new().set("n", (n * 7919) % 2_500)).collect();
    world.docpal.records(&world.owner, table).create_many(&drafts).await.unwrap();
    let view = ViewSpec::new().filter(Filter::test("f1", "gt", 10)).sort("f1", Direction::Descending);
    let mut export = world.docpal.records(&world.owner, table).export(&view).await.unwrap();
    let mut exported = Vec::new();
    while let Some(page) = export.next().await.unwrap() {
        exported.extend(column(&page, "n"));
    }
    let (mut listed, mut next) = (Vec::new(), view.clone().limit(1_000));
    loop {
        let page = world.list(table, &next).await;
        listed.extend(column(&page, "n"));
        match page.next_cursor() {
            Some(cursor) => next = view.clone().limit(1_000).after(cursor),
            None => break,
        }
    }
    assert_eq!(exported.len(), 2_490);
    assert_eq!(exported, listed);
    let none = ViewSpec::new().filter(Filter::test("n", "lt", 0));
    let mut export = world.docpal.records(&world.owner, table).export(&none).await.unwrap();
    assert_eq!(export.next().await.unwrap().unwrap().columns().len(), 3);
    assert!(export.next().await.unwrap().is_none());
}

// Finding A15
#[tokio::test]
async fn limits_of_filters_hold_however_a_filter_was_made() {
    let world = World::new().await;
    let table = world.orders().await;
    let deep = (0..9).fold(Filter::check("customer", "is_empty"), |inner, _| Filter::Not(Box::new(inner)));
    let wide = Filter::And(vec![Filter::check("customer", "is_empty"); 201]);
    let hollow = Filter::Or(vec![Filter::And(Vec::new()); 1_000]);
    for (filter, code) in
        [(deep, "filter_too_deep"), (wide, "filter_too_large"), (hollow, "filter_too_large")]
    {
        let built =
            world.docpal.records(&world.owner, table).list(&ViewSpec::new().filter(filter.clone())).await;
        assert_eq!(built.unwrap_err().code(), code);
        assert_eq!(Filter::from_json(&filter.to_json(), "filter").unwrap_err().code(), code);
    }
}

// Finding A23: the second lock. The first, that no operator raises, is held in `totality`.
#[tokio::test]
async fn a_condition_on_a_formula_stands_behind_the_row_rule() {
    let world = World::new().await;
    let table = world.orders().await;
    let rule = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Member), Action::Read);
    let rule = rule.when(Filter::test("status", "is", "paid"));
    world.docpal.rules(&world.owner).create(&rule).await.unwrap();
    let member = world.member();
    let snapshot = world.docpal.tables(&member).get(table).await.unwrap();
    let access = Access::new(&scope(&member, &snapshot), &snapshot, chrono::Utc::now());
    let sql = |filter: Filter| {
        let secured =
            secure(plan(resolve(&ViewSpec::new().filter(filter), &access).unwrap()), &access).unwrap();
        lower(&secured, world.docpal.cursor_key()).unwrap().sql().to_owned()
    };
    let both = sql(Filter::And(vec![Filter::test("total", "gt", 20), Filter::test("quantity", "gt", 1)]));
    assert!(both.contains("CASE WHEN (\"may_read\") THEN"), "{both}");
    assert!(!sql(Filter::test("quantity", "gt", 1)).contains("may_read"));
    let page = world.docpal.records(&member, table);
    let page = page.list(&ViewSpec::new().filter(Filter::test("total", "gt", 20))).await.unwrap();
    assert_eq!(column(&page, "customer").len(), 2);
}

// Finding A19
#[tokio::test]
async fn a_page_of_large_records_ends_early_and_says_where_the_next_begins() {
    let world = World::new().await;
    let spec = TableSpec::new("Texts").field(FieldSpec::new("text", "long_text"));
    let table = world.table(spec).await.id();
    let text = "x".repeat(100_000);
    let drafts = vec![RecordDraft::new().set("text", text); 200];
    world.docpal.records(&world.owner, table).create_many(&drafts).await.unwrap();
    let mut view = ViewSpec::new().limit(1_000);
    let mut lengths = Vec::new();
    loop {
        let page = world.list(table, &view).await;
        lengths.push(page.len());
        match page.next_cursor() {
            Some(cursor) => view = ViewSpec::new().limit(1_000).after(cursor),
            None => break,
        }
    }
    assert_eq!(lengths.iter().sum::<usize>(), 200);
    assert!(lengths[0] < 200, "{lengths:?}");
}

// Finding A19
#[tokio::test]
async fn a_summary_of_large_groups_ends_early_and_says_so() {
    let world = World::new().await;
    let spec = TableSpec::new("Texts").field(FieldSpec::new("text", "long_text"));
    let table = world.table(spec).await.id();
    let drafts: Vec<_> =
        (0..200).map(|n| RecordDraft::new().set("text", format!("{n}{}", "x".repeat(99_000)))).collect();
    let records = world.docpal.records(&world.owner, table);
    records.create_many(&drafts).await.unwrap();
    let summary = records.summary(&ViewSpec::new().group(GroupBy::field("text"))).await.unwrap();
    assert_eq!(summary.whole().count(), 200);
    assert!(summary.is_truncated());
    assert!((1..200).contains(&summary.whole().groups().len()), "{}", summary.whole().groups().len());
}
