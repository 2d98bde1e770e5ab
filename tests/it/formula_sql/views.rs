//! Formulas in filters, sorts and pages: errors stay errors, and the clock is that of the request.

use docpal::core::{FieldSpec, Filter, Json, RecordDraft, TableId, TableSpec};
use docpal::query::{Direction, GroupBy, RecordsExt as _, Sort, ViewSpec};

use crate::world::{World, column};

/// Ten tasks, some of which have formulas that end in an error.
async fn tasks(world: &World) -> TableId {
    let spec = TableSpec::new("Tasks")
        .field(FieldSpec::new("name", "text"))
        .field(FieldSpec::new("done", "number"))
        .field(FieldSpec::new("of", "number"))
        .field(FieldSpec::new("due", "date"))
        .field(FieldSpec::formula("share", "{done} / {of}"))
        .field(FieldSpec::formula("start", "DATEADD({due}, {share} * -10, \"days\")"))
        .field(FieldSpec::formula("code", "MID({name}, {of}, 3)"))
        .field(FieldSpec::formula("half", "{share} >= 0.5"))
        .field(FieldSpec::formula("age", "DATETIME_DIFF(NOW(), {due}, \"days\")"))
        .field(FieldSpec::formula("found", "REGEX_EXTRACT({name}, 'tas|task')"));
    let table = world.table(spec).await.id();
    for n in 0..10i64 {
        let draft =
            RecordDraft::new().set("name", format!("task {}", n % 4)).set("done", n).set("of", (n % 5) * 2);
        let draft = if n == 7 { draft } else { draft.set("due", format!("2026-01-{:02}", 10 + n)) };
        world.docpal.records(&world.owner, table).create(&draft).await.expect("a task");
    }
    table
}

#[tokio::test]
async fn pages_by_a_formula_with_errors_are_the_whole_list() {
    let world = World::new().await;
    let table = tasks(&world).await;
    for field in ["share", "start", "code", "half", "age"] {
        for direction in [Direction::Ascending, Direction::Descending] {
            let sort = vec![Sort { field: field.to_owned(), direction, empty: None }];
            let spec = ViewSpec { sort, ..ViewSpec::new() };
            let whole = world.list(table, &spec).await;
            let whole: Vec<_> = (0..whole.len()).map(|index| whole.id(index).unwrap()).collect();
            let (mut paged, mut next) = (Vec::new(), spec.clone().limit(1));
            loop {
                let page = world.list(table, &next).await;
                paged.extend((0..page.len()).map(|index| page.id(index).unwrap()));
                let Some(cursor) = page.next_cursor() else { break };
                next = spec.clone().limit(1).after(cursor);
            }
            assert_eq!((paged.len(), paged), (10, whole), "{field} {direction:?}");
        }
    }
}

#[tokio::test]
async fn filters_on_formulas_find_what_the_page_shows() {
    let world = World::new().await;
    let table = tasks(&world).await;
    let found = async |filter: Filter| {
        let view = ViewSpec::new().filter(filter).sort("done", Direction::Ascending);
        column(&world.list(table, &view).await, "done").join(" ")
    };
    assert_eq!(found(Filter::test("share", "is_error", Json::Null)).await, "0 5");
    assert_eq!(found(Filter::test("start", "is_error", Json::Null)).await, "0 5");
    assert_eq!(found(Filter::test("half", "is_error", Json::Null)).await, "0 5");
    assert_eq!(found(Filter::test("share", "gte", 1)).await, "6 7 8 9");
    assert_eq!(found(Filter::test("share", "ne", 1)).await, "1 2 3 4 6 7 8 9");
    assert_eq!(found(Filter::test("code", "is_error", Json::Null)).await, "0 5");
    assert_eq!(found(Filter::test("start", "is_empty", Json::Null)).await, "7");
    assert_eq!(found(Filter::test("age", "gt", 0)).await, "0 1 2 3 4 5 6 8 9");
    let view = ViewSpec::new().filter(Filter::test("found", "is", "tas"));
    let refused = world.docpal.records(&world.owner, table).list(&view).await.unwrap_err();
    assert_eq!(refused.code(), "not_in_sql");
    assert!(refused.fields()[0].message.contains("has alternatives"), "{:?}", refused.fields());
}

/// Six notes with tags, and formulas over them.
async fn notes(world: &World) -> TableId {
    let spec = TableSpec::new("Notes")
        .field(FieldSpec::new("name", "text"))
        .field(
            FieldSpec::new("tags", "multiple_select")
                .options(r#"{"options": ["urgent", "late", "a, b", "Ä"]}"#),
        )
        .field(FieldSpec::formula("sorted", "ARRAYSORT({tags})"))
        .field(FieldSpec::formula("all", "ARRAYJOIN({sorted}, \"/\")"))
        .field(FieldSpec::formula("urgent", "INCLUDES({tags}, \"urgent\")"))
        .field(FieldSpec::formula("count", "COUNTA({tags}, {name})"))
        .field(FieldSpec::formula("none", "ISBLANK({tags})"))
        .field(FieldSpec::formula("broken", "FIRST(ARRAYFLATTEN(1 / COUNTA({tags}), 2))"));
    let table = world.table(spec).await.id();
    let tags: [&[&str]; 6] = [
        &["late", "urgent"],
        &[],
        &["Ä"],
        &["urgent"],
        &["a, b", "late", "Ä", "urgent"],
        &["urgent", "late"],
    ];
    for (n, tags) in tags.into_iter().enumerate() {
        let draft = RecordDraft::new().set("name", format!("{n}")).set("tags", tags.to_vec());
        world.docpal.records(&world.owner, table).create(&draft).await.expect("a note");
    }
    table
}

#[tokio::test]
async fn filters_and_sorts_on_formulas_over_lists_find_what_the_page_shows() {
    let world = World::new().await;
    let table = notes(&world).await;
    let found = async |filter: Filter| {
        let view = ViewSpec::new().filter(filter).sort("name", Direction::Ascending);
        column(&world.list(table, &view).await, "name").join(" ")
    };
    assert_eq!(found(Filter::test("urgent", "is", true)).await, "0 3 4 5");
    assert_eq!(found(Filter::test("all", "is", "late/urgent")).await, "0 5");
    assert_eq!(found(Filter::test("all", "contains", "a, b")).await, "4");
    assert_eq!(found(Filter::test("count", "gte", 3)).await, "0 4 5");
    assert_eq!(found(Filter::test("none", "is", true)).await, "1");
    assert_eq!(found(Filter::test("broken", "is_error", Json::Null)).await, "1");
    assert_eq!(found(Filter::test("broken", "lt", 1)).await, "0 4 5");
    for field in ["all", "count", "broken", "urgent"] {
        let by_page = world.list(table, &ViewSpec::new().sort(field, Direction::Ascending)).await;
        let shown = column(&by_page, field);
        let mut paged = Vec::new();
        let mut next = ViewSpec::new().sort(field, Direction::Ascending).limit(1);
        loop {
            let page = world.list(table, &next).await;
            paged.extend(column(&page, field));
            let Some(cursor) = page.next_cursor() else { break };
            next = ViewSpec::new().sort(field, Direction::Ascending).limit(1).after(cursor);
        }
        assert_eq!((paged.len(), paged), (6, shown), "{field}");
    }
    let by_all = world.list(table, &ViewSpec::new().sort("all", Direction::Ascending)).await;
    assert_eq!(column(&by_all, "name").join(" "), "1 2 4 0 5 3");
}

#[tokio::test]
async fn groups_by_a_formula_over_a_list_have_the_values_that_the_page_shows() {
    let world = World::new().await;
    let table = notes(&world).await;
    let view = ViewSpec::new().group(GroupBy::field("all")).aggregate("count", "sum");
    let summary = world.docpal.records(&world.owner, table).summary(&view).await.unwrap();
    let groups = summary.whole().groups().iter();
    let mut groups: Vec<_> = groups.map(|group| format!("{} {}", group.value(), group.count())).collect();
    groups.sort_unstable();
    assert_eq!(groups, [" 1", "a, b/late/urgent/Ä 1", "late/urgent 2", "urgent 1", "Ä 1"]);
}

#[tokio::test]
async fn a_formula_that_gives_a_list_is_refused_in_a_filter_and_a_sort() {
    let world = World::new().await;
    let table = notes(&world).await;
    let filtered = ViewSpec::new().filter(Filter::test("sorted", "is_empty", Json::Null));
    for view in [filtered, ViewSpec::new().sort("sorted", Direction::Ascending)] {
        let refused = world.docpal.records(&world.owner, table).list(&view).await.unwrap_err();
        assert_eq!(refused.code(), "not_in_sql");
        assert!(refused.fields()[0].message.contains("its result is a list"), "{:?}", refused.fields());
    }
}

#[tokio::test]
async fn dates_in_texts_filter_sort_and_group_as_the_page_shows_them() {
    let world = World::new().await;
    let spec = TableSpec::new("Imported")
        .field(FieldSpec::new("n", "number"))
        .field(FieldSpec::new("text", "text"))
        .field(FieldSpec::formula("date", "DATETIME_PARSE({text}, \"DD/MM/YYYY\")"))
        .field(FieldSpec::formula("iso", "DATETIME_PARSE({text})"))
        .field(FieldSpec::formula("written", "DATETIME_PARSE(\"2024\", {text})"));
    let table = world.table(spec).await.id();
    let texts = ["31/12/2023", "01/02/2024", "2024-02-01", "", "30/02/2024", " 01/02/2024 ", "15/01/2024"];
    for (n, text) in (0..).zip(texts) {
        let draft = RecordDraft::new().set("n", n).set("text", text);
        world.docpal.records(&world.owner, table).create(&draft).await.expect("a record");
    }
    let found = async |filter: Filter| {
        let view = ViewSpec::new().filter(filter).sort("n", Direction::Ascending);
        column(&world.list(table, &view).await, "n").join(" ")
    };
    assert_eq!(found(Filter::test("date", "on_or_after", "2024-01-15")).await, "1 5 6");
    assert_eq!(found(Filter::test("date", "is_error", Json::Null)).await, "2 4");
    assert_eq!(found(Filter::test("date", "is_empty", Json::Null)).await, "3");
    assert_eq!(found(Filter::test("iso", "is", "2024-02-01")).await, "2");
    let sorted = world
        .list(
            table,
            &ViewSpec::new()
                .filter(Filter::test("date", "is_not_empty", Json::Null))
                .sort("date", Direction::Ascending),
        )
        .await;
    assert_eq!(column(&sorted, "n")[..4].join(" "), "0 6 1 5");
    let view = ViewSpec::new().group(GroupBy::field("date")).aggregate("n", "sum");
    let summary = world.docpal.records(&world.owner, table).summary(&view).await.unwrap();
    let mut groups: Vec<_> = summary.whole().groups().iter().map(|group| group.count()).collect();
    groups.sort_unstable();
    assert_eq!(groups, [1, 1, 1, 2, 2]);
    let view = ViewSpec::new().filter(Filter::test("written", "is_empty", Json::Null));
    let refused = world.docpal.records(&world.owner, table).list(&view).await.unwrap_err();
    assert!(refused.fields()[0].message.contains("date format is not written out"), "{:?}", refused.fields());
}
