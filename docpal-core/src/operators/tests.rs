//! The operators against the methods that write their tests in Rust.

use std::collections::BTreeSet;

use super::*;
use crate::filter::field::CODES;
use crate::values::FAMILIES;

#[test]
fn every_operator_has_a_method_and_every_method_an_operator() {
    let operators = FAMILIES.iter().flat_map(|family| family.operators).chain(computed_operators());
    let known: BTreeSet<&str> = operators.map(|operator| operator.code).collect();
    assert_eq!(CODES.iter().copied().collect::<BTreeSet<_>>(), known);
    assert_eq!(CODES.len(), known.len());
}
