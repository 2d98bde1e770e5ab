//! Pages compute formulas for all their rows at once; a record alone computes its own. Both are the same bytes.

use docpal::core::access::Action;
use docpal::core::json_out::JsonFormat;
use docpal::core::{Actor, Filter, RecordDraft, Resource, Role, RuleSpec, Subject, TableId};
use docpal::query::{Page, RecordsExt as _, ViewSpec};

use crate::formula_sql::{hostile_table_with, random_formulas};
use crate::world::World;

fn record(page: &Page, index: usize) -> String {
    let mut out = Vec::new();
    page.write_record(index, JsonFormat::default(), &mut out);
    String::from_utf8(out).expect("UTF-8")
}

/// The records of a page, each compared with what it is alone.
async fn compare(world: &World, actor: &Actor, table: TableId) -> Vec<String> {
    let records = world.docpal.records(actor, table);
    let page = records.list(&ViewSpec::new().limit(1_000)).await.expect("a page");
    assert!(page.len() >= 8, "a page of fewer rows computes them one by one");
    let mut all = Vec::new();
    for index in 0..page.len() {
        let alone = records.get(page.id(index).expect("an id")).await.expect("a record");
        let shown = record(&page, index);
        assert_eq!(shown, record(&alone, 0));
        all.push(shown);
    }
    let mut list = Vec::new();
    page.write_list(JsonFormat::default(), &mut list);
    assert_eq!(
        String::from_utf8(list).expect("UTF-8"),
        format!("{{\"data\":[{}],\"next_cursor\":null}}", all.join(","))
    );
    all
}

// Finding B8
#[tokio::test]
async fn a_page_of_formulas_is_the_same_bytes_as_its_records_one_by_one() {
    let arithmetic = [
        "{n} + {m}",
        "{n} * {m} * (1 - {c})",
        "{n} / {m}",
        "-{c} - {n} / 3",
        "{ratio} * 2",
        "{auto} * {c} / 7",
        "{sum} - {product}",
        "{quotient} + {sum}",
        "LEN({t}) * {n}",
        "{length} + 1",
        "1 + 2",
        "NULL + {n}",
    ];
    let names = [
        "sum", "product", "quotient", "rest", "double", "share", "left", "both", "length", "longer", "three",
        "blank",
    ];
    let named = names.iter().zip(arithmetic).map(|(name, source)| ((*name).to_owned(), source.to_owned()));
    let mut formulas: Vec<(String, String)> = named.collect();
    for (number, source) in random_formulas(60).await.into_iter().enumerate() {
        formulas.push((format!("random {number}"), source));
    }
    let (world, snapshot, _) = hostile_table_with(&formulas).await;
    let all = compare(&world, &world.owner, snapshot.id()).await.join("\n");
    assert!(all.contains("div_by_zero") && all.contains("overflow"), "errors are compared, too");
}

#[tokio::test]
async fn a_page_of_masked_formulas_is_the_same_bytes_as_its_records_one_by_one() {
    let world = World::new().await;
    let table = world.orders().await;
    for n in 0..20 {
        let status = ["open", "paid", "void"][n % 3];
        let draft =
            RecordDraft::new().set("customer", format!("c{n}")).set("price", "2.50").set("status", status);
        world.docpal.records(&world.owner, table).create(&draft).await.expect("a record");
    }
    let paid = Filter::test("status", "is", "paid");
    let rule = RuleSpec::deny(Resource::Table(table), Subject::Role(Role::Member), Action::Read);
    world.docpal.rules(&world.owner).create(&rule.fields(["price"]).when(paid)).await.expect("a rule");
    let all = compare(&world, &world.member(), table).await;
    assert!(all.iter().any(|record| record.contains("\"total\":2.5")));
    assert!(
        all.iter().filter(|record| record.contains("paid")).all(|record| !record.contains("\"total\":2"))
    );
}
