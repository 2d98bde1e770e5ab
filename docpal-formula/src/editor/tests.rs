//! Unfinished text, and texts laid out anew.

use proptest::prelude::*;

use super::{complete, format, hover, rename, signature, tokens};
use crate::{Formula, Functions, Type};

fn fields() -> Vec<(&'static str, Type)> {
    vec![("price", Type::Number), ("unit price", Type::Number), ("name", Type::Text), ("due", Type::Date)]
}

/// The labels of the completions at `|`, the first few.
fn completed(marked: &str) -> Vec<String> {
    let position = marked.find('|').expect("a mark");
    let source = marked.replacen('|', "", 1);
    let found = complete(&source, position, &fields(), &Functions::standard());
    found.into_iter().take(3).map(|completion| completion.label).collect()
}

#[test]
fn completion_knows_where_it_is() {
    for (marked, expected) in [
        ("{pri|", vec!["price", "unit price"]),
        ("{pri| * 2", vec!["price", "unit price"]),
        ("{|price}", vec!["price", "unit price", "name"]),
        ("nam|", vec!["name"]),
        ("roundd|", vec!["ROUNDDOWN"]),
        ("DATEADD({due}, 1, \"mo|", vec!["months"]),
        ("DATEADD({due}, 1, \"d|\")", vec!["days", "milliseconds", "seconds"]),
        ("DATEADD({due}, 1, |", vec!["milliseconds", "seconds", "minutes"]),
        ("SET_TIMEZONE({due}, 'Europe/Berl|", vec!["Europe/Berlin"]),
        ("\"pri|", vec![]),
        ("// pri|", vec![]),
        ("1|", vec![]),
        ("1 + |", vec!["price", "unit price", "name"]),
        ("|", vec!["price", "unit price", "name"]),
    ] {
        assert_eq!(completed(marked), expected, "{marked}");
    }
}

#[test]
fn signature_help_follows_the_commas() {
    let functions = Functions::standard();
    for (marked, expected) in [
        ("ROUND(|", Some(("ROUND(number, [digits])", Some(0)))),
        ("ROUND(ABS(1), |", Some(("ROUND(number, [digits])", Some(1)))),
        ("ROUND(1, (2 + |", Some(("ROUND(number, [digits])", Some(1)))),
        ("SUM(1, 2, 3, |", Some(("SUM(number, ...)", Some(0)))),
        ("SWITCH({name}, \"a\", |", Some(("SWITCH(expression, pattern, value, ..., [default])", Some(2)))),
        ("ROUND(1)|", None),
        ("NOPE(|", None),
        ("1 + |", None),
    ] {
        let position = marked.find('|').expect("a mark");
        let help = signature(&marked.replacen('|', "", 1), position, &functions);
        let found = help.as_ref().map(|help| (help.label.as_str(), help.active));
        assert_eq!(found, expected, "{marked}");
    }
}

#[test]
fn hover_tells_fields_and_functions() {
    let title =
        |source: &str, at| hover(source, at, &fields(), &Functions::standard()).map(|hover| hover.title);
    assert_eq!(title("ABS({unit price})", 1).as_deref(), Some("ABS(number)"));
    assert_eq!(title("ABS({unit price})", 5).as_deref(), Some("{unit price}: number"));
    assert_eq!(title("name & 1", 2).as_deref(), Some("{name}: text"));
    assert_eq!(title("name & 1", 5), None);
}

#[test]
fn rename_changes_references_only() {
    let source = "{price} + price & \"price {price}\" /* {price} */ & PRICE(1)";
    assert_eq!(
        rename(source, "price", "a}b"),
        "{a\\}b} + {a\\}b} & \"price {price}\" /* {price} */ & PRICE(1)"
    );
}

#[test]
fn layout_is_even() {
    for (source, expected) in [
        ("1+2 *  3", "1 + 2 * 3"),
        ("- ( 1+2 )", "-(1 + 2)"),
        ("a- -b", "a - -b"),
        ("if( a , b ,c)", "IF(a, b, c)"),
        ("NOW ( )", "NOW()"),
        ("/* why */ a", "/* why */ a"),
        ("a // why\n+ b", "a // why\n+ b"),
    ] {
        assert_eq!(format(source).expect("a formula"), expected, "{source}");
    }
}

#[test]
fn long_calls_get_a_line_per_argument() {
    let source = "IF({price} > 1000000, \"a rather long text for the first branch\", CONCATENATE(\"another one\", {name}))";
    let expected = "IF(\n  {price} > 1000000,\n  \"a rather long text for the first branch\",\n  CONCATENATE(\"another one\", {name})\n)";
    assert_eq!(format(source).expect("a formula"), expected);
}

/// Texts made of pieces of formulas, mostly wrong.
pub(crate) fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "1", "2.5", "15%", "\"a\"", "'b'", "{price}", "name", "TRUE", "NULL", "(", ")", "IF(", "ROUND(",
        "SUM(", ",", "+", "-", "*", "/", "&", "=", "!=", "<", ">=", "&&", "||", "!", " ", "\n", "/* c */",
        "// c\n", "{", "\"", "\\", "👍", "%", "NOW()", "DATEADD(", "\"days\"",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn tokens_cover_every_byte(source in prop_oneof![pieces(), ".*"]) {
        let mut end = 0;
        for token in tokens(&source) {
            prop_assert_eq!(token.span.start, end);
            prop_assert!(token.span.end > end);
            end = token.span.end;
        }
        prop_assert_eq!(end, source.len());
    }

    #[test]
    fn services_answer_at_every_position(source in prop_oneof![pieces(), ".*"], position in 0usize..100) {
        let functions = Functions::standard();
        for completion in complete(&source, position, &fields(), &functions) {
            prop_assert!(source.get(completion.span.start..completion.span.end).is_some());
        }
        let _ = signature(&source, position, &functions);
        let _ = hover(&source, position, &fields(), &functions);
        prop_assert_eq!(rename(&source, "no such field", "x"), source);
    }

    #[test]
    fn layout_keeps_the_meaning_and_is_stable(source in pieces()) {
        if let Ok(formula) = Formula::parse(&source) {
            let once = format(&source).expect("a formula");
            prop_assert_eq!(Formula::parse(&once).expect("a formula").to_string(), formula.to_string());
            prop_assert_eq!(format(&once).expect("a formula"), once);
        }
    }
}
