//! What a type of stored values is, its file in `docpal-core/src/values` says, and nobody asks which one it is: a new one
//! is that file and its line.

use super::repo::{self, File};
use super::rust::{Token, closing, stands, tokens, without_tests};

/// The enums with a variant for each type of stored values.
const ENUMS: [&str; 3] = ["PgType", "Cell", "CellRef"];

/// Where they may be told apart: the types themselves, and the types of fields, each of which knows its own cells.
const ALLOWED: [&str; 3] =
    ["docpal-core/src/values.rs", "docpal-core/src/values/", "docpal-core/src/field_types/"];

/// Is the file one of those that see these enums? The server has a `Cell` of its own, that of a CSV file.
fn is_asked(file: &File) -> bool {
    let below = ["docpal-core/src/", "docpal-query/src/"].iter().any(|folder| file.path.starts_with(folder));
    below && !ALLOWED.iter().any(|allowed| file.path.starts_with(allowed)) && !file.is_test()
}

/// Does a pattern end before `at`?
fn ends_pattern(code: &[Token], at: usize) -> bool {
    stands(code, at, "= >")
        || stands(code, at, "if")
        || (stands(code, at, "|") && !stands(code, at, "| |"))
        || (stands(code, at, "=") && !stands(code, at, "= ="))
}

/// Does a comparison stand at `at`?
fn compares(code: &[Token], at: usize) -> bool {
    stands(code, at, "= =") || stands(code, at, "! =")
}

/// Where `code` asks which type of values something is.
fn findings(code: &[Token]) -> Vec<usize> {
    let mut found = Vec::new();
    // The round and square brackets around a token, those inside the innermost curly one.
    let mut around: Vec<usize> = Vec::new();
    for at in 0..code.len() {
        around.retain(|open| closing(code, *open) > at);
        match code[at].text.as_str() {
            "(" | "[" if code[at].is("(") || code[at].is("[") => around.push(at),
            "{" if code[at].is("{") => around.clear(),
            _ => {}
        }
        let named = ENUMS.iter().any(|name| code[at].is(name)) && stands(code, at + 1, ": :");
        let Some(variant) = code.get(at + 3).filter(|_| named) else { continue };
        if variant.is("*") || variant.is("{") {
            found.push(code[at].line);
            continue;
        }
        if variant.is("Null") || !variant.text.starts_with(char::is_uppercase) {
            continue;
        }
        let is_open = |token: &Token| token.is("(") || token.is("{");
        let end = match code.get(at + 4).filter(|token| is_open(token)) {
            Some(_) => closing(code, at + 4) + 1,
            None => at + 4,
        };
        let mut start = at;
        while start >= 3 && stands(code, start - 2, ": :") {
            start -= 3;
        }
        let in_macro = around.iter().any(|open| *open >= 2 && stands(code, open - 2, "matches !"));
        let in_pattern =
            ends_pattern(code, end) || around.iter().any(|open| ends_pattern(code, closing(code, *open) + 1));
        if in_macro || in_pattern || compares(code, end) || (start >= 2 && compares(code, start - 2)) {
            found.push(code[at].line);
        }
    }
    found
}

#[test]
fn nothing_asks_which_type_of_values_it_has() {
    let files = repo::files(&[".rs"]);
    assert!(files.iter().any(|file| file.path == ALLOWED[0]), "{} is gone", ALLOWED[0]);
    let asked = files.iter().filter(|file| is_asked(file)).flat_map(|file| {
        let lines = findings(&without_tests(&tokens(&file.text)));
        lines.into_iter().map(|line| {
            format!("{}:{line}: ask the type of values; its file in docpal-core/src/values knows", file.path)
        })
    });
    super::assert_none(&asked.collect::<Vec<_>>());
}

#[test]
fn the_rule_on_values_sees_every_way_to_ask() {
    super::assert_sees(
        |text| findings(&tokens(text)).iter().map(usize::to_string).collect(),
        &[
            "match ty { PgType::Text => a, _ => b }",
            "match ty { sql::PgType::Date | sql::PgType::Text => a, _ => b }",
            "match (ty, value) { (PgType::Boolean, Json::Bool(value)) => a, _ => b }",
            "match cell { CellRef::Text(text) if text.is_empty() => a, _ => b }",
            "let Cell::Text(text) = cell else { return };",
            "if let Some(Cell::Number(number)) = cell {}",
            "if ty == PgType::Numeric {}",
            "if docpal_core::sql::PgType::Numeric != ty {}",
            "let is = matches!(&cell, Cell::Text(text));",
            "use crate::values::PgType::{Date, Text};",
        ],
        &[
            "expr::cast(expr, PgType::Text)",
            "match day { None => Cell::Null, Some(day) => Cell::Date(day) }",
            "let ty = PgType::Numeric; if a == b {}",
            "if cell == Cell::Null {}",
            "let value = SqlValue { value, ty: PgType::Date, fails };",
            "match value { Value::Date(day) => (bound(Cell::Date(*day), PgType::Date), 0, None), _ => b }",
            "static SYSTEM: [(ColumnName, PgType); 1] = [(ColumnName::ID, PgType::Uuid)];",
            "let cells = days.iter().map(|day| Cell::Date(*day)).collect();",
            "// PgType::Text => a",
        ],
    );
}
