//! The tour of docs/tour.md, walked as a reader walks it: every command in one shell, every answer compared.

mod answer;
mod page;
mod walk;

use self::page::{Kind, blocks};
use self::walk::Walk;

const PAGE: &str = include_str!("../../../docs/tour.md");
const PROGRAM: &str = include_str!("../../../examples/tour.rs");

#[test]
fn every_command_of_the_tour_gives_the_answer_that_stands_below_it() {
    let steps = page::steps(&blocks(PAGE));
    assert!(steps.len() > 20, "the page has {} blocks of commands", steps.len());
    let mut walk = Walk::begin();
    for step in &steps {
        let (succeeded, said) = walk.run(step.line, &step.commands);
        assert_eq!(
            succeeded,
            !step.fails,
            "line {}: it {}; it said:\n{said}",
            step.line,
            walk::ended(succeeded)
        );
        if let Err(difference) = answer::compare(step.answer.as_ref(), &said) {
            panic!("docs/tour.md, line {}: {difference}\n--- it said:\n{said}", step.line);
        }
    }
    walk.end();
}

#[test]
fn the_tour_shows_the_program_that_is_compiled() {
    let shown: Vec<_> = blocks(PAGE).into_iter().filter(|block| block.kind == Kind::Rust).collect();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].text, PROGRAM, "docs/tour.md shows another program than examples/tour.rs");
    assert!(PROGRAM.lines().count() < 80);
}

/// Not a test of its own: what the walk starts for `cargo run --example tour`. Without the walk there is nothing to do.
#[test]
fn program() {
    if std::env::var_os(walk::PROGRAM).is_some() {
        println!("\n{}", walk::BEGIN);
        crate::program_of_a_host::main().unwrap();
        println!("{}", walk::END);
    }
}
