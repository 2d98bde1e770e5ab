//! Rings and the order of computing.

use proptest::prelude::*;

use super::Graph;

fn graph(edges: &[(&'static str, &[&'static str])]) -> Graph<&'static str> {
    let mut graph = Graph::default();
    for (field, reads) in edges {
        graph.set(*field, reads.iter().copied());
    }
    graph
}

#[test]
fn a_field_that_reads_itself_is_a_ring() {
    let ring = Graph::default().cycle_with("a", ["a"]).map(|cycle| cycle.to_string());
    assert_eq!(ring.as_deref(), Some("a → a"));
}

#[test]
fn a_ring_is_told_in_the_order_of_reading() {
    let graph = graph(&[("b", &["c"]), ("c", &["d", "a"])]);
    let ring = graph.cycle_with("a", ["b"]).map(|cycle| cycle.describe(|key| format!("{{{key}}}")));
    assert_eq!(ring.as_deref(), Some("{a} → {b} → {c} → {a}"));
    assert_eq!(graph.cycle_with("d", ["x"]), None);
}

/// A customer's total is a rollup of order totals, the discount of an order a lookup of the customer's.
#[test]
fn lookups_and_rollups_are_edges_between_tables() {
    let mut graph = Graph::default();
    graph.set(("orders", "total"), [("orders", "price"), ("orders", "discount")]);
    graph.set(("orders", "discount"), [("customers", "discount")]);
    graph.set(("customers", "spent"), [("orders", "total")]);
    let levels = graph.levels([("customers", "discount")]);
    let expected =
        vec![vec![("orders", "discount")], vec![("orders", "total")], vec![("customers", "spent")]];
    assert_eq!(levels.ok(), Some(expected));
    let ring = graph.cycle_with(("customers", "discount"), [("customers", "spent")]);
    let ring = ring.map(|cycle| cycle.describe(|(table, field)| format!("{table}.{field}")));
    assert_eq!(
        ring.as_deref(),
        Some("customers.discount → customers.spent → orders.total → orders.discount → customers.discount")
    );
}

#[test]
fn a_diamond_is_no_ring_and_is_computed_once() {
    let graph = graph(&[("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])]);
    assert_eq!(graph.levels(["a"]).expect("no ring"), [vec!["b", "c"], vec!["d"]]);
    assert_eq!(graph.levels(["c"]).expect("no ring"), [vec!["d"]]);
    assert_eq!(graph.levels(["d"]).expect("no ring"), Vec::<Vec<&str>>::new());
}

#[test]
fn a_ring_in_the_graph_is_reported_by_the_levels() {
    let graph = graph(&[("a", &["b"]), ("b", &["a"]), ("c", &["a"])]);
    let ring = graph.levels(["a"]).unwrap_err();
    assert_eq!(ring.path().len(), 3);
}

#[test]
fn what_a_field_reads_can_change() {
    let mut graph = graph(&[("b", &["a"])]);
    graph.set("b", ["x"]);
    assert_eq!(graph.levels(["a"]).expect("no ring"), Vec::<Vec<&str>>::new());
    graph.remove(&"b");
    assert_eq!(graph, Graph::default());
}

proptest! {
    #[test]
    fn every_field_comes_after_what_it_reads(edges in prop::collection::vec((0u8..20, 0u8..20), 0..60)) {
        let mut graph = Graph::default();
        let mut reads: std::collections::BTreeMap<u8, Vec<u8>> = Default::default();
        for (a, b) in edges {
            // From larger to smaller only, so that there is no ring.
            if a > b {
                reads.entry(a).or_default().push(b);
            }
        }
        for (field, reads) in &reads {
            graph.set(*field, reads.iter().copied());
        }
        let levels = graph.levels(0u8..20).expect("no ring");
        let level_of = |field: &u8| levels.iter().position(|level| level.contains(field));
        prop_assert_eq!(levels.iter().flatten().count(), reads.len());
        for (field, reads) in &reads {
            for read in reads {
                prop_assert!(level_of(read) < level_of(field));
            }
        }
    }
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let length = 50_000;
    let mut graph = Graph::default();
    for field in 1..=length {
        graph.set(field, [field - 1]);
    }
    assert_eq!(graph.levels([0]).expect("no ring").len(), 50_000);
    assert!(graph.cycle_with(0, [length]).is_some());
}
