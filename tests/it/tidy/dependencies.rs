//! What crates DocPal stands on: their licences and where they come from, as deny.toml says, for who has no cargo-deny.

use std::process::Command;

use serde_json::Value;

use super::repo;

/// Every package of the workspace and below it, for every platform and feature.
fn packages() -> Vec<Value> {
    let root = repo::root();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
        .current_dir(root)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON of cargo");
    metadata["packages"].as_array().expect("packages").clone()
}

fn rules() -> toml::Table {
    let text = std::fs::read_to_string(repo::root().join("deny.toml")).expect("deny.toml");
    text.parse().expect("deny.toml is TOML")
}

fn words(rules: &toml::Table, section: &str, list: &str, key: Option<&str>) -> Vec<String> {
    let items = rules[section][list].as_array().expect("a list");
    let text =
        |item: &toml::Value| key.map_or_else(|| item.as_str(), |key| item[key].as_str()).map(str::to_owned);
    items.iter().map(|item| text(item).expect("a word")).collect()
}

/// Does an SPDX expression hold by some choice among licences that are allowed? A `/` is an old way to write `OR`.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let holds = any(&tokens, &mut at, allowed);
    holds && at == tokens.len()
}

fn any(tokens: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut holds = all(tokens, at, allowed);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        holds |= all(tokens, at, allowed);
    }
    holds
}

fn all(tokens: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut holds = one(tokens, at, allowed);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        holds &= one(tokens, at, allowed);
    }
    holds
}

fn one(tokens: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(first) = tokens.get(*at) else { return false };
    *at += 1;
    if *first == "(" {
        let holds = any(tokens, at, allowed);
        let closed = tokens.get(*at) == Some(&")");
        *at += 1;
        return holds && closed;
    }
    let mut licence = (*first).to_owned();
    if tokens.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", tokens.get(*at + 1).copied().unwrap_or_default());
        *at += 2;
    }
    allowed.contains(&licence)
}

#[test]
fn every_crate_has_an_allowed_licence_and_comes_from_the_registry() {
    let rules = rules();
    let allowed = words(&rules, "licenses", "allow", None);
    let banned = words(&rules, "bans", "deny", Some("name"));
    let mut found = Vec::new();
    let packages = packages();
    assert!(packages.len() > 100, "{}", packages.len());
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &allowed) {
            found.push(format!("{name}: the licence `{licence}` is not in deny.toml"));
        }
        let source = package["source"].as_str();
        if source.is_some_and(|source| source != "registry+https://github.com/rust-lang/crates.io-index") {
            found.push(format!("{name}: comes from {}", source.unwrap_or_default()));
        }
        if banned.iter().any(|banned| banned == name) {
            found.push(format!("{name}: deny.toml bans it"));
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn a_licence_is_read_as_an_expression() {
    let allowed = ["MIT".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned(), "Unicode-3.0".to_owned()];
    for good in [
        "MIT",
        "GPL-3.0 OR MIT",
        "GPL-3.0/MIT",
        "(GPL-3.0 OR MIT) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT", "MIT MIT"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}
