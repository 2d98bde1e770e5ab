//! What writes runs in a transaction of DocPal's own: a statement that runs alone, on a connection from `acquire`, has the
//! isolation that the host's database gives by default, under which two at once can be a conflict.

use std::collections::BTreeSet;

use super::repo::{self, File};
use super::rust::{Kind, Token, closing, stands, tokens, without_tests};

/// The functions of a source, each with its name and body.
fn functions(source: &str) -> Vec<(String, Vec<Token>)> {
    let tokens = without_tests(&tokens(source));
    let mut found = Vec::new();
    for at in (0..tokens.len()).filter(|at| tokens[*at].is("fn")) {
        let name = tokens.get(at + 1).filter(|name| name.kind == Kind::Word);
        let body = (at..tokens.len()).find(|at| tokens[*at].is("{") || tokens[*at].is(";"));
        if let (Some(name), Some(body)) = (name, body.filter(|body| tokens[*body].is("{"))) {
            found.push((name.text.clone(), tokens[body..=closing(&tokens, body)].to_vec()));
        }
    }
    found
}

/// Does a text change rows?
fn writes(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c == '(').collect();
    words.windows(2).any(|pair| matches!(pair, ["INSERT", "INTO"] | ["DELETE", "FROM"]))
        || words.iter().zip(words.iter().skip(1)).any(|(word, next)| *word == "UPDATE" && next.contains('.'))
}

/// The functions of a gate that write, as `module::name`.
fn writers<'f>(gates: impl Iterator<Item = &'f File>) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for file in gates {
        let module =
            file.path.rsplit('/').next().and_then(|name| name.strip_suffix(".rs")).unwrap_or_default();
        for (name, body) in functions(&file.text) {
            if body.iter().any(|token| token.kind == Kind::Text && writes(&token.text)) {
                found.insert((module.to_owned(), name));
            }
        }
    }
    found
}

/// The functions of `source` that have a connection from `acquire` and call a writer.
fn findings(source: &str, writers: &BTreeSet<(String, String)>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, body) in functions(source) {
        let has = |pattern: &str| (0..body.len()).any(|at| stands(&body, at, pattern));
        for (module, writer) in writers {
            if has(". acquire (") && has(&format!("{module} : : {writer} (")) {
                found.push(format!(
                    "`{name}` calls {module}::{writer}, which writes: begin a transaction, do not acquire"
                ));
            }
        }
    }
    found
}

fn is_gate(file: &File) -> bool {
    file.path.contains("/src/sql/")
}

#[test]
fn what_writes_runs_in_a_transaction_of_docpals_own() {
    let files = repo::files(&[".rs"]);
    let sources = || files.iter().filter(|file| file.is_in_src() && !file.is_test());
    let writers = writers(sources().filter(|file| is_gate(file)));
    for known in
        [("api_keys", "holder"), ("api_keys", "insert"), ("events", "register"), ("tables", "delete")]
    {
        assert!(writers.contains(&(known.0.to_owned(), known.1.to_owned())), "{known:?} in {writers:?}");
    }
    let found = sources().filter(|file| !is_gate(file)).flat_map(|file| {
        findings(&file.text, &writers).into_iter().map(|finding| format!("{}: {finding}", file.path))
    });
    super::assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn the_rule_sees_a_writer_on_a_connection_without_a_transaction() {
    let writers = BTreeSet::from([("keys".to_owned(), "use_up".to_owned())]);
    super::assert_sees(
        |text| findings(text, &writers),
        &["async fn a(d: &Docpal) { let mut conn = d.acquire().await?; keys::use_up(&mut conn).await }"],
        &[
            "async fn a(d: &Docpal) { let mut tx = d.begin().await?; keys::use_up(&mut tx).await }",
            "async fn a(d: &Docpal) { keys::list(&mut *d.acquire().await?).await }",
        ],
    );
    assert!(writes("WITH used AS (\n UPDATE docpal_server.api_keys SET a = 1) SELECT"));
    assert!(!writes("SELECT 1 FROM docpal.tables FOR UPDATE"));
}
