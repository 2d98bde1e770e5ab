//! The operators against the methods that write their tests in Rust.

use std::collections::BTreeSet;

use super::*;
use crate::filter::field::CODES;

#[test]
fn every_operator_has_a_method_and_every_method_an_operator() {
    let families = [
        Family::Text,
        Family::Number,
        Family::Date,
        Family::DateTime,
        Family::Switch,
        Family::SingleSelect(Vec::new().into()),
        Family::MultipleSelect(Vec::new().into()),
    ];
    let compared = families.map(Compared::Field).into_iter().chain([Compared::RecordId, Compared::User]);
    let mut known: BTreeSet<&str> = computed_operators().iter().map(|operator| operator.code).collect();
    for compared in compared {
        known.extend(operators_of(&compared).iter().map(|operator| operator.code));
    }
    assert_eq!(CODES.iter().copied().collect::<BTreeSet<_>>(), known);
    assert_eq!(CODES.len(), known.len());
}
