//! How files look: short, described, without loose ends.

use super::repo::{self, File};
use super::rust::{Token, closing, stands, tokens};

/// A file longer than this is two files.
const MAX_LINES: usize = 800;

fn about(files: &[File], rule: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let of = |file: &File| -> Vec<String> {
        rule(&file.text).into_iter().map(|finding| format!("{}:{finding}", file.path)).collect()
    };
    files.iter().flat_map(of).collect()
}

fn length(text: &str) -> Vec<String> {
    let lines = text.lines().count();
    if lines > MAX_LINES {
        vec![format!("{lines} lines; split it, {MAX_LINES} is the end")]
    } else {
        Vec::new()
    }
}

/// Every attribute of a file: where it stands, and its tokens.
fn attributes(tokens: &[Token]) -> impl Iterator<Item = (usize, &[Token])> {
    (0..tokens.len()).filter_map(move |at| {
        let open = match () {
            () if stands(tokens, at, "# [") => at + 1,
            () if stands(tokens, at, "# ! [") => at + 2,
            () => return None,
        };
        Some((tokens[at].line, &tokens[open..=closing(tokens, open)]))
    })
}

/// Lints are not switched off; an exception is expected, with its reason.
fn exceptions(source: &str) -> Vec<String> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    for (line, attribute) in attributes(&tokens) {
        for at in 0..attribute.len() {
            if stands(attribute, at, "allow (") {
                found.push(format!("{line}: write `expect(lint, reason = \"...\")`, not `allow`"));
            }
            let reason = |token: &Token| token.is("reason");
            if stands(attribute, at, "expect (")
                && !attribute[at..=closing(attribute, at + 1)].iter().any(reason)
            {
                found.push(format!("{line}: say the `reason` of the exception"));
            }
        }
    }
    found
}

/// The first line says what the file is for; a crate's root may take its README for that, and of a `tests.rs` the
/// name says it.
fn description(source: &str) -> Vec<String> {
    let first = source.lines().next().unwrap_or_default();
    if first.starts_with("//! ") || first.starts_with("#![doc = include_str!(") {
        Vec::new()
    } else {
        vec!["1: say in a first line `//! ...` what the file is for".to_owned()]
    }
}

/// The words that mark unfinished work; written so that this file does not hold them.
fn marks(text: &str) -> Vec<String> {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
    let calls = [concat!("to", "do!"), concat!("unimple", "mented!")];
    let mut found = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        let marked = words.any(|word| marks.contains(&word)) || calls.iter().any(|call| text.contains(call));
        if marked {
            found.push(format!("{line}: finish it, or file an issue: {}", text.trim()));
        }
    }
    found
}

#[test]
fn no_source_file_is_longer_than_800_lines() {
    super::assert_none(&about(&repo::files(&[".rs"]), length));
    super::assert_sees(length, &[&"//\n".repeat(801)], &[&"//\n".repeat(800)]);
}

#[test]
fn a_module_is_a_file_of_its_name() {
    let misnamed = |path: &str| path.rsplit('/').next() == Some(concat!("mod", ".rs"));
    let found = repo::files(&[".rs"]).into_iter().filter(|file| misnamed(&file.path));
    super::assert_none(
        &found.map(|file| format!("{}: name it after its folder", file.path)).collect::<Vec<_>>(),
    );
    assert!(misnamed("docpal-core/src/sql/mod.rs") && !misnamed("docpal-core/src/sql/mode.rs"));
}

#[test]
fn an_exception_to_a_lint_has_a_reason() {
    super::assert_none(&about(&repo::files(&[".rs"]), exceptions));
    let wrong = [
        "#[allow(dead_code)] fn f() {}",
        "#![allow(clippy::all, reason = \"no\")]",
        "#[cfg_attr(test, allow(unused))] fn f() {}",
        "#[expect(dead_code)] fn f() {}",
    ];
    let right = [
        "#[expect(dead_code, reason = \"why\")] fn f() {}",
        "let rule = docpal.rules().allow(role); x.expect(\"y\"); let _ = [allow(1)];",
        "// #[allow(dead_code)]",
    ];
    super::assert_sees(exceptions, &wrong, &right);
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let sources: Vec<File> =
        repo::files(&[".rs"]).into_iter().filter(|file| file.is_in_src() && !file.is_test()).collect();
    super::assert_none(&about(&sources, description));
    let wrong = ["", "use std::fmt;\n//! Late.", "// Plain.\n", "//!\n", "/// On the item.\nstruct A;"];
    let right = ["//! What it is.\n", "#![doc = include_str!(\"../README.md\")]\n"];
    super::assert_sees(description, &wrong, &right);
}

#[test]
fn nothing_is_marked_as_unfinished() {
    let endings = [".rs", ".md", ".toml", ".sql", ".pest", ".sh", "justfile"];
    super::assert_none(&about(&repo::files(&endings), marks));
    let wrong = [
        concat!("// TO", "DO: later"),
        concat!("# FIX", "ME"),
        concat!("X", "XX"),
        concat!("to", "do!()"),
        concat!("x => unimple", "mented!(\"y\")"),
    ];
    let right = ["a to-do list", "todo = \"warn\"", "unimplemented = \"warn\"", "let todos = 1;"];
    super::assert_sees(marks, &wrong, &right);
}
