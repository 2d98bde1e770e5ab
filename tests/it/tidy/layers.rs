//! One direction: formula <- core <- query <- server, the facade on top. Read from the manifests.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::repo;

/// What a crate may and may not depend on.
struct Layer {
    name: &'static str,
    /// DocPal's own crates below it.
    below: &'static [&'static str],
    /// Crates of others that belong to another layer; a `*` at the end stands for anything.
    foreign: &'static [&'static str],
}

const LAYERS: [Layer; 5] = [
    Layer {
        name: "docpal-formula",
        below: &[],
        foreign: &[
            "sqlx*",
            "sea-query*",
            "*postgres*",
            "tokio*",
            "async-*",
            "futures*",
            "moka",
            "axum*",
            "hyper*",
            "tower*",
        ],
    },
    Layer {
        name: "docpal-core",
        below: &["docpal-formula"],
        foreign: &["axum*", "hyper*", "tower*", "http", "utoipa*"],
    },
    // The database is reached through `docpal_core::sql` only.
    Layer {
        name: "docpal-query",
        below: &["docpal-core", "docpal-formula"],
        foreign: &["sqlx*", "sea-query-*", "*postgres*", "axum*", "hyper*", "tower*", "http", "utoipa*"],
    },
    Layer {
        name: "docpal-server",
        below: &["docpal-core", "docpal-formula", "docpal-query"],
        foreign: &["sea-query*", "*postgres*"],
    },
    // Re-exports only.
    Layer {
        name: "docpal",
        below: &["docpal-core", "docpal-formula", "docpal-query", "docpal-server"],
        foreign: &["*"],
    },
];

fn matches(pattern: &str, name: &str) -> bool {
    let inner = pattern.trim_matches('*');
    match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (true, true) => name.contains(inner),
        (true, false) => name.ends_with(inner),
        (false, true) => name.starts_with(inner),
        (false, false) => name == inner,
    }
}

/// The real name of a dependency, whatever the manifests call it.
fn real_name(key: &str, value: &Value, workspace: &Table) -> String {
    let renamed = |value: &Value| value.get("package").and_then(Value::as_str).map(str::to_owned);
    let shared = workspace["workspace"].get("dependencies").and_then(|all| all.get(key));
    renamed(value).or_else(|| shared.and_then(renamed)).unwrap_or_else(|| key.to_owned())
}

/// What the crate needs to be built, on any system, with any feature.
fn dependencies(manifest: &Table, workspace: &Table) -> BTreeSet<String> {
    let mut places = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(Value::as_table) {
        places.extend(targets.values().filter_map(Value::as_table));
    }
    let sections = places.iter().flat_map(|place| {
        ["dependencies", "build-dependencies"].into_iter().filter_map(|key| place.get(key))
    });
    let entries = sections.filter_map(Value::as_table).flatten();
    entries.map(|(key, value)| real_name(key, value, workspace)).collect()
}

/// What is wrong with one manifest.
fn findings(text: &str, workspace: &Table) -> Vec<String> {
    let manifest: Table = text.parse().unwrap();
    let name = manifest["package"]["name"].as_str().unwrap();
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
        return vec![format!(
            "{name} has no place in the order of layers; give it one in tests/it/tidy/layers.rs"
        )];
    };
    let mut found = Vec::new();
    for dependency in dependencies(&manifest, workspace) {
        let own = LAYERS.iter().any(|layer| layer.name == dependency);
        let refused = match own {
            true => !layer.below.contains(&dependency.as_str()),
            false => layer.foreign.iter().any(|pattern| matches(pattern, &dependency)),
        };
        if refused {
            found.push(format!("{name} must not depend on {dependency}"));
        }
    }
    let inherits = Table::from_iter([("workspace".to_owned(), Value::Boolean(true))]);
    if manifest.get("lints") != Some(&Value::Table(inherits)) {
        found.push(format!(
            "{name} must take its lints from the workspace and add none: `[lints] workspace = true`"
        ));
    }
    found
}

fn workspace() -> Table {
    repo::read("Cargo.toml").parse().unwrap()
}

#[test]
fn no_crate_depends_on_one_above_it() {
    let workspace = workspace();
    let members =
        workspace["workspace"]["members"].as_array().unwrap().iter().map(|member| member.as_str().unwrap());
    let mut found = findings(&repo::read("Cargo.toml"), &workspace);
    for member in members {
        found.extend(findings(&repo::read(&format!("{member}/Cargo.toml")), &workspace));
    }
    super::assert_none(&found);
}

#[test]
fn the_rule_on_layers_sees_every_kind_of_dependency() {
    let workspace: Table =
        "[workspace.dependencies]\ndb = { package = 'sqlx', version = '0' }".parse().unwrap();
    let with =
        |name: &str, rest: &str| format!("{rest}\n[package]\nname = '{name}'\n[lints]\nworkspace = true");
    let wrong = [
        with("docpal-formula", "dependencies.tokio.workspace = true"),
        with("docpal-formula", "dependencies.docpal-core.workspace = true"),
        with("docpal-formula", "dependencies.db.workspace = true"),
        with("docpal-formula", "dependencies.x = { package = 'sea-query', optional = true, version = '1' }"),
        with("docpal-formula", "build-dependencies.axum = '0.8'"),
        with("docpal-formula", "[target.'cfg(unix)'.dependencies]\nsqlx-core = '0.9'"),
        with("docpal-core", "dependencies.docpal-query.workspace = true"),
        with("docpal-core", "dependencies.axum-core = '0.5'"),
        with("docpal-query", "dependencies.docpal-server.workspace = true"),
        with("docpal-query", "dependencies.sqlx.workspace = true"),
        with("docpal-query", "dependencies.tokio-postgres = '0.7'"),
        with("docpal-query", "dependencies.axum.workspace = true"),
        with("docpal", "dependencies.serde.workspace = true"),
        with("docpal-new", ""),
        with("docpal-core", "").replace("workspace = true", "workspace = true\nrust.unsafe_code = 'allow'"),
        "[package]\nname = 'docpal-core'".to_owned(),
    ];
    let right = [
        with("docpal-formula", "dependencies.pest.workspace = true\ndev-dependencies.tokio.workspace = true"),
        with(
            "docpal-core",
            "dependencies = { docpal-formula = '1', sqlx = '0.9', sea-query = '1', tokio = '1' }",
        ),
        with("docpal-query", "dependencies = { docpal-core = '1', docpal-formula = '1', sea-query = '1' }"),
        with("docpal-server", "dependencies = { docpal-query = '1', axum = '0.8', tower-http = '1' }"),
        with("docpal", "dependencies = { docpal-server = { version = '1', optional = true } }"),
    ];
    super::assert_sees(
        |text| findings(text, &workspace),
        &wrong.each_ref().map(String::as_str),
        &right.each_ref().map(String::as_str),
    );
}
