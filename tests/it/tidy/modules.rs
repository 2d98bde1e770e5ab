//! One order of the modules inside a crate: each uses those that stand before it in the list, and no other.

use super::repo::{self, File};
use super::rust::{Kind, Token, closing, stands, tokens, without_tests};

/// The modules of one crate, from the lowest up.
struct Order {
    /// The crate's folder.
    folder: &'static str,
    /// Its modules: those of `lib.rs`.
    modules: &'static [&'static str],
}

const ORDERS: &[Order] = &[
    Order {
        folder: "docpal-formula",
        modules: &[
            "error",
            "types",
            "fold",
            "nearest",
            "limits",
            "diagnostic",
            "number",
            "value",
            "temporal",
            "context",
            // What a call is, below the functions that are called and below who evaluates.
            "prepared",
            "slot",
            "fields",
            "row",
            "call",
            "functions",
            "node",
            "eval",
            "program",
            "batch",
            "syntax",
            "check",
            "formula",
            "graph",
            "editor",
        ],
    },
    Order {
        folder: "docpal-query",
        modules: &[
            "predicate",
            // The names of filters: below permissions, because rules have conditions.
            "filter",
            "access",
            // A request, stage by stage.
            "spec",
            "resolve",
            "plan",
            "secure",
            "lower",
            "page",
            "summary",
            "records",
            "audit",
        ],
    },
];

/// The first names behind `crate::`, and behind as many `super::` as lead to the crate, with their lines.
fn used(tokens: &[Token], depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // Where the modules that are written inside the file end.
    let mut inner: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        inner.retain(|end| *end > at);
        if tokens[at].is("mod") && tokens.get(at + 2).is_some_and(|token| token.is("{")) {
            inner.push(closing(tokens, at + 2));
        }
        if stands(tokens, at, "crate : :") {
            found.extend(names(tokens, at + 3));
        } else if stands(tokens, at, "super : :") {
            let mut supers = 1;
            while stands(tokens, at + 3 * supers, "super : :") {
                supers += 1;
            }
            at += 3 * (supers - 1);
            if supers == depth + inner.len() {
                found.extend(names(tokens, at + 3));
            }
        }
        at += 1;
    }
    found
}

/// The name at `at`, or the names that begin the parts of a list in braces.
fn names(tokens: &[Token], at: usize) -> Vec<(usize, String)> {
    let named = |token: &Token| (token.line, token.text.clone());
    match tokens.get(at) {
        Some(token) if token.is("{") => super::rust::arguments(tokens, at)
            .into_iter()
            .filter_map(|part| part.first().map(named))
            .collect(),
        Some(token) if token.kind == Kind::Word => vec![named(token)],
        // `crate::*`
        Some(token) => vec![(token.line, token.text.clone())],
        None => Vec::new(),
    }
}

/// What one file uses that it must not.
fn findings(order: &Order, path: &str, text: &str) -> Vec<String> {
    let Some(inside) = path.strip_prefix(order.folder).and_then(|rest| rest.strip_prefix("/src/")) else {
        return Vec::new();
    };
    let parts: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
    let place = |name: &str| order.modules.iter().position(|module| *module == name);
    let (module, depth) = (parts[0], parts.len());
    if module == "lib" || parts.last() == Some(&"tests") {
        return Vec::new();
    }
    let Some(own) = place(module) else {
        return vec![format!("{path}: `{module}` has no place in the order in tests/it/tidy/modules.rs")];
    };
    let code = without_tests(&tokens(text));
    let wrong = used(&code, depth).into_iter().filter(|(_, name)| name != module && name != "self");
    wrong
        .filter_map(|(line, name)| match place(&name) {
            Some(other) if other < own => None,
            Some(_) => Some(format!("{path}:{line}: `{module}` stands below `{name}` and must not use it")),
            None => {
                Some(format!("{path}:{line}: `crate::{name}` hides which module that is; write its path"))
            }
        })
        .collect()
}

#[test]
fn no_module_uses_one_above_it() {
    let mut found = Vec::new();
    let files: Vec<File> = repo::files(&[".rs"]);
    for order in ORDERS {
        let mut of_crate = files.iter().filter(|file| file.path.starts_with(order.folder)).peekable();
        assert!(of_crate.peek().is_some(), "there is no crate {}", order.folder);
        found.extend(of_crate.flat_map(|file| findings(order, &file.path, &file.text)));
        for module in order.modules {
            let file = format!("{}/src/{module}.rs", order.folder);
            if !files.iter().any(|known| known.path == file) {
                found.push(format!("{file} is gone; take `{module}` out of the order"));
            }
        }
    }
    super::assert_none(&found);
}

#[test]
fn the_rule_on_modules_sees_every_way_up() {
    let order = Order { folder: "docpal-x", modules: &["low", "middle", "top"] };
    let low = |text: &str| findings(&order, "docpal-x/src/low/part.rs", text);
    super::assert_sees(
        low,
        &[
            "use crate::top::Thing;",
            "use crate::{low::Part, middle::Thing};",
            "fn f() -> crate::middle::Thing {}",
            "use super::super::top::Thing;",
            "mod inner { use super::super::super::top::Thing; }",
            "use crate::Thing;",
            "use crate::*;",
            "use crate::new::Thing;",
        ],
        &[
            "use crate::low::Part;",
            "use super::Part; use super::other::Part;",
            "mod inner { use super::super::Part; }",
            "#[cfg(test)] mod tests { use crate::top::Thing; }",
            "// use crate::top::Thing;",
        ],
    );
    assert!(!findings(&order, "docpal-x/src/new.rs", "").is_empty());
    assert!(!findings(&order, "docpal-x/src/low.rs", "use super::top::Thing;").is_empty());
    assert!(findings(&order, "docpal-x/src/top.rs", "use crate::{low::Part, middle};").is_empty());
    assert!(findings(&order, "docpal-x/src/lib.rs", "pub use crate::top::Thing;").is_empty());
}
