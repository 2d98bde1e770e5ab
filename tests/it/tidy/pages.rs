//! The pages: their links lead somewhere, and what they promise is there.

use std::path::{Component, Path, PathBuf};

use super::repo::{self, File, root};

/// The text of a page without code, which may hold anything.
fn prose(page: &str) -> String {
    let mut fenced = false;
    let mut text = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            text.extend(line.split('`').step_by(2));
        }
        text.push('\n');
    }
    text
}

/// The targets of all links of a page, each with its line.
fn links(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(prose(page).lines()) {
        let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let reference =
            line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target.trim());
        found.extend(inline.chain(reference).map(|target| (number, target.to_owned())));
    }
    found
}

/// What a heading is called in a link.
fn anchors(page: &str) -> Vec<String> {
    let headings =
        page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let slug = |heading: &str| -> String {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(slug).collect()
}

/// `path` without `.` and `..`; `None` if it leaves the repository.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name),
            Component::ParentDir => drop(parts.pop()?),
            _ => {}
        }
    }
    Some(parts.into_iter().collect())
}

/// The links of a page that lead nowhere. Links out of the repository and to items of the documentation
/// (`crate::Type`) are not looked at.
fn dead_links(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    for (line, target) in links(&file.text) {
        if target.contains("://") || target.starts_with("mailto:") || target.contains("::") {
            continue;
        }
        let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
        let folder = Path::new(&file.path).parent().unwrap();
        let to = if path.is_empty() { Some(PathBuf::from(&file.path)) } else { resolved(&folder.join(path)) };
        let there = to.filter(|to| root().join(to).exists());
        let alive = there.is_some_and(|to| {
            anchor.is_empty()
                || (to.extension().is_some_and(|ending| ending == "md")
                    && anchors(&if path.is_empty() {
                        file.text.clone()
                    } else {
                        repo::read(to.to_str().unwrap())
                    })
                    .contains(&anchor.to_owned()))
        });
        if !alive {
            found.push(format!("{}:{line}: nothing is at {target}", file.path));
        }
    }
    found
}

#[test]
fn every_link_leads_somewhere() {
    super::assert_none(&repo::files(&[".md"]).iter().flat_map(dead_links).collect::<Vec<_>>());
    let rule = |text: &str| dead_links(&File { path: "docs/errors.md".to_owned(), text: text.to_owned() });
    let wrong = [
        "see [it](nowhere.md)",
        "[a](../Cargo.toml) and [b](../../outside)",
        "# One\n[a](#two)",
        "[a](../ARCHITECTURE.md#no-such-heading)",
        "[a]\n\n[a]: nowhere.md",
    ];
    let right = [
        "[a](../Cargo.toml) and [b](errors.md), [c](https://example.com), [d](crate::Type)",
        "# Two words\n[a](#two-words)",
        "`[a](nowhere.md)`\n```text\n[a](nowhere.md)\n```",
    ];
    super::assert_sees(rule, &wrong, &right);
}

/// The pages of docs/decisions that `page` does not link.
fn unlinked_decisions(page: &str) -> Vec<String> {
    let linked: Vec<String> = links(page).into_iter().map(|(_, target)| target).collect();
    let decisions = repo::files(&[".md"]).into_iter().map(|file| file.path);
    let decisions = decisions.filter(|path| path.starts_with("docs/decisions/") && !linked.contains(path));
    decisions.map(|path| format!("ARCHITECTURE.md: link {path}")).collect()
}

#[test]
fn every_decision_is_linked_from_the_architecture() {
    super::assert_none(&unlinked_decisions(&repo::read("ARCHITECTURE.md")));
    super::assert_sees(unlinked_decisions, &["", "docs/decisions/0001-schema-per-company.md"], &[]);
}

/// The invariants of the page: numbered without a gap, and each names what holds it, as
/// `path::test` or, for a compile-fail example or a lint, as a path.
fn unheld_invariants(page: &str) -> Vec<String> {
    let (_, section) = page.split_once("\n## Invariants").unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut found = Vec::new();
    let items = section.split("\n\n").filter(|item| item.starts_with(|c: char| c.is_ascii_digit()));
    let mut count = 0;
    for (number, item) in (1..).zip(items) {
        count = number;
        if !item.starts_with(&format!("{number}. ")) {
            found.push(format!("ARCHITECTURE.md: invariant {number} has another number"));
        }
        let Some((_, holders)) = item.split_once("Held by ") else {
            found.push(format!(
                "ARCHITECTURE.md: say what holds invariant {number}: \"Held by `path::test`\""
            ));
            continue;
        };
        for holder in holders.split('`').skip(1).step_by(2) {
            let (path, test) = holder.split_once("::").unwrap_or((holder, ""));
            let text = std::fs::read_to_string(root().join(path)).unwrap_or_default();
            let there = match path.ends_with(".rs") && test.is_empty() {
                true => text.contains("```compile_fail"),
                false if test.is_empty() => !text.is_empty(),
                false => text.contains(&format!("fn {test}(")),
            };
            if !there {
                found.push(format!(
                    "ARCHITECTURE.md: invariant {number} is said to be held by {holder}, which is not there"
                ));
            }
        }
        if !holders.contains('`') {
            found.push(format!("ARCHITECTURE.md: invariant {number} names no test"));
        }
    }
    if count == 0 {
        found.push("ARCHITECTURE.md: the numbered invariants are missing".to_owned());
    }
    found
}

#[test]
fn every_invariant_names_the_test_that_holds_it() {
    super::assert_none(&unheld_invariants(&repo::read("ARCHITECTURE.md")));
    let page = |text: &str| format!("# A\n## Invariants\n\nWords.\n\n{text}\n\n## After\n\n7. No.\n");
    let here = "tests/it/tidy/pages.rs::every_invariant_names_the_test_that_holds_it";
    let wrong = [
        page(""),
        page("1. So it is."),
        page("1. So it is. Held by faith."),
        page("1. So it is. Held by `tests/it/tidy/pages.rs::nothing`."),
        page("1. So it is. Held by `nowhere.rs`."),
        page(&format!("2. So it is. Held by `{here}`.")),
    ];
    let right =
        [page(&format!("1. So it is. Held by `{here}`\n   and `clippy.toml`.\n\n2. Too. Held by `{here}`."))];
    super::assert_sees(
        unheld_invariants,
        &wrong.each_ref().map(String::as_str),
        &right.each_ref().map(String::as_str),
    );
}

fn without_unreleased(page: &str) -> Vec<String> {
    let has = page.lines().any(|line| line == "## [Unreleased]");
    if has { Vec::new() } else { vec!["CHANGELOG.md: `## [Unreleased]` is missing".to_owned()] }
}

#[test]
fn the_changelog_has_a_place_for_the_next_change() {
    super::assert_none(&without_unreleased(&repo::read("CHANGELOG.md")));
    super::assert_sees(
        without_unreleased,
        &["# Changelog\n## [0.1.0]\n"],
        &["# Changelog\n\n## [Unreleased]\n"],
    );
}

/// The examples that `script` does not run.
fn examples_not_run(script: &str) -> Vec<String> {
    let run = |name: &str| script.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let examples = repo::files(&[".rs"]).into_iter().filter_map(|file| {
        let name = file.path.strip_prefix("examples/")?.strip_suffix(".rs")?;
        (!name.contains('/')).then(|| name.to_owned())
    });
    examples.filter(|name| !run(name)).map(|name| format!(".ci/run: run the example {name}")).collect()
}

#[test]
fn every_example_is_run_before_a_merge() {
    super::assert_none(&examples_not_run(&repo::read(".ci/run")));
}
