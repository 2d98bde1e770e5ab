//! SQL text exists in one module per crate that has tables of its own: `docpal_core::sql`, the only one that touches
//! tables of users, and `docpal_server::sql` with static statements on the server's own tables. sqlx's types and
//! clippy.toml hold most of it; this holds the rest: what is `'static`, what is renamed, and what another driver
//! would take.

use super::repo::{self, File};
use super::rust::{Kind, Token, stands, tokens, without_tests};

/// Is the file part of the gate?
fn is_gate(file: &File) -> bool {
    file.path == "docpal-core/src/sql.rs" || file.path.starts_with("docpal-core/src/sql/")
}

/// Is the file part of the server's gate?
fn is_server_gate(file: &File) -> bool {
    file.path == "docpal-server/src/sql.rs" || file.path.starts_with("docpal-server/src/sql/")
}

/// Names that nobody outside the gate has a use for.
const NAMES: [&str; 14] = [
    "AssertSqlSafe",
    "SqlSafeStr",
    "QueryBuilder",
    "PostgresQueryBuilder",
    "raw_sql",
    "query_as",
    "query_scalar",
    "query_with",
    "query_as_with",
    "query_scalar_with",
    "cust_with_values",
    "cust_with_expr",
    "cust_with_exprs",
    "copy_in_raw",
];

/// Paths that lead around the gate.
const PATHS: [&str; 7] = [
    "sqlx : : query",
    "sqlx : : *",
    "Alias : : new",
    "Expr : : cust",
    "Func : : cust",
    "SimpleExpr : : Custom",
    "Expr : : Custom",
];

/// Does a text begin like a statement?
fn looks_like_sql(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let word = |n: usize| words.get(n).map_or("", String::as_str);
    let thing = |word: &str| {
        matches!(
            word.trim_end_matches(';'),
            "table"
                | "index"
                | "unique"
                | "schema"
                | "database"
                | "view"
                | "materialized"
                | "sequence"
                | "type"
                | "function"
                | "trigger"
                | "role"
                | "extension"
                | "collation"
                | "temporary"
                | "temp"
                | "unlogged"
                | "or"
                | "column"
                | "constraint"
        )
    };
    match word(0) {
        // "select a field" may be said to a person; in capitals, or with what no sentence has, it is a query.
        "select" => {
            let listed =
                words.iter().take_while(|word| *word != "from").any(|w| w.contains(['*', '(', '$', '"']));
            text.starts_with("SELECT ") || (listed && words.iter().any(|word| word == "from"))
        }
        "insert" | "merge" => word(1) == "into",
        "delete" => word(1) == "from",
        "update" => words.iter().take(6).any(|word| word == "set"),
        "create" | "alter" | "drop" => thing(word(1)),
        "with" => word(2) == "as" || word(1) == "recursive",
        "truncate" | "copy" | "grant" | "revoke" | "lock" | "notify" | "listen" | "explain" | "vacuum" => {
            words.len() > 1
                && text.starts_with(|c: char| c.is_uppercase())
                && text.starts_with(&word(0).to_uppercase())
        }
        _ => false,
    }
}

/// The names taken from sqlx by a `use` that starts at `at`.
fn imports_query(tokens: &[Token], at: usize) -> bool {
    stands(tokens, at, "use sqlx")
        && tokens
            .iter()
            .skip(at)
            .take_while(|token| !token.is(";"))
            .any(|token| token.is("query") || token.is("*"))
}

/// What a gate of static statements takes from sqlx as it stands.
const STATIC: [&str; 2] = ["query_as", "query_scalar"];

/// What is wrong with a source file of the server's gate: text that is put together, or that is about tables which
/// are not the server's.
fn server_findings(source: &str) -> Vec<String> {
    let tokens = without_tests(&tokens(source));
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let what = match token.kind {
            Kind::Text if looks_like_sql(&token.text) && !is_about_the_server(&token.text) => {
                format!("{:?} is about tables that are not in docpal_server", token.text)
            }
            Kind::Word if token.is("format") || NAMES.contains(&token.text.as_str()) => {
                if STATIC.contains(&token.text.as_str()) {
                    continue;
                }
                format!("{} puts text together", token.text)
            }
            Kind::Word => match PATHS.iter().find(|path| stands(&tokens, at, path)) {
                Some(path) if *path != "sqlx : : query" => path.replace(' ', ""),
                _ => continue,
            },
            _ => continue,
        };
        found.push(format!("{}: {what}", token.line));
    }
    found
}

/// Does every name of a schema in a statement say `docpal_server`, and is there one?
fn is_about_the_server(text: &str) -> bool {
    let mut before = Vec::new();
    let mut tables = text.split_whitespace().filter(|word| {
        let follows = before.last().is_some_and(|last: &String| {
            matches!(last.as_str(), "from" | "into" | "update" | "join" | "table")
        });
        before.push(word.to_lowercase());
        // `DO UPDATE SET` and `FOR UPDATE SKIP LOCKED` name no table.
        follows && !word.starts_with('(') && !matches!(*word, "SET" | "SKIP")
    });
    text.contains("docpal_server.") && tables.all(|table| table.starts_with("docpal_server."))
}

/// What is wrong with a source file outside the gates.
fn findings(source: &str) -> Vec<String> {
    let tokens = without_tests(&tokens(source));
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let what = match token.kind {
            Kind::Text if looks_like_sql(&token.text) => format!("SQL text {:?}", token.text),
            Kind::Word if NAMES.contains(&token.text.as_str()) => token.text.clone(),
            Kind::Word if imports_query(&tokens, at) => "sqlx::query".to_owned(),
            Kind::Word => match PATHS.iter().find(|path| stands(&tokens, at, path)) {
                Some(path) => path.replace(' ', ""),
                None => continue,
            },
            _ => continue,
        };
        found.push(format!("{}: {what} belongs into the gate, docpal_core::sql", token.line));
    }
    found
}

#[test]
fn sql_text_is_made_in_the_gate_only() {
    let sources = repo::files(&[".rs"]);
    assert!(sources.iter().any(is_gate), "the gate is where this rule looks for it");
    assert!(sources.iter().any(is_server_gate), "the server's gate is where this rule looks for it");
    let inside = sources.iter().filter(|file| file.is_in_src() && !file.is_test() && !is_gate(file));
    let mut found: Vec<String> = inside
        .flat_map(|file| {
            let found = if is_server_gate(file) { server_findings(&file.text) } else { findings(&file.text) };
            found.into_iter().map(|finding| format!("{}:{finding}", file.path))
        })
        .collect();
    for file in repo::files(&[".sql"]) {
        if !is_gate(&file) && !is_server_gate(&file) && !file.is_test() {
            found.push(format!("{}: SQL belongs into docpal_core::sql", file.path));
        }
    }
    super::assert_none(&found);
}

#[test]
fn the_rule_on_the_servers_gate_sees_what_is_not_static_or_not_the_servers() {
    let wrong = [
        r#"sqlx::query(AssertSqlSafe(x))"#,
        r#"sqlx::query(format!("a"))"#,
        r#"sqlx::raw_sql(x)"#,
        r#"use sqlx::*;"#,
        r#"sqlx::query("SELECT id FROM docpal.companies")"#,
        r#"sqlx::query("SELECT k.id FROM docpal_server.api_keys k JOIN docpal.companies c ON true")"#,
        r#"sqlx::query("DELETE FROM c_0123.t_0123")"#,
        r#"sqlx::query("SELECT 1")"#,
    ];
    let right = [
        r#"sqlx::query("DELETE FROM docpal_server.api_keys WHERE id = $1")"#,
        r#"sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM docpal_server.api_keys)")"#,
    ];
    super::assert_sees(server_findings, &wrong, &right);
}

#[test]
fn the_rule_on_the_gate_sees_the_ways_around_it() {
    let wrong = [
        r#"sqlx::query(TEXT)"#,
        r#"sqlx
            ::query(TEXT)"#,
        r#"use sqlx::{Row, query as run};"#,
        r#"use sqlx::*;"#,
        r#"query_as(x)"#,
        r#"sqlx::query_scalar(x)"#,
        r#"sqlx::raw_sql(x)"#,
        r#"AssertSqlSafe(x)"#,
        r#"let mut b = QueryBuilder::new("");"#,
        r#"Expr::cust("a")"#,
        r#"Expr :: cust_with_values("a", [1])"#,
        r#"Func::cust(x)"#,
        r#"Alias::new(name)"#,
        r#"tree.to_string(PostgresQueryBuilder)"#,
        r#"conn.execute("SELECT 1")"#,
        r##"let x = r#"select * from t"#;"##,
        r#"let x = "select count(*) from t";"#,
        r#"let x = "(SELECT id FROM t)";"#,
        "let x = \"\n   INSERT\n INTO t VALUES (1)\";",
        r#"format!("UPDATE {table} SET a = 1")"#,
        r#"format!("delete from {table}")"#,
        r#"format!("CREATE UNIQUE INDEX {i}")"#,
        r#"format!("Alter Table {t}")"#,
        r#"format!("DROP SCHEMA {t}")"#,
        r#"let x = "WITH a AS (x)";"#,
        r#"let x = "NOTIFY docpal";"#,
        r#"#[cfg(test)] mod tests {} let x = "SELECT 1";"#,
    ];
    let right = [
        r#"use sqlx::{Acquire as _, PgPool}; use docpal_query::query;"#,
        r#"// sqlx::query("SELECT 1")"#,
        "/// sqlx::query(\"SELECT 1\")\nfn f() {}",
        r#"#[cfg(test)] mod tests { fn f() { sqlx::query("SELECT 1"); } }"#,
        r#"let x = "select one of the options from the list";"#,
        r#"let x = "delete this table";"#,
        r#"let x = "update the record, then try again";"#,
        r#"let x = "DELETE /api/tables/{id}";"#,
        r#"let x = "create a table first";"#,
        r#"let x = "with the same name as another";"#,
        r#"let x = "copy it";"#,
        r#"docpal.query(x); self.query = 1;"#,
    ];
    super::assert_sees(findings, &wrong, &right);
}
