//! `tests/mutants/list` quotes lines of code. A line that has changed since would break no guard, so each is there still.

use std::collections::BTreeMap;

use super::repo;

const LIST: &str = "tests/mutants/list";
/// What stands for "this mutant runs".
const SWITCH: char = '@';

/// A guard and how it is broken.
#[derive(Debug)]
struct Block<'t> {
    name: &'t str,
    /// The test that notices.
    test: Option<&'t str>,
    path: &'t str,
    old: &'t str,
    new: &'t str,
}

/// The blocks, or what is none.
fn blocks(list: &str) -> Vec<Result<Block<'_>, &str>> {
    list.split("\n== ").skip(1).map(|text| block(text).ok_or(text)).collect()
}

fn block(text: &str) -> Option<Block<'_>> {
    let (head, rest) = text.split_once('\n')?;
    let (name, test) = head.split_once(' ').map_or((head, None), |(name, test)| (name, Some(test)));
    let (path, rest) = rest.split_once('\n')?;
    let (old, new) = rest.split_once("\n=>\n")?;
    Some(Block { name, test, path, old, new: new.trim_end() })
}

/// Is there such an integration test?
fn is_there(test: &str, read: impl Fn(&str) -> Option<String>) -> bool {
    let Some((module, name)) = test.rsplit_once("::") else { return false };
    read(&format!("tests/it/{}.rs", module.replace("::", "/")))
        .is_some_and(|text| text.contains(&format!("fn {name}()")))
}

/// What `tests/mutants/run` would not run: it breaks the guards one after another in the same text.
fn lost(list: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let (mut texts, mut found) = (BTreeMap::new(), Vec::new());
    let mut names = Vec::new();
    for block in blocks(list) {
        let Block { name, test, path, old, new } = match block {
            Ok(block) => block,
            Err(text) => {
                found.push(format!("{LIST}: not a block: {text}"));
                continue;
            }
        };
        if names.contains(&name) {
            found.push(format!("{LIST}: {name} is there twice"));
        }
        names.push(name);
        if !new.contains(SWITCH) {
            found.push(format!("{LIST}: {name}: nothing in it switches"));
        }
        if let Some(test) = test.filter(|test| !is_there(test, &read)) {
            found.push(format!("{LIST}: {name}: there is no test {test}"));
        }
        let text = texts.entry(path).or_insert_with(|| read(path));
        let Some(text) = text else {
            found.push(format!("{LIST}: {name}: there is no {path}"));
            continue;
        };
        match text.matches(old).count() {
            1 => *text = text.replace(old, new),
            times => found.push(format!("{LIST}: {name}: {times} times in {path}:\n{old}")),
        }
    }
    found
}

// Finding: nobody saw that the mutants did not run any more.
#[test]
fn what_mutants_break_is_there_once() {
    let of_repo = |path: &str| std::fs::read_to_string(repo::root().join(path)).ok();
    let list = repo::read(LIST);
    super::assert_none(&lost(&list, of_repo));
    let guards = list.lines().filter(|line| line.starts_with("== ")).count();
    assert!(guards > 40 && blocks(&list).len() == guards, "{guards} blocks");
}

#[test]
fn a_guard_that_mutants_do_not_break_is_found() {
    let read = |path: &str| match path {
        "a.rs" => Some("if sees(x) {\n    one();\n    one();\n}\n".to_owned()),
        "tests/it/x/y.rs" => Some("async fn it_holds() {".to_owned()),
        _ => None,
    };
    let rule = |list: &str| lost(list, read);
    let right = "# What it is.\n\n== one x::y::it_holds\na.rs\nif sees(x) {\n=>\nif @ || sees(x) {\n\n== two\na.rs\n    one();\n    one();\n=>\n    if !@ { one(); }\n";
    let wrong = [
        "\n== unproven x::y::holds\na.rs\nif sees(x) {\n=>\nif @ {\n",
        "\n== gone\na.rs\nif knows(x) {\n=>\nif @ {\n",
        "\n== twice\na.rs\none();\n=>\nif @ { one(); }\n",
        "\n== elsewhere\nb.rs\none();\n=>\nif @ { one(); }\n",
        "\n== still\na.rs\nif sees(x) {\n=>\nif true {\n",
        "\n== none\na.rs\nif sees(x) {\n",
        "\n== first\na.rs\nif sees(x) {\n=>\nif @ {\n\n== second\na.rs\nif sees(x) {\n=>\nif @ {\n",
        "\n== same\na.rs\nif sees(x) {\n=>\nif @ {\n\n== same\na.rs\n    one();\n    one();\n=>\n@\n",
    ];
    super::assert_sees(rule, &wrong, &[right]);
}
