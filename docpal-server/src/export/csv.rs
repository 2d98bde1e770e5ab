//! CSV as RFC 4180 has it, from the JSON of cells; texts cannot become formulas of a spreadsheet.

use docpal_core::Json;
use docpal_core::json_out::JsonFormat;
use docpal_query::Page;

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

/// A cell from its JSON: a number stays a number, only texts are guarded.
fn cell(json: &[u8], raw: bool, out: &mut Vec<u8>) {
    match json.first() {
        Some(b'"' | b'[' | b'{') => {
            let parsed = std::str::from_utf8(json).ok().and_then(|json| Json::parse(json).ok());
            text(&parsed.map(|json| words(&json)).unwrap_or_default(), raw, out);
        }
        Some(b'n') | None => {}
        Some(_) => out.extend_from_slice(json),
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

fn text(text: &str, raw: bool, out: &mut Vec<u8>) {
    let starts_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = text.contains(['"', ',', '\n', '\r', ';']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted {
        out.push(b'"');
    }
    if starts_formula && !raw {
        out.push(b'\'');
    }
    if quoted {
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
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
