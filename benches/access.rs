//! What permissions cost before a statement is made, and what formulas on formulas cost.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first failure"
)]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use std::hint::black_box;
use std::time::Instant;

use docpal::core::access::{Action, scope};
use docpal::core::{
    Actor, FieldSpec, Filter, RecordDraft, Resource, Role, RuleSpec, Subject, TableId, TableSpec, UserId,
};
use docpal::query::{Access, RecordsExt as _, ViewSpec};
use support::{Bench, Times, report};

const FORMULAS: usize = 299;
const ROUNDS: usize = 60;

/// What a member may do in a table with rules on records, fields and cells.
async fn access(bench: &Bench) {
    let table = bench.table(support::orders()).await;
    let (on, members) = (Resource::Table(table), Subject::Role(Role::Member));
    let deny = |action| RuleSpec::deny(on, members, action);
    let rules = [
        deny(Action::Read).when(Filter::Not(Box::new(Filter::check("created_by", "is_me")))),
        deny(Action::Read).when(Filter::test("status", "is", "void")),
        deny(Action::Read).fields(["amount"]).when(Filter::test("paid", "is", true)),
        deny(Action::Update).fields(["amount", "due"]),
    ];
    for rule in rules {
        bench.docpal.rules(&bench.owner).create(&rule).await.expect("a rule");
    }
    let snapshot = bench.docpal.tables(&bench.owner).get(table).await.expect("the table");
    let members: Vec<Actor> =
        (0..64).map(|_| Actor::new(bench.owner.company(), UserId::new(), [Role::Member])).collect();
    let now = chrono::Utc::now();
    let rounds = 200_000;
    let start = Instant::now();
    for round in 0..rounds {
        let member = &members[round % members.len()];
        black_box(Access::new(&scope(member, &snapshot), &snapshot, now));
    }
    let each = start.elapsed() / u32::try_from(rounds).expect("a small number");
    println!("access to a cached snapshot: {each:.2?} (goal <= 2 µs)");
}

/// A table of formulas over one number, each on top of the two before it when `stacked`.
async fn formulas(bench: &Bench, name: &str, stacked: bool) -> TableId {
    let spec =
        (0..FORMULAS).fold(TableSpec::new(name).field(FieldSpec::new("n", "number")), |spec, index| {
            let text = match index {
                2.. if stacked => format!("{{f{}}} - {{f{}}}", index - 1, index - 2),
                _ => format!("{{n}} - {index}"),
            };
            spec.field(FieldSpec::formula(format!("f{index}"), text))
        });
    let table = bench.table(spec).await;
    let drafts: Vec<RecordDraft> = (0..100).map(|n| RecordDraft::new().set("n", n)).collect();
    bench.docpal.records(&bench.owner, table).create_many(&drafts).await.expect("records");
    table
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bench = Bench::new().await;
    access(&bench).await;
    let (stacked, flat) = (formulas(&bench, "Stacked", true).await, formulas(&bench, "Flat", false).await);
    let (mut pages, mut creates) =
        ([Times::default(), Times::default()], [Times::default(), Times::default()]);
    for round in 0..ROUNDS {
        for (side, table) in [stacked, flat].into_iter().enumerate() {
            let records = bench.docpal.records(&bench.owner, table);
            let page = pages[side].add(async {
                let page = records.list(&ViewSpec::new().limit(100)).await.expect("a page");
                let mut out = Vec::new();
                page.write_list(docpal::core::json_out::JsonFormat::default(), &mut out);
                out
            });
            black_box(page.await);
            let draft = RecordDraft::new().set("n", i64::try_from(round).expect("a small number"));
            creates[side].add(async { records.create(&draft).await.expect("a record") }).await;
        }
    }
    let goal = "about 1x; exponential before";
    let [mut first, mut second] = pages;
    report("page of 100 with 299 formulas on each other against 299 alone", &mut first, &mut second, goal);
    let [mut first, mut second] = creates;
    report("create with 299 formulas on each other against 299 alone", &mut first, &mut second, goal);
}
