//! The rules of the house that a compiler does not hold: read from the files, without a database.
//!
//! Each rule is a function from text to findings. Beside the test that runs it on the repository stands one that
//! runs it on examples of what it must find, because a rule that cannot fail holds nothing.

mod dependencies;
mod errors;
mod figures;
mod files;
mod gate;
mod layers;
mod modules;
mod mutants;
mod pages;
mod repo;
mod rust;
mod values;
mod writers;

/// Fails with every finding, one a line.
#[track_caller]
fn assert_none(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// The rule must find something in each of the `wrong` texts and nothing in the `right` ones.
#[track_caller]
fn assert_sees(rule: impl Fn(&str) -> Vec<String>, wrong: &[&str], right: &[&str]) {
    for text in wrong {
        assert!(!rule(text).is_empty(), "the rule lets this pass:\n{text}");
    }
    for text in right {
        assert_eq!(rule(text), [""; 0], "the rule refuses this:\n{text}");
    }
}
