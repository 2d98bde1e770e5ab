//! docs/errors.md lists every error code, no more and no less. The codes are read from the sources: what is passed
//! as a parameter called `code`, what stands beside an `ErrorKind`, what a list of codes holds.

use std::collections::{BTreeMap, BTreeSet};

use super::repo;
use super::rust::{Kind, Token, arguments, closing, stands, tokens, without_tests};

const PAGE: &str = "docs/errors.md";

/// A function with a parameter `code: &'static str`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Maker {
    /// The type it belongs to.
    of: Option<String>,
    name: String,
    /// Which argument is the code, `self` not counted.
    position: usize,
    is_method: bool,
}

/// The type that the `impl` at `at` is for, and where its body opens.
fn implemented(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let open = (at..tokens.len()).find(|at| tokens[*at].is("{"))?;
    let head = &tokens[at + 1..open];
    let start = head.iter().position(|token| token.is("for")).map_or(0, |at| at + 1);
    let mut depth = 0_usize;
    let mut name = None;
    for token in &head[start..] {
        match token.text.as_str() {
            "<" => depth += 1,
            ">" => depth = depth.saturating_sub(1),
            "where" => break,
            _ if depth == 0 && token.kind == Kind::Word => name = Some(token.text.clone()),
            _ => {}
        }
    }
    Some((name?, open))
}

/// For every token, the type whose `impl` it stands in.
fn owners(tokens: &[Token]) -> Vec<Option<String>> {
    let mut owners = vec![None; tokens.len()];
    for at in 0..tokens.len() {
        let starts_item =
            at == 0 || ["}", ";", "]", "{", "unsafe"].iter().any(|mark| tokens[at - 1].is(mark));
        if starts_item
            && tokens[at].is("impl")
            && let Some((name, open)) = implemented(tokens, at)
        {
            owners[open..=closing(tokens, open)].fill(Some(name));
        }
    }
    owners
}

fn makers(tokens: &[Token]) -> Vec<Maker> {
    let owners = owners(tokens);
    let mut found = Vec::new();
    for at in (0..tokens.len()).filter(|at| tokens[*at].is("fn")) {
        let Some(open) = (at..tokens.len()).find(|at| tokens[*at].is("(")) else { continue };
        let parameters = arguments(tokens, open);
        let is_method = parameters.first().is_some_and(|first| first.iter().any(|token| token.is("self")));
        let is_code = |parameter: &&[Token]| stands(parameter, 0, "code : & ' static str");
        if let Some(position) = parameters.iter().position(is_code) {
            let name = tokens[at + 1].text.clone();
            found.push(Maker {
                of: owners[at].clone(),
                name,
                position: position - usize::from(is_method),
                is_method,
            });
        }
    }
    found
}

/// Is the word at `at` a call of `maker`?
fn calls(tokens: &[Token], at: usize, owner: Option<&String>, maker: &Maker) -> bool {
    if !tokens[at].is(&maker.name) || !stands(tokens, at + 1, "(") || at == 0 || tokens[at - 1].is("fn") {
        return false;
    }
    match &maker.of {
        _ if maker.is_method => tokens[at - 1].is("."),
        None => !tokens[at - 1].is("."),
        Some(of) => {
            at >= 3
                && stands(tokens, at - 2, ": :")
                && (tokens[at - 3].is(of) || tokens[at - 3].is("Self") && owner == Some(of))
        }
    }
}

fn is_code(token: &Token) -> bool {
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    token.kind == Kind::Text
        && token.text.starts_with(|c: char| c.is_ascii_lowercase())
        && token.text.chars().all(lower)
}

/// The codes in a source, each with its line.
fn codes(tokens: &[Token], makers: &BTreeSet<Maker>) -> BTreeMap<String, usize> {
    let owners = owners(tokens);
    let mut found = BTreeMap::new();
    let mut add = |tokens: &[Token]| {
        for token in tokens.iter().filter(|token| is_code(token)) {
            found.entry(token.text.clone()).or_insert(token.line);
        }
    };
    let fails =
        |name: &str| ["Error", "Fault", "Problem", "Diagnostic"].iter().any(|end| name.ends_with(end));
    for at in 0..tokens.len() {
        for maker in makers.iter().filter(|maker| calls(tokens, at, owners[at].as_ref(), maker)) {
            arguments(tokens, at + 1).get(maker.position).into_iter().for_each(|argument| add(argument));
        }
        if stands(tokens, at, "ErrorKind : :") && stands(tokens, at + 4, ",") {
            tokens.get(at + 5).into_iter().for_each(|token| add(std::slice::from_ref(token)));
        }
        if fails(&tokens[at].text) && stands(tokens, at + 1, "{") {
            let code = |field: &&[Token]| stands(field, 0, "code :");
            arguments(tokens, at + 1).into_iter().filter(code).for_each(&mut add);
        }
        let tells_code = stands(tokens, at, "fn code (") && owners[at].as_deref().is_some_and(fails);
        if tells_code && let Some(open) = (at..tokens.len()).find(|at| tokens[*at].is("{")) {
            add(&tokens[open..closing(tokens, open)]);
        }
        if stands(tokens, at, "const CODES :") {
            let end = (at..tokens.len()).find(|at| tokens[*at].is(";")).unwrap_or(tokens.len());
            (at..end).filter(|at| stands(tokens, *at, "(")).for_each(|at| add(&tokens[at + 1..at + 2]));
        }
        if stands(tokens, at, "codes ! {") {
            let end = closing(tokens, at + 2);
            (at..end).filter(|at| stands(tokens, *at, "=")).for_each(|at| add(&tokens[at + 1..at + 2]));
        }
    }
    found
}

/// Every code with the crates that give it, and where one of them does.
fn codes_in_use() -> BTreeMap<String, BTreeMap<String, String>> {
    let sources = repo::files(&[".rs"]).into_iter().filter(|file| file.is_in_src() && !file.is_test());
    let sources: Vec<_> = sources.map(|file| (file.path, without_tests(&tokens(&file.text)))).collect();
    let makers: BTreeSet<Maker> = sources.iter().flat_map(|(_, tokens)| makers(tokens)).collect();
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (path, tokens) in &sources {
        let owner = path.split('/').next().unwrap_or_default();
        for (code, line) in codes(tokens, &makers) {
            found.entry(code).or_default().entry(owner.to_owned()).or_insert(format!("{path}:{line}"));
        }
    }
    found
}

/// A section of the page: the crates that its heading names, and its codes with their meanings.
struct Section {
    heading: String,
    crates: Vec<String>,
    rows: Vec<(String, String)>,
}

fn sections(page: &str) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let crates =
                heading.split('`').filter(|part| part.starts_with("docpal")).map(str::to_owned).collect();
            found.push(Section { heading: heading.to_owned(), crates, rows: Vec::new() });
        } else if let (Some(row), Some(section)) = (line.strip_prefix("| `"), found.last_mut()) {
            let (code, rest) = row.split_once('`').unwrap();
            section.rows.push((code.to_owned(), rest.trim_matches([' ', '|']).to_owned()));
        }
    }
    found
}

/// What is wrong with the page.
fn findings(page: &str, in_use: &BTreeMap<String, BTreeMap<String, String>>) -> Vec<String> {
    let sections = sections(page);
    let mut found = Vec::new();
    for section in &sections {
        if !section.rows.is_sorted_by(|a, b| a.0 < b.0) {
            found.push(format!("{PAGE}: sort the codes under `{}`, each once", section.heading));
        }
        for (code, meaning) in &section.rows {
            let given =
                in_use.get(code).is_some_and(|by| section.crates.iter().any(|name| by.contains_key(name)));
            if !given {
                found.push(format!("{PAGE}: nothing under `{}` gives `{code}` any more", section.heading));
            }
            if meaning.is_empty() {
                found.push(format!("{PAGE}: say what `{code}` means"));
            }
        }
    }
    for (code, crates) in in_use {
        for (name, place) in crates {
            let mut listed = sections.iter().filter(|section| section.crates.contains(name));
            if !listed.any(|section| section.rows.iter().any(|row| row.0 == *code)) {
                found.push(format!(
                    "{PAGE}: list `{code}` of {name} ({place}) with one line on what it means"
                ));
            }
        }
    }
    found
}

#[test]
fn every_error_code_is_documented() {
    super::assert_none(&findings(&repo::read(PAGE), &codes_in_use()));
}

#[test]
fn the_rule_on_codes_sees_new_and_gone_ones() {
    let place = |name: &str| BTreeMap::from([(name.to_owned(), "a.rs:1".to_owned())]);
    let in_use = BTreeMap::from([("a".to_owned(), place("docpal-x")), ("b".to_owned(), place("docpal-y"))]);
    let page = |rows: &str| {
        format!("# Errors\n## One (`docpal-x`, `docpal-y`)\n| Code | Meaning |\n|---|---|\n{rows}")
    };
    let wrong = [
        page("| `a` | A. |\n"),
        page("| `a` | A. |\n| `b` | B. |\n| `c` | C. |\n"),
        page("| `b` | B. |\n| `a` | A. |\n"),
        page("| `a` | A. |\n| `b` | |\n"),
        page("| `a` | A. |\n## Two (`docpal-x`)\n| `b` | B. |\n"),
    ];
    let right = [page("| `a` | A. |\n| `b` | B. |\n")];
    super::assert_sees(
        |page| findings(page, &in_use),
        &wrong.each_ref().map(String::as_str),
        &right.each_ref().map(String::as_str),
    );
}

#[test]
fn a_code_is_found_however_it_is_given() {
    let source = r#"
        impl Error {
            pub fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self { x }
            fn plain() -> Self { Self::new(kind, "by_self", "words") }
            fn at(self, line: u64, code: &'static str) -> Self { self }
        }
        impl<T: Into<(A, B)>> fmt::Display for Line<T> { fn f() { other.at(1, "by_method") } }
        fn wrong(code: &'static str) -> Error { Error::new(ErrorKind::Invalid, code, "no_code") }
        fn f() {
            Error::new(kind(1, 2), if x { "by_if" } else { "or_else" }, format!("a, {}", "b_c"));
            crate::wrong("by_function");
            (ErrorKind::Conflict, "by_tuple", "a message");
            FieldError { field: "a_name", code: "by_field", message: "x" };
            Other::new(kind, "no_code", "x"); Operator { code: "no_code" }; wrong(variable);
        }
        impl ParseError { fn code(&self) -> &'static str { match self { Self::A => "by_match" } } }
        codes! { /// Doc. A = "by_list"; B = "by_list_too", "a_message"; }
        const CODES: &[(&str, &str)] = &[("by_const", "a_message")];
    "#;
    let tokens = without_tests(&tokens(&source.replace("/// Doc.", "")));
    let makers = makers(&tokens).into_iter().collect();
    let found: Vec<String> = codes(&tokens, &makers).into_keys().collect();
    let expected = [
        "by_const",
        "by_field",
        "by_function",
        "by_if",
        "by_list",
        "by_list_too",
        "by_match",
        "by_method",
        "by_self",
        "by_tuple",
        "or_else",
    ];
    assert_eq!(found, expected);
}
