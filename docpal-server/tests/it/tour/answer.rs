//! An answer against the one that the page promises, with places for what differs from one run to the next.

use regex::Regex;
use serde_json::Value;

use super::page::{Block, Kind};

/// What stands on the page, and what it stands for.
const PLACES: [(&str, &str); 5] = [
    ("<id>", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("<key>", "dpk_[A-Za-z0-9_-]{43}"),
    ("<time>", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d\.\d+Z)?(?: UTC)?"),
    ("<number>", r"\d+(?:\.\d+)*"),
    ("...", "[^\n]*"),
];

/// Is it what the page promises? Without a promise it is nothing at all.
pub(super) fn compare(promised: Option<&Block>, said: &str) -> Result<(), String> {
    match promised {
        None if said.is_empty() => Ok(()),
        None => Err("the page has no answer to this".to_owned()),
        Some(block) if block.kind == Kind::Json => {
            let promised: Value =
                block.text.parse().map_err(|error| format!("no JSON on the page: {error}"))?;
            let said: Value = said.parse().map_err(|error| format!("the answer is no JSON: {error}"))?;
            same(&promised, &said, "")
        }
        Some(block) if pattern(&block.text).is_match(said) => Ok(()),
        Some(block) => Err(format!("the page says something else:\n{}", block.text)),
    }
}

/// A text as a pattern; a line of `...` is any number of lines.
fn pattern(text: &str) -> Regex {
    let mut pattern = regex::escape(text).replace("\n\\.\\.\\.\n", "\n(?:[^\n]*\n)*");
    for (place, stands_for) in PLACES {
        pattern = pattern.replace(&regex::escape(place), stands_for);
    }
    Regex::new(&format!("^{pattern}$")).unwrap()
}

fn same(promised: &Value, said: &Value, at: &str) -> Result<(), String> {
    match (promised, said) {
        (Value::String(promised), Value::String(said)) if pattern(promised).is_match(said) => Ok(()),
        (Value::Array(promised), Value::Array(said)) if promised.len() == said.len() => {
            let mut pairs = promised.iter().zip(said).enumerate();
            pairs.try_for_each(|(index, (promised, said))| same(promised, said, &format!("{at}[{index}]")))
        }
        (Value::Object(promised), Value::Object(said)) if promised.len() == said.len() => {
            promised.iter().try_for_each(|(key, promised)| {
                let said = said.get(key).ok_or_else(|| format!("{at}: the answer has no `{key}`"))?;
                same(promised, said, &format!("{at}.{key}"))
            })
        }
        _ if promised == said => Ok(()),
        _ => Err(format!("at {at} the page says {promised}, the answer {said}")),
    }
}

#[test]
fn an_answer_is_the_promised_one_but_for_its_places() {
    let check = |kind, promised: &str, said: &str| {
        compare(Some(&Block { line: 1, kind, text: promised.to_owned() }), said).is_ok()
    };
    let text = |promised: &str, said: &str| check(Kind::Text, promised, said);
    let id = "01a200af-4fc9-7735-94a0-22d182cd81ad";
    assert!(text("id <id>, 1.5 (a)\n", &format!("id {id}, 1.5 (a)\n")));
    assert!(!text("id <id>\n", "id 1\n") && !text("1.5\n", "1x5\n") && !text("a\n", "a\nb\n"));
    assert!(text("a\n...\nd\n", "a\nb\nc\nd\n") && text("a\n...\nd\n", "a\nd\n"));
    assert!(
        !text("a\n...\nd\n", "a\nb\nc\n") && text("a ... d\n", "a b c d\n") && !text("a ... d\n", "a b\nd\n")
    );
    let json = |promised: &str, said: &str| check(Kind::Json, promised, said);
    assert!(json("{\"a\": [1, \"<id>\"],\n \"b\": null}", &format!("{{\"b\":null,\"a\":[1,\"{id}\"]}}\n")));
    assert!(
        !json("{\"a\": 1}", "{\"a\":2}") && !json("{\"a\": 1}", "{\"a\":1,\"b\":2}") && !json("[1]", "[1,2]")
    );
    assert!(compare(None, "").is_ok() && compare(None, "a\n").is_err());
}
