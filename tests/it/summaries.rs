//! Groups and aggregates: they give what counting the records of the list gives, and no more than the list shows.

mod oracle;

use docpal::core::access::Action;
use docpal::core::json_out::JsonFormat;
use docpal::core::{
    FieldSpec, Filter, Json, RecordDraft, Resource, Role, RuleSpec, Subject, TableId, TableSpec,
};
use docpal::formula::Value;
use docpal::query::aggregates::every_aggregate;
use docpal::query::{Aggregated, Bucket, GroupBy, RecordsExt as _, Summary, SummaryGroup, ViewSpec};

use crate::world::{World, column};

fn view(json: &str) -> ViewSpec {
    ViewSpec::from_json(&Json::parse(json).unwrap()).unwrap()
}

async fn summary(world: &World, table: TableId, json: &str) -> Summary {
    world.docpal.records(&world.owner, table).summary(&view(json)).await.unwrap()
}

fn json(summary: &Summary) -> String {
    let mut out = Vec::new();
    summary.write(JsonFormat::default(), &mut out);
    String::from_utf8(out).unwrap()
}

fn values(groups: &[SummaryGroup]) -> Vec<(String, i64)> {
    groups.iter().map(|group| (group.value().to_string(), group.count())).collect()
}

fn pairs(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

/// Measurements with everything that can go wrong in a group: blanks, errors, the empty text.
async fn measurements(world: &World, count: i64) -> TableId {
    let spec = TableSpec::new("Measurements")
        .field(FieldSpec::new("name", "text"))
        .field(FieldSpec::new("amount", "number"))
        .field(FieldSpec::new("parts", "number"))
        .field(FieldSpec::new("kind", "single_select").options(r#"{"options": ["b", "a", "c", "never"]}"#))
        .field(FieldSpec::new("tags", "multiple_select").options(r#"{"options": ["x", "y"]}"#))
        .field(FieldSpec::new("done", "switch"))
        .field(FieldSpec::new("day", "date"))
        .field(FieldSpec::new("at", "datetime"))
        .field(FieldSpec::formula("ratio", "ROUND({amount} / {parts}, 4)"))
        .field(FieldSpec::formula("label", "IF({amount} > 0, LEFT({name}), '')"))
        .field(FieldSpec::formula("month", "IF({parts} = 0, ERROR('none'), START_OF({day}, 'month'))"))
        .field(FieldSpec::formula("large", "{ratio} > 1"));
    let table = world.table(spec).await.id();
    let drafts: Vec<RecordDraft> = (0..count)
        .map(|n| {
            let mut draft = RecordDraft::new().set("done", n % 3 == 0);
            // Some without a name, some with an empty one.
            match n % 7 {
                0 => {}
                1 => draft = draft.set("name", ""),
                _ => draft = draft.set("name", format!("item {}", n % 5)),
            }
            if n % 4 != 0 {
                draft = draft.set("amount", format!("{}.{}", (n * 37) % 101 - 20, n % 10));
            }
            draft = draft.set("parts", n % 6);
            if n % 5 != 0 {
                draft = draft.set("kind", ["b", "a", "c"][usize::try_from(n % 3).unwrap()]);
            }
            if n % 2 == 0 {
                draft = draft
                    .set("tags", Json::parse(["[\"x\"]", "[\"x\",\"y\"]"][usize::from(n % 4 == 0)]).unwrap());
            }
            if n % 8 != 0 {
                draft = draft.set("day", format!("202{}-{:02}-{:02}", n % 3 + 3, n % 12 + 1, n % 28 + 1));
                draft = draft
                    .set("at", format!("2024-{:02}-{:02}T{:02}:59:59.5Z", n % 12 + 1, n % 28 + 1, n % 24));
            }
            draft
        })
        .collect();
    world.docpal.records(&world.owner, table).create_many(&drafts).await.unwrap();
    table
}

#[tokio::test]
async fn every_group_and_aggregate_is_what_counting_the_records_of_the_list_gives() {
    let world = World::new().await;
    let table = measurements(&world, 140).await;
    let snapshot = world.docpal.tables(&world.owner).get(table).await.unwrap();
    let page = world.list(table, &ViewSpec::new().limit(1_000)).await;
    let mut spec = ViewSpec::new();
    for field in snapshot.fields() {
        for aggregate in field.family().aggregates.iter().chain(every_aggregate()) {
            spec = spec.aggregate(field.name(), aggregate.code);
        }
    }
    let chunks: Vec<ViewSpec> = spec
        .aggregates
        .chunks(docpal::query::spec::MAX_AGGREGATES)
        .map(|part| ViewSpec { aggregates: part.to_vec(), ..ViewSpec::new() })
        .collect();
    let day = |bucket| GroupBy::field("day").bucket(bucket);
    let groupings = [
        vec![],
        vec![GroupBy::field("kind")],
        vec![GroupBy::field("kind").descending(), GroupBy::field("done")],
        vec![GroupBy::field("name"), GroupBy::field("large")],
        vec![GroupBy::field("tags")],
        vec![GroupBy::field("ratio").descending()],
        vec![GroupBy::field("label"), GroupBy::field("month")],
        vec![GroupBy::field("amount").bucket(Bucket::Size("12.5".parse().unwrap()))],
        vec![GroupBy::field("ratio").bucket(Bucket::Size(10.into())), GroupBy::field("kind")],
        vec![day(Bucket::Year), day(Bucket::Quarter), day(Bucket::Month)],
        vec![day(Bucket::Week)],
        vec![GroupBy::field("at").bucket(Bucket::Day).zone("Pacific/Auckland".parse().unwrap())],
        vec![GroupBy::field("month").bucket(Bucket::Year), GroupBy::field("done").descending()],
    ];
    for grouping in groupings {
        for chunk in &chunks {
            let spec = ViewSpec { group: grouping.clone(), ..chunk.clone() };
            let found = world.docpal.records(&world.owner, table).summary(&spec).await.unwrap();
            assert!(!found.is_truncated());
            oracle::check(&snapshot, &page, &spec, &found);
        }
    }
}

#[tokio::test]
async fn the_records_of_a_list_come_in_the_order_of_the_groups() {
    let world = World::new().await;
    let table = measurements(&world, 60).await;
    for group in [
        r#"{"field":"kind"}"#,
        r#"{"field":"label","empty":"last"}"#,
        r#"{"field":"name","empty":"last"}"#,
        r#"{"field":"ratio","bucket":5,"direction":"desc"}"#,
        r#"{"field":"month","bucket":"year"}"#,
        r#"{"field":"tags","direction":"desc","empty":"first"}"#,
    ] {
        let text = format!(
            r#"{{"group":[{group},{{"field":"done"}}],"sort":[{{"field":"name","direction":"desc"}}]}}"#
        );
        let found = summary(&world, table, &text).await;
        let mut counts =
            found.whole().groups().iter().flat_map(|outer| outer.groups()).map(SummaryGroup::count);
        let field = Json::parse(group).unwrap().get("field").unwrap().as_text().unwrap().to_owned();
        let mut spec = view(&text).limit(7);
        let (mut listed, mut done) = (Vec::new(), Vec::new());
        loop {
            let page = world.list(table, &spec).await;
            listed.extend(column(&page, &field));
            done.extend(column(&page, "done"));
            let Some(cursor) = page.next_cursor() else { break };
            spec = view(&text).limit(7).after(cursor);
        }
        assert_eq!(listed.len(), 60);
        // Each inner group is a run of equal switches, as long as the summary says.
        let mut at = 0;
        while at < done.len() {
            let count = usize::try_from(counts.next().unwrap()).unwrap();
            assert!(done[at..at + count].iter().all(|value| *value == done[at]), "{group} at {at}");
            at += count;
        }
        assert_eq!(counts.next(), None);
    }
}

#[tokio::test]
async fn a_summary_is_json_with_values_as_in_records() {
    let world = World::new().await;
    let table = world.orders().await;
    let whole = summary(
        &world,
        table,
        r#"{"aggregates":[{"field":"total","function":"sum"},{"field":"price","function":"max"},
            {"field":"status","function":"unique"},{"field":"ordered","function":"latest"}]}"#,
    );
    assert_eq!(json(&whole.await), r#"{"count":5,"aggregates":[205.69,99.99,3,"2026-03-15"]}"#);
    let grouped = summary(
        &world,
        table,
        r#"{"group":[{"field":"ordered","bucket":"quarter"},{"field":"quantity","bucket":5}],
            "filter":{"field":"status","op":"is_not","value":"void"},
            "aggregates":[{"field":"total","function":"sum"}]}"#,
    );
    let expected = concat!(
        r#"{"count":4,"aggregates":[204.99],"groups":[{"value":"2026-01-01","count":4,"aggregates":[204.99],"#,
        r#""groups":[{"value":0,"count":3,"aggregates":[179.99]},{"value":10,"count":1,"aggregates":[25]}]}],"#,
        r#""truncated":false}"#
    );
    assert_eq!(json(&grouped.await), expected);
}

#[tokio::test]
async fn each_option_of_a_select_is_a_group_even_without_records() {
    let world = World::new().await;
    let table = world.orders().await;
    let open = r#""filter":{"field":"status","op":"is","value":"paid"}"#;
    let ascending = summary(&world, table, &format!(r#"{{"group":[{{"field":"status"}}],{open}}}"#)).await;
    assert_eq!(values(ascending.whole().groups()), pairs(&[("open", 0), ("paid", 2), ("void", 0)]));
    world.docpal.records(&world.owner, table).create(&RecordDraft::new().set("customer", "x")).await.unwrap();
    let all = r#"{"group":[{"field":"status","direction":"desc"}],"filter":{"field":"status","op":"is_not","value":"paid"},
        "aggregates":[{"field":"price","function":"sum"},{"field":"price","function":"filled"}]}"#;
    let descending = summary(&world, table, all).await;
    let groups = descending.whole().groups();
    assert_eq!(values(groups), pairs(&[("void", 1), ("paid", 0), ("open", 2), ("", 1)]));
    let nothing = [Aggregated::Value(Value::from(0)), Aggregated::Value(Value::from(0))];
    assert_eq!(groups[1].aggregates(), nothing);
    let empty = r#""filter":{"field":"customer","op":"is","value":"x"}"#;
    for (order, expected) in [
        (r#""empty":"first""#, [("", 1), ("open", 0), ("paid", 0), ("void", 0)]),
        (r#""empty":"last""#, [("open", 0), ("paid", 0), ("void", 0), ("", 1)]),
        (r#""direction":"desc""#, [("void", 0), ("paid", 0), ("open", 0), ("", 1)]),
    ] {
        let found =
            summary(&world, table, &format!(r#"{{"group":[{{"field":"status",{order}}}],{empty}}}"#)).await;
        assert_eq!(values(found.whole().groups()), pairs(&expected), "{order}");
    }
    let none = r#"{"group":[{"field":"status"}],"filter":{"or":[]}}"#;
    let none = summary(&world, table, none).await;
    assert_eq!(values(none.whole().groups()), pairs(&[("open", 0), ("paid", 0), ("void", 0)]));
    assert_eq!(none.whole().count(), 0);
}

#[tokio::test]
async fn an_aggregate_over_values_with_errors_is_an_error_and_counts_are_not() {
    let world = World::new().await;
    let spec = TableSpec::new("Ratios")
        .field(FieldSpec::new("a", "number"))
        .field(FieldSpec::new("b", "number"))
        .field(FieldSpec::formula("ratio", "{a} / {b}"));
    let table = world.table(spec).await.id();
    let records = world.docpal.records(&world.owner, table);
    for (a, b) in [(1, 2), (3, 0), (5, 0), (7, 2)] {
        records.create(&RecordDraft::new().set("a", a).set("b", b)).await.unwrap();
    }
    let functions =
        ["sum", "median", "min", "stddev", "filled", "errors", "unique", "empty", "percent_filled"];
    let functions: Vec<String> =
        functions.iter().map(|function| format!(r#"{{"field":"ratio","function":"{function}"}}"#)).collect();
    let asked = format!(r#""aggregates":[{}]"#, functions.join(","));
    let found = json(&summary(&world, table, &format!("{{{asked}}}")).await);
    let error =
        r#"{"error":{"code":"values_with_errors","message":"2 of the values could not be computed"}}"#;
    assert_eq!(found, format!(r#"{{"count":4,"aggregates":[{error},{error},{error},{error},2,2,2,0,50]}}"#));
    let without = format!(r#"{{"filter":{{"field":"ratio","op":"is_not_error"}},{asked}}}"#);
    let found = summary(&world, table, &without).await;
    assert_eq!(found.whole().aggregates()[0].value(), Some(&Value::from(4)));
    let grouped = summary(&world, table, r#"{"group":[{"field":"ratio"}]}"#).await;
    let errors: Vec<bool> = grouped.whole().groups().iter().map(SummaryGroup::is_error).collect();
    assert_eq!(errors, [false, false, true]);
    assert!(json(&grouped).contains(r#"{"value":null,"error":true,"count":2,"aggregates":[]}"#));
}

#[tokio::test]
async fn sums_are_exact_and_too_large_ones_say_so() {
    let world = World::new().await;
    let table = world.table(TableSpec::new("Large").field(FieldSpec::new("n", "number"))).await.id();
    let records = world.docpal.records(&world.owner, table);
    for n in
        ["9999999999999999999999999999", "0.0000000000000000000000000001", "-9999999999999999999999999998"]
    {
        records.create(&RecordDraft::new().set("n", n)).await.unwrap();
    }
    let all = r#"{"aggregates":[{"field":"n","function":"sum"},{"field":"n","function":"median"}]}"#;
    // The sum has 29 digits, and is rounded to 28.
    let expected = r#"{"count":3,"aggregates":[1,0.0000000000000000000000000001]}"#;
    assert_eq!(json(&summary(&world, table, all).await), expected);
    records.create(&RecordDraft::new().set("n", "9999999999999999999999999999")).await.unwrap();
    let large = r#"{"filter":{"field":"n","op":"gt","value":1},"aggregates":[{"field":"n","function":"sum"},
        {"field":"n","function":"average"},{"field":"n","function":"variance"}]}"#;
    let found = summary(&world, table, large).await;
    let [sum, average, variance] = found.whole().aggregates() else { panic!("three aggregates") };
    assert_eq!(*sum, Aggregated::TooLarge);
    assert_eq!(average.value().unwrap().to_string(), "9999999999999999999999999999");
    assert_eq!(variance.value().unwrap().to_string(), "0");
}

#[tokio::test]
async fn a_summary_holds_a_thousand_groups_and_says_when_there_are_more() {
    let world = World::new().await;
    let table = world.table(TableSpec::new("Many").field(FieldSpec::new("n", "number"))).await.id();
    let drafts: Vec<RecordDraft> = (0..1_001).map(|n| RecordDraft::new().set("n", n)).collect();
    world.docpal.records(&world.owner, table).create_many(&drafts).await.unwrap();
    let of = |filter: &str| {
        format!(r#"{{"group":[{{"field":"n"}}],"filter":{{"field":"n","op":"lt","value":{filter}}}}}"#)
    };
    let all = summary(&world, table, &of("1001")).await;
    assert_eq!((all.whole().groups().len(), all.is_truncated(), all.whole().count()), (1_000, true, 1_001));
    let fewer = summary(&world, table, &of("1000")).await;
    assert_eq!((fewer.whole().groups().len(), fewer.is_truncated()), (1_000, false));
}

#[tokio::test]
async fn what_is_not_understood_is_refused_with_its_path() {
    let world = World::new().await;
    let table = measurements(&world, 1).await;
    let cases = [
        (r#"{"group":[{"field":"nope"}]}"#, "unknown_field", "group[0].field"),
        (r#"{"group":[{"field":"name","bucket":"month"}]}"#, "invalid_view", "group[0].bucket"),
        (r#"{"group":[{"field":"day","bucket":10}]}"#, "invalid_view", "group[0].bucket"),
        (r#"{"group":[{"field":"amount","bucket":0}]}"#, "invalid_view", "group[0].bucket"),
        (r#"{"group":[{"field":"day","bucket":"decade"}]}"#, "invalid_view", "group[0].bucket"),
        (r#"{"group":[{"field":"at","bucket":"day","zone":"Mars/Base"}]}"#, "invalid_view", "group[0].zone"),
        (r#"{"group":[{"field":"day","by":"day"}]}"#, "unknown_key", "group[0].by"),
        (r#"{"group":[{"bucket":"day"}]}"#, "invalid_view", "group[0]"),
        (r#"{"group":[{"field":"day"},{"field":"day"}]}"#, "invalid_view", "group[1].field"),
        (r#"{"group":[{"field":"a"},{"field":"b"},{"field":"c"},{"field":"d"}]}"#, "invalid_view", "group"),
        (
            r#"{"aggregates":[{"field":"name","function":"sum"}]}"#,
            "unknown_aggregate",
            "aggregates[0].function",
        ),
        (r#"{"aggregates":[{"field":"nope","function":"sum"}]}"#, "unknown_field", "aggregates[0].field"),
        (r#"{"aggregates":[{"field":"name"}]}"#, "invalid_view", "aggregates[0]"),
        (r#"{"aggregates":{}}"#, "invalid_view", "aggregates"),
    ];
    let records = world.docpal.records(&world.owner, table);
    for (json, code, path) in cases {
        let spec = ViewSpec::from_json(&Json::parse(json).unwrap());
        let errors = match spec {
            // A list refuses what a summary refuses.
            Ok(spec) => {
                vec![records.summary(&spec).await.unwrap_err(), records.list(&spec).await.unwrap_err()]
            }
            Err(error) => vec![error],
        };
        for error in errors {
            let field = error.fields().first().map(|entry| entry.field.clone()).unwrap_or_default();
            assert_eq!((error.code(), field.as_str()), (code, path), "{json}");
        }
    }
}

#[tokio::test]
async fn groups_and_aggregates_hold_only_what_the_actor_may_read() {
    let world = World::new().await;
    let table = world.orders().await;
    let rules = world.docpal.rules(&world.owner);
    let members = Subject::Role(Role::Member);
    let on = Resource::Table(table);
    let member = world.member();
    let records = world.docpal.records(&member, table);
    let void = Filter::test("status", "is", "void");
    rules.create(&RuleSpec::deny(on, members, Action::Read).when(void)).await.unwrap();
    let paid = Filter::test("status", "is", "paid");
    rules.create(&RuleSpec::deny(on, members, Action::Read).fields(["price"]).when(paid)).await.unwrap();
    let spec = view(
        r#"{"group":[{"field":"price","direction":"desc"}],"aggregates":[{"field":"price","function":"sum"},
            {"field":"price","function":"empty"},{"field":"total","function":"sum"},{"field":"price","function":"unique"}]}"#,
    );
    let expected = concat!(
        r#"{"count":4,"aggregates":[109.99,2,129.99,2],"groups":["#,
        r#"{"value":99.99,"count":1,"aggregates":[99.99,0,99.99,1]},"#,
        r#"{"value":10,"count":1,"aggregates":[10,0,30,1]},"#,
        r#"{"value":null,"count":2,"aggregates":[0,2,0,0]}],"truncated":false}"#
    );
    assert_eq!(json(&records.summary(&spec).await.unwrap()), expected);
    rules.create(&RuleSpec::deny(on, members, Action::Read).fields(["price"])).await.unwrap();
    let answers = |field: &str| {
        let specs = [
            ViewSpec::new().group(GroupBy::field(field)),
            ViewSpec::new().group(GroupBy::field(field).bucket(Bucket::Size(5.into()))),
            ViewSpec::new().aggregate(field, "sum"),
            ViewSpec::new().aggregate(field, "nonsense"),
        ];
        let field = field.to_owned();
        async move {
            let mut texts = Vec::new();
            for spec in specs {
                texts.push(format!("{:?}", records.summary(&spec).await.unwrap_err().fields()));
                texts.push(format!("{:?}", records.list(&spec).await.unwrap_err().fields()));
            }
            texts.join("\n").replace(&field, "FIELD")
        }
    };
    let unknown = answers("xqzzy").await;
    assert_eq!(answers("price").await, unknown);
    assert_eq!(answers("total").await, unknown);
    let stranger = docpal::core::Actor::new(world.company, docpal::core::UserId::new(), []);
    let none = world.docpal.records(&stranger, table).summary(&ViewSpec::new()).await.unwrap_err();
    assert_eq!(none.code(), "table_not_found");
}

#[tokio::test]
async fn a_formula_that_exists_for_some_records_is_empty_for_the_others() {
    let world = World::new().await;
    let table = world.orders().await;
    let rules = world.docpal.rules(&world.owner);
    let paid = Filter::test("status", "is", "paid");
    let deny = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Member), Action::Read);
    rules.create(&deny.fields(["total"]).when(paid)).await.unwrap();
    let member = world.member();
    let spec = view(
        r#"{"group":[{"field":"total","bucket":50}],"aggregates":[{"field":"total","function":"sum"},
            {"field":"total","function":"filled"},{"field":"total","function":"empty"},{"field":"price","function":"sum"}]}"#,
    );
    let found = world.docpal.records(&member, table).summary(&spec).await.unwrap();
    let expected = concat!(
        r#"{"count":5,"aggregates":[130.69,3,2,137.59],"groups":["#,
        r#"{"value":null,"count":2,"aggregates":[0,0,2,27.5]},"#,
        r#"{"value":0,"count":2,"aggregates":[30.7,2,0,10.1]},"#,
        r#"{"value":50,"count":1,"aggregates":[99.99,1,0,99.99]}],"truncated":false}"#
    );
    assert_eq!(json(&found), expected);
}

#[tokio::test]
async fn more_and_larger_formulas_than_one_statement_should_have_are_refused() {
    let world = World::new().await;
    let mut spec = TableSpec::new("Large").field(FieldSpec::new("n", "number"));
    for index in 0..30 {
        let source = format!("MAX({index}{})", ", ROUND({n} / 7, 2) * MOD({n}, 3)".repeat(60));
        spec = spec.field(FieldSpec::formula(format!("f{index}"), source));
    }
    let table = world.table(spec).await.id();
    world.docpal.records(&world.owner, table).create(&RecordDraft::new().set("n", 1)).await.unwrap();
    let some = (0..3).fold(ViewSpec::new(), |spec, index| spec.aggregate(format!("f{index}"), "sum"));
    let all = (0..30).fold(ViewSpec::new(), |spec, index| spec.aggregate(format!("f{index}"), "sum"));
    let records = world.docpal.records(&world.owner, table);
    assert_eq!(records.summary(&some).await.unwrap().whole().count(), 1);
    assert_eq!(records.summary(&all).await.unwrap_err().code(), "too_complex");
}
