//! Non-interference: changing anything that somebody cannot see leaves every byte of every answer to them as it was.
//!
//! A world is generated (companies, apps, tables with fields of every type, formulas, rules for several kinds of
//! actors) and copied twice. In the second copy things change that one actor cannot see, as a naive interpreter of the
//! rules says, which shares no code with DocPal. Then both are sent the same requests: status, headers and body must be
//! the same bytes. Writes that succeed are undone.
//!
//! `DOCPAL_NI_REQUESTS` (2,000) and `DOCPAL_NI_SEED` (1) make a longer run, or another one:
//! `DOCPAL_NI_REQUESTS=100000 DOCPAL_NI_SEED=7 cargo test --test it noninterference`.

mod build;
pub(crate) mod dice;
mod kinds;
mod model;
mod requests;
mod rules;
mod secret;
mod served;
mod shrink;
mod sight;
mod trial;

use std::collections::{BTreeMap, BTreeSet};

use self::kinds::KINDS;
use self::trial::{Routes, Trial};

/// So many requests are sent to each pair of worlds.
const PER_TRIAL: usize = 120;

fn number(variable: &str, otherwise: u64) -> u64 {
    let given = std::env::var(variable).ok();
    given.map_or(otherwise, |text| {
        text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text}"))
    })
}

#[tokio::test]
async fn what_an_actor_cannot_see_changes_no_byte_of_any_answer() {
    let (wanted, seed) = (number("DOCPAL_NI_REQUESTS", 2_000), number("DOCPAL_NI_SEED", 1));
    let most_failures = number("DOCPAL_NI_FAILURES", 3);
    let routes = Routes::of_the_server();
    let (mut sent, mut skipped, mut failures, mut world) = (0, 0, Vec::new(), seed << 20);
    let mut statuses: BTreeMap<(String, u16), usize> = BTreeMap::new();
    while sent < usize::try_from(wanted).unwrap() && failures.len() < usize::try_from(most_failures).unwrap()
    {
        let base = build::base(world).await;
        for actor in 0..base.model.actors.len() {
            let trial = Trial { base: &base, seed: world, actor, requests: PER_TRIAL, routes: &routes };
            match trial.run().await {
                Ok(done) => {
                    sent += done.sent;
                    skipped += done.skipped;
                    for (status, times) in done.statuses {
                        *statuses.entry(status).or_default() += times;
                    }
                }
                Err(difference) => {
                    // At once: a long run may be stopped before its end.
                    let report = shrink::report(&trial, difference).await;
                    println!("after {sent} requests: {report}");
                    failures.push(report);
                }
            }
        }
        world += 1;
        println!("{sent} requests compared, {} differences", failures.len());
    }
    for ((route, status), times) in statuses {
        println!("{times:6} x {status} {route}");
    }
    println!("{sent} requests compared, {skipped} skipped, {} worlds", world - (seed << 20));
    assert!(failures.is_empty(), "{} differences:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[tokio::test]
async fn every_route_and_field_type_has_a_generator() {
    let base = build::base(1).await;
    let routes = Routes::of_the_server();
    assert!(routes.0.len() > 25, "{routes:?}");
    let trial = Trial { base: &base, seed: 1, actor: 0, requests: 0, routes: &routes };
    let without = trial.routes_without_generator();
    assert!(without.is_empty(), "write a generator of requests for {without:?} in noninterference/requests");
    let listed = docpal::core::field_types::FIELD_TYPES.iter().map(|ty| ty.code);
    assert_eq!(
        listed.collect::<BTreeSet<_>>(),
        KINDS.iter().copied().collect(),
        "add them to noninterference/kinds.rs"
    );
}

/// The interpreter must see enough, and not everything: else the test above compares nothing.
#[tokio::test]
async fn the_worlds_hide_and_show_much() {
    let (mut shown, mut hidden) = (0, 0);
    for seed in 1..4 {
        let base = build::base(seed).await;
        for who in &base.model.actors {
            for table in &base.model.tables {
                let sight = sight::Sight::new(&base.model, table, who);
                for record in &table.records {
                    let cells = (0..table.fields.len()).filter(|at| sight.reads_cell(record, *at)).count();
                    shown += cells;
                    hidden += table.fields.len() - cells;
                }
            }
        }
    }
    let all = shown + hidden;
    assert!(shown * 5 > all && hidden * 5 > all, "{shown} cells shown, {hidden} hidden");
}
