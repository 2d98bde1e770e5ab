//! Formulas mean the same in PostgreSQL as in memory: value by value, error by error, over hostile records.
//!
//! The long run: `DOCPAL_DIFF_CASES=1000000 DOCPAL_DIFF_SEED=7 cargo test --release --test it formula_sql`.

mod generate;
mod hostile;
mod records;
mod shrink;
mod templates;
mod views;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use docpal::core::formula_sql::{MEMORY_ONLY, has_sql};
use docpal::formula::Functions;

use self::generate::{Generator, Tree};
use self::hostile::{Hostile, Verdict};
pub(crate) use self::hostile::{hostile_table, hostile_table_with};

/// Programs of the normal run.
const CASES: usize = 2_000;
/// The seed of the normal run.
const SEED: u64 = 20_261_120;
/// Programs in one statement.
const BATCH: usize = 8;

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn every_standard_function_has_sql_or_a_reason_to_have_none() {
    for function in Functions::standard().iter() {
        let is_slot = function.category() == docpal::formula::Category::Record;
        let reason = MEMORY_ONLY.iter().find(|(name, _)| *name == function.name());
        let ways = [is_slot, has_sql(function.name()), reason.is_some()];
        assert_eq!(
            ways.iter().filter(|way| **way).count(),
            1,
            "{}: slot, SQL, memory {ways:?}",
            function.name()
        );
    }
    for (name, reason) in MEMORY_ONLY {
        assert!(Functions::standard().get(name).is_some() && !reason.is_empty(), "{name}");
    }
}

#[test]
fn random_programs_draw_on_every_function_with_sql() {
    for function in Functions::standard().iter().filter(|function| has_sql(function.name())) {
        assert!(generate::draws_on(function.name()), "{} is in no template", function.name());
    }
}

/// Random programs over the fields of the hostile table that it takes as formulas.
pub(crate) async fn random_formulas(count: usize) -> Vec<String> {
    let (_, snapshot, _) = hostile_table().await;
    let mut generator = Generator::new(SEED);
    let sources = std::iter::repeat_with(|| generator.program().to_string());
    let stays = |source: &String| snapshot.compile(source).is_ok_and(|made| !made.program().is_volatile());
    sources.filter(stays).take(count).collect()
}

/// What a run saw.
#[derive(Default)]
struct Tally {
    same: usize,
    errors: usize,
    values: usize,
    refused: BTreeMap<String, usize>,
}

#[tokio::test]
async fn random_programs_give_in_postgresql_what_they_give_in_memory() {
    let (cases, seed) = (setting("DOCPAL_DIFF_CASES", CASES), setting("DOCPAL_DIFF_SEED", SEED));
    let hostile = Hostile::new().await;
    let mut generator = Generator::new(seed);
    let (mut tally, mut batch, started) = (Tally::default(), Vec::new(), Instant::now());
    while tally.same < cases {
        let tree = generator.program();
        match hostile.prepare(&tree.to_string()) {
            Ok(case) => batch.push((tree, case)),
            Err(why) => *tally.refused.entry(why).or_default() += 1,
        }
        if batch.len() < BATCH {
            continue;
        }
        let cases: Vec<_> = batch.iter().map(|(_, case)| case).collect();
        for ((tree, _), verdict) in batch.iter().zip(hostile.judge(&cases).await) {
            match verdict {
                Verdict::Same { values, errors } => {
                    tally.values += values;
                    tally.errors += errors;
                }
                Verdict::Differs(how) => panic!("{}", report(&hostile, seed, tree, &how).await),
            }
        }
        tally.same += batch.len();
        batch.clear();
        if tally.same % 20_000 < BATCH {
            println!("{} programs after {:?}", tally.same, started.elapsed());
        }
    }
    let Tally { same, errors, values, refused } = tally;
    println!(
        "seed {seed}: {same} programs, {values} values and {errors} errors alike in {:?}",
        started.elapsed()
    );
    println!("not compared: {refused:#?}");
    assert!(errors > 0 && values > errors, "the programs are worth running");
}

async fn report(hostile: &Hostile, seed: u64, tree: &Tree, how: &str) -> String {
    let (smallest, how_then) = shrink::smallest(hostile, tree, how).await;
    let mut text = format!("DOCPAL_DIFF_SEED={seed}\nprogram: {tree}\n{how}\n");
    let _ = write!(text, "smallest: {smallest}\n{how_then}\n{}", hostile.sql(&smallest.to_string()));
    text
}

/// What has gone wrong once, and edges that random programs seldom meet.
#[tokio::test]
async fn known_edges_are_alike() {
    let hostile = Hostile::new().await;
    let mut differ = String::new();
    for source in include_str!("formula_sql/edges.txt").lines().filter(|line| !line.is_empty()) {
        match hostile.check_everywhere(source).await {
            Ok(Verdict::Same { .. }) => {}
            Ok(Verdict::Differs(how)) => writeln!(differ, "{source}\n    {how}").unwrap(),
            Err(why) => writeln!(differ, "{source}\n    {why}").unwrap(),
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

#[tokio::test]
async fn every_example_of_a_function_with_sql_is_alike() {
    let hostile = Hostile::new().await;
    let mut differ = String::new();
    for function in Functions::standard().iter().filter(|function| has_sql(function.name())) {
        for example in function.examples() {
            if let Ok(Verdict::Differs(how)) = hostile.check_everywhere(example.formula).await {
                writeln!(differ, "{}\n    {how}", example.formula).unwrap();
            }
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

/// As tall and as wide as formulas get: PostgreSQL takes all that is not refused.
#[tokio::test]
async fn large_programs_run_or_are_refused() {
    let hostile = Hostile::new().await;
    let chain = |first: &str, operator: &str, next: &str, count: usize| {
        (0..count).fold(first.to_owned(), |whole, _| format!("{whole} {operator} {next}"))
    };
    let nested = |start: &str, make: fn(&str) -> String, count: usize| {
        (0..count).fold(start.to_owned(), |whole, _| make(&whole))
    };
    let programs = [
        chain("{n}", "+", "{m}", 40),
        chain("{n}", "+", "{m}", 250),
        chain("{c}", "*", "{c}", 100),
        chain("{t}", "&", "{u}", 250),
        chain("{b}", "&&", "{n} / {m} > 1", 200),
        nested("{n} / {m}", |whole| format!("ROUND({whole}, 3)"), 40),
        nested("{n} / {m}", |whole| format!("IF({whole} > 1, {{n}}, {{m}})"), 20),
        nested("{u}", |whole| format!("UPPER({whole})"), 40),
        nested("{u}", |whole| format!("IF({whole} = \"a\", UPPER({{u}}), {{t}})"), 20),
        nested("{n} / {m}", |whole| format!("IFERROR(1 / ({whole}), {{m}})"), 20),
        nested("{when}", |whole| format!("DATEADD({whole}, 1, \"day\")"), 40),
        format!("SUM(ARRAYFLATTEN({{n}}{}))", ", {n}".repeat(250)),
        format!("ARRAYJOIN(ARRAYFLATTEN({{tags}}{}))", ", {u}".repeat(250)),
        format!("COUNTALL(ARRAYFLATTEN({{tags}}{}))", ", {tags}".repeat(20)),
        nested("{tags}", |whole| format!("ARRAYSORT(ARRAYFLATTEN({whole}, {{t}}))"), 20) + " & \"\"",
        nested("{n}", |whole| format!("FIRST(ARRAYFLATTEN({whole}, {{m}}))"), 20),
    ];
    let mut compared = 0;
    for source in programs {
        match hostile.check(&source).await {
            Ok(Verdict::Same { .. }) => compared += 1,
            Ok(Verdict::Differs(how)) => panic!("{}: {how}", source.get(..60).unwrap_or(&source)),
            Err(why) => assert!(
                why.contains("too long") || why.contains("too tall") || why.contains("refused"),
                "{why}"
            ),
        }
    }
    assert!(compared >= 9, "only {compared} were not refused");
}
