//! No expression that DocPal compiles makes PostgreSQL raise, whatever the cells and whatever is asked: otherwise a
//! status code would tell of records that the asker cannot see.

use docpal::core::model::TableSnapshot;
use docpal::core::operators::computed_operators;
use docpal::core::values::FAMILIES;
use docpal::core::{Error, ErrorKind, Json};
use docpal::query::aggregates::every_aggregate;
use docpal::query::{RecordsExt as _, ViewSpec};

use crate::formula_sql::hostile_table;
use crate::world::World;

/// The values every record has besides its fields.
const SYSTEM: [&str; 5] = ["id", "created_at", "updated_at", "created_by", "updated_by"];

fn spec(json: &str) -> ViewSpec {
    ViewSpec::from_json(&Json::parse(json).expect("JSON")).expect("a view")
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    docpal::core::json_out::text(text, &mut out);
    String::from_utf8(out).expect("UTF-8")
}

/// What a person, or somebody worse, compares values with.
/// Those that some operator takes come first; gives how many they are.
fn hostile_values() -> (usize, Vec<String>) {
    let mut values: Vec<String> = [
        "null",
        r#""open""#,
        r#""2024-02-29""#,
        r#""00000000-0000-0000-0000-000000000000""#,
        "true",
        "false",
        "[]",
        "{}",
        "0",
        "-1",
        "4294967295",
        "4294967296",
        "18446744073709551616",
        "9999999999999999999999999999",
        "-9999999999999999999999999999",
        "0.0000000000000000000000000001",
        "1e27",
        "1e400",
        "[-9999999999999999999999999999, 9999999999999999999999999999]",
        "[1, null]",
        r#"["a", "ΟΔΟΣ", ""]"#,
        r#"["open"]"#,
        r#"["open", "paid"]"#,
        r#"["0001-01-01", "9999-12-31"]"#,
        r#"["9999-12-31", "0001-01-01"]"#,
        r#"["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]"#,
        r#"["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]"#,
        r#"{"mode": "today"}"#,
    ]
    .map(str::to_owned)
    .to_vec();
    let basics = values.len();
    for mode in [
        "last_days",
        "next_weeks",
        "last_weeks",
        "last_months",
        "next_months",
        "last_years",
        "next_years",
        "days_ago",
    ] {
        for n in [0, 1, 2025, 2026, 6_739, 6_740, 7_974, 10_000] {
            values.push(format!(r#"{{"mode": "{mode}", "n": {n}}}"#));
        }
    }
    let texts = [
        "",
        "a",
        "open",
        "opt_0123456789ab",
        "ΟΔΟΣ",
        "İ",
        "%",
        "_",
        "\\",
        "\\\\%",
        "\u{1}",
        "\u{fffd}",
        "\u{ffff}",
        "\u{10ffff}",
        "\u{d7ff}\u{e000}",
        "👍🏽 e\u{301}a\u{200d}",
        "\u{0}",
        "(((((",
        "[a",
        "a{1,99999}",
        "(?:a*)*b",
        "\\m",
        "\\",
        "***=",
        "(?i)",
        "0001-01-01",
        "9999-12-31",
        "2024-02-30",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "example.com",
        "00000000-0000-0000-0000-000000000000",
    ];
    values.extend(texts.map(quoted));
    for (unit, count) in [
        ("a", 60_000),
        ("a", 500),
        ("aé👍 ", 125),
        ("aé👍 ", 25_000),
        ("\\", 500),
        ("%", 500),
        (" ", 500),
        ("(", 500),
    ] {
        values.push(quoted(&unit.repeat(count)));
    }
    (basics, values)
}

/// Every code that some family has: one that does not fit is refused.
fn codes() -> Vec<&'static str> {
    let operators = FAMILIES.iter().flat_map(|family| family.operators).chain(computed_operators());
    let mut codes: Vec<&str> = operators.map(|known| known.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn targets(snapshot: &TableSnapshot) -> Vec<String> {
    let fields = snapshot.fields().iter().map(|field| field.name().to_owned());
    fields.chain(SYSTEM.map(str::to_owned)).collect()
}

/// Whether PostgreSQL computed it; an error other than a refusal is a defect.
fn computed(result: Result<(), Error>, what: &str) -> bool {
    match result {
        Ok(()) => true,
        Err(error) => {
            let short: String = what.chars().take(300).collect();
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let refused =
                matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Validation | ErrorKind::Limit);
            assert!(refused, "{short}: {error} {cause:?}");
            false
        }
    }
}

async fn list(world: &World, snapshot: &TableSnapshot, view: &str) -> bool {
    let page = world.docpal.records(&world.owner, snapshot.id()).list(&spec(view)).await;
    computed(page.map(drop), view)
}

async fn summary(world: &World, snapshot: &TableSnapshot, view: &str) -> bool {
    let summary = world.docpal.records(&world.owner, snapshot.id()).summary(&spec(view)).await;
    computed(summary.map(drop), view)
}

/// One in so many values for each operator of each field; each value meets each operator on some field.
/// `DOCPAL_TOTALITY=1` asks for all.
fn stride() -> usize {
    std::env::var("DOCPAL_TOTALITY").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

// Findings A13 and A23.
#[tokio::test]
async fn no_operator_raises_whatever_it_compares() {
    let (world, snapshot, _) = hostile_table().await;
    let ((basics, values), codes) = (hostile_values(), codes());
    let mut seen = std::collections::BTreeSet::new();
    let stride = stride();
    for (shift, target) in targets(&snapshot).into_iter().enumerate() {
        for code in &codes {
            let some = |(index, _): &(usize, &String)| *index < basics || index % stride == shift % stride;
            for (_, value) in values.iter().enumerate().filter(some) {
                for sensitive in [false, true] {
                    let view = format!(
                        r#"{{"filter": {{"field": "{target}", "op": "{code}", "value": {value}, "case_sensitive": {sensitive}}}, "columns": ["auto"]}}"#
                    );
                    // Case says nothing to most operators; those of texts are the same for all fields of texts.
                    if sensitive && !matches!(target.as_str(), "t" | "label") {
                        continue;
                    }
                    if list(&world, &snapshot, &view).await {
                        seen.insert(*code);
                    }
                }
            }
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), codes, "each operator was computed");
}

#[tokio::test]
async fn no_aggregate_group_or_order_raises_whatever_it_reads() {
    let (world, snapshot, _) = hostile_table().await;
    for target in targets(&snapshot) {
        let field = snapshot.fields().iter().find(|field| field.name() == target);
        let own = field.map_or(&[][..], |field| field.family().aggregates);
        for aggregate in own.iter().chain(every_aggregate()) {
            let asked =
                format!(r#""aggregates": [{{"field": "{target}", "function": "{}"}}]"#, aggregate.code);
            summary(&world, &snapshot, &format!("{{{asked}}}")).await;
            summary(&world, &snapshot, &format!(r#"{{{asked}, "group": [{{"field": "b"}}]}}"#)).await;
        }
        let buckets = [
            "null",
            r#""day""#,
            r#""week""#,
            r#""month""#,
            r#""quarter""#,
            r#""year""#,
            "1",
            "0.0000000000000000000000000001",
            "9999999999999999999999999999",
        ];
        for bucket in buckets {
            for zone in ["null", r#""Pacific/Kiritimati""#, r#""Pacific/Pago_Pago""#] {
                let group =
                    format!(r#"{{"group": [{{"field": "{target}", "bucket": {bucket}, "zone": {zone}}}]}}"#);
                summary(&world, &snapshot, &group).await;
                list(&world, &snapshot, &group).await;
            }
        }
        for direction in ["asc", "desc"] {
            let view = format!(
                r#"{{"sort": [{{"field": "{target}", "direction": "{direction}"}}], "columns": ["auto"]}}"#
            );
            assert!(
                list(&world, &snapshot, &view).await || target == "numbers" || target == "names",
                "{target}"
            );
        }
    }
}

// Finding A13
#[tokio::test]
async fn a_part_to_look_for_that_is_too_long_is_refused_before_it_costs() {
    let world = World::new().await;
    let table = world.orders().await;
    for op in ["contains", "does_not_contain", "contains_word"] {
        for (length, refused) in [(500, false), (501, true), (60_000, true)] {
            let long = "é".repeat(length);
            let view =
                spec(&format!(r#"{{"filter": {{"field": "customer", "op": "{op}", "value": "{long}"}}}}"#));
            let result = world.docpal.records(&world.owner, table).list(&view).await;
            assert_eq!(result.is_err(), refused, "{op} {length}");
            if let Err(error) = result {
                assert_eq!(error.code(), "invalid_value");
                assert_eq!(error.fields().first().map(|entry| entry.field.as_str()), Some("filter.value"));
            }
        }
    }
}
