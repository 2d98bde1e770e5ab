//! CSV as RFC 4180 has it, from the JSON of cells; texts cannot become formulas of a spreadsheet. Written by hand, because
//! what must be quoted here is more than RFC 4180 says.

use std::borrow::Cow;

use docpal_core::Json;
use docpal_core::json_out::JsonFormat;
use docpal_query::Page;

use crate::apostrophe;

/// The header line.
pub(super) fn header<'n>(names: impl Iterator<Item = &'n str>, raw: bool, out: &mut Vec<u8>) {
    for (index, name) in names.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        text(name, raw, out);
    }
    out.extend_from_slice(b"\r\n");
}

/// A line for each record.
pub(super) fn records(page: &Page, raw: bool, out: &mut Vec<u8>) {
    let last = page.columns().len().checked_sub(1);
    page.write_cells(JsonFormat::default(), |_, column, json| {
        cell(json, raw, out);
        out.extend_from_slice(if Some(column) == last { b"\r\n" } else { b"," });
    });
}

/// A cell from its JSON: a number stays a number, only texts are guarded. Most cells are taken as they are; only a text
/// with escapes, a list or an error is read.
fn cell(json: &[u8], raw: bool, out: &mut Vec<u8>) {
    match json.first() {
        Some(b'"') => text(&unescaped(json), raw, out),
        Some(b'[' | b'{') => {
            let parsed = std::str::from_utf8(json).ok().and_then(|json| Json::parse(json).ok());
            text(&parsed.map(|json| words(&json)).unwrap_or_default(), raw, out);
        }
        Some(b'n') | None => {}
        Some(_) => out.extend_from_slice(json),
    }
}

/// The text of a JSON string.
fn unescaped(json: &[u8]) -> Cow<'_, str> {
    let inner = json.strip_prefix(b"\"").and_then(|json| json.strip_suffix(b"\"")).unwrap_or_default();
    match inner.contains(&b'\\') {
        false => String::from_utf8_lossy(inner),
        true => Cow::Owned(serde_json::from_slice(json).unwrap_or_default()),
    }
}

/// How a text, a list or an error is shown in one cell.
fn words(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::Text(text) => text.clone(),
        Json::List(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Json::Object(_) => {
            match json.get("error").and_then(|error| error.get("code")).and_then(Json::as_text) {
                Some(code) => format!("#{code}"),
                None => json.to_string(),
            }
        }
        other => other.to_string(),
    }
}

/// A text, in quotes where a reader could split it: at a semicolon, too, which is the comma of many countries and would
/// begin a new, unguarded cell.
fn text(text: &str, raw: bool, out: &mut Vec<u8>) {
    let special = |byte: u8| matches!(byte, b'"' | b',' | b'\n' | b'\r' | b'\t' | b';');
    let quoted = text.bytes().any(special) || text.starts_with(' ') || text.ends_with(' ');
    if quoted {
        out.push(b'"');
    }
    if !raw && apostrophe::is_needed(text) {
        out.push(b'\'');
    }
    match quoted {
        true => {
            out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        }
        false => out.extend_from_slice(text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: &str, raw: bool) -> String {
        let mut out = Vec::new();
        cell(json.as_bytes(), raw, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn texts_cannot_become_formulas_and_numbers_stay_numbers() {
        assert_eq!(written(r#""=1+1""#, false), "'=1+1");
        assert_eq!(written(r#""=1+1""#, true), "=1+1");
        assert_eq!(written(r#""@x, \"y\"""#, false), r#""'@x, ""y""""#);
        assert_eq!(written("-5.50", false), "-5.50");
        assert_eq!(written("null", false), "");
        assert_eq!(written("true", false), "true");
    }

    // Finding A37.
    #[test]
    fn every_beginning_of_a_formula_is_guarded() {
        for begin in ["=", "+", "-", "@", "\\t", "\\r", "\\n", "＝", "＋", "－", "＠"] {
            let json = format!("\"{begin}1+A1\"");
            let guarded = written(&json, false);
            assert!(guarded.trim_start_matches('"').starts_with('\''), "{json}: {guarded}");
            assert!(!written(&json, true).contains('\''), "{json}");
        }
        assert_eq!(written(r#""a;=1+1""#, false), r#""a;=1+1""#);
    }

    // Finding A22.
    #[test]
    fn a_text_is_the_same_with_and_without_escapes() {
        for text in ["plain", "ümlaut 😀", "back\\slash", "a \"quote\"", "new\nline", "\u{1}", ""] {
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(unescaped(json.as_bytes()), text);
        }
    }

    #[test]
    fn telephone_numbers_are_as_they_are() {
        assert_eq!(written(r#""+55 (12) 3923-5555""#, false), "+55 (12) 3923-5555");
        assert_eq!(written(r#"" =A1""#, false), "\"' =A1\"");
    }

    #[test]
    fn lists_and_errors_fit_one_cell() {
        assert_eq!(written(r#"["a","b"]"#, false), r#""a, b""#);
        assert_eq!(written(r#"{"error":{"code":"div_by_zero","message":"x"}}"#, false), "#div_by_zero");
    }

    #[test]
    fn a_header_is_guarded_like_a_text() {
        let mut out = Vec::new();
        header(["a", "=b", "c,d"].into_iter(), false, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "a,'=b,\"c,d\"\r\n");
    }
}
