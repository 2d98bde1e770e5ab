//! What is refused before and by the grammar, and what a tree prints as.

use crate::{Formula, Limits};

/// Each finding as its code and the source under it.
fn findings(source: &str) -> Vec<(&'static str, &str)> {
    match Formula::parse(source) {
        Ok(_) => Vec::new(),
        Err(errors) => {
            errors.into_vec().into_iter().map(|found| (found.code, found.span.text(source))).collect()
        }
    }
}

fn printed(source: &str) -> String {
    Formula::parse(source).unwrap_or_else(|errors| panic!("{errors}")).to_string()
}

#[test]
fn operators_bind_by_their_strength() {
    for (source, expected) in [
        ("1+2*3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("(1-2)-3", "1 - 2 - 3"),
        ("a&b=c", "{a} & {b} = {c}"),
        ("a || b && c", "{a} || {b} && {c}"),
        ("(a || b) && c", "({a} || {b}) && {c}"),
        ("-(-1)", "--1"),
        ("-(1+2)", "-(1 + 2)"),
        ("!a = b", "!{a} = {b}"),
        ("1 <> 2 == 3", "1 != 2 = 3"),
        ("a + b & c", "{a} + {b} & {c}"),
        ("15%", "0.15"),
        ("if(true, null, 'x')", "IF(TRUE, NULL, \"x\")"),
    ] {
        assert_eq!(printed(source), expected, "{source}");
    }
}

#[test]
fn comments_and_spaces_mean_nothing() {
    assert_eq!(printed("1 /* one */ + /* two\n*/ 2 // end"), "1 + 2");
    assert_eq!(printed("/* a */ 1 /* b */ + 2"), "1 + 2");
}

#[test]
fn escapes_stand_for_their_characters() {
    assert_eq!(printed(r#"'it\'s' & "\u0041\n\\""#), r#""it's" & "A\n\\""#);
    assert_eq!(printed(r"{a\}b\\c\d}"), r"{a\}b\\c\\d}");
}

#[test]
fn every_mistake_of_form_is_found_where_it_is() {
    for (source, expected) in [
        ("", vec![("empty", "")]),
        ("  // nothing", vec![("empty", "  // nothing")]),
        ("ROUND((1 + 2", vec![("unclosed_paren", "("), ("unclosed_paren", "(")]),
        ("1 + 2)", vec![("unexpected_paren", ")")]),
        ("1 +", vec![("expected_value", "")]),
        ("1 + * 2", vec![("expected_value", "*")]),
        ("1 2", vec![("expected_operator", "2")]),
        ("IF(1,,2)", vec![("expected_value", ",")]),
        ("()", vec![("expected_value", ")")]),
        ("(1, 2)", vec![("syntax", ",")]),
        ("{price", vec![("unclosed_brace", "{")]),
        ("\"abc", vec![("unclosed_text", "\"")]),
        ("1 /* 2", vec![("unclosed_comment", "/*")]),
        (r#""\q""#, vec![("invalid_escape", r"\q")]),
        (r#""\u00""#, vec![("invalid_escape", r"\u")]),
        ("7 % 2", vec![("unknown_operator", "%")]),
        ("7% 2", vec![("expected_operator", "2")]),
        ("2 ^ 3", vec![("unknown_operator", "^")]),
        ("“a”", vec![("unexpected_character", "“"), ("unexpected_character", "”")]),
        ("1 # 2 $ 3", vec![("unexpected_character", "#"), ("unexpected_character", "$")]),
        ("12345678901234567890123456789", vec![("invalid_number", "12345678901234567890123456789")]),
        ("a AND b", vec![("expected_operator", "AND"), ("expected_operator", "b")]),
        ("1 + * 2 3 /", vec![("expected_value", "*"), ("expected_operator", "3"), ("expected_value", "")]),
    ] {
        assert_eq!(findings(source), expected, "{source}");
    }
}

/// Everyone who comes from a spreadsheet types it, and was told that a value is missing.
#[test]
fn an_equals_sign_in_front_is_to_be_left_out() {
    for source in ["=1+2", " = 1 + 2", "=-1", "=IF({a} = 1, 2, 3)"] {
        let errors = Formula::parse(source).unwrap_err();
        let found = errors.first();
        assert_eq!((found.code, found.span.text(source), errors.iter().count()), ("expected_value", "=", 1));
        assert!(found.help.as_deref().unwrap().contains("leave out"), "{errors}");
        let mut fixed = source.to_owned();
        fixed.replace_range(found.span.start..found.span.end, &found.suggestions[0]);
        assert!(Formula::parse(&fixed).is_ok(), "{fixed}");
    }
    // Elsewhere it compares, and nothing says that it may go.
    let errors = Formula::parse("1 + = 2").unwrap_err();
    assert_eq!((errors.first().help.as_deref(), errors.first().suggestions.len()), (None, 0));
}

#[test]
fn each_limit_has_its_code() {
    let limits = Limits { source_bytes: 40, nesting: 3, nodes: 6, height: 4, ..Limits::default() };
    let code = |source: &str| Formula::parse_with(source, &limits).map_err(|errors| errors.first().code);
    assert_eq!(code(&"1".repeat(41)).unwrap_err(), "source_too_long");
    assert_eq!(code("((((1))))").unwrap_err(), "too_deep");
    assert_eq!(code("!!!!1").unwrap_err(), "too_deep");
    assert_eq!(code("A(1,2,3,4,5,6)").unwrap_err(), "too_many_nodes");
    assert!(code("-(-1)").is_ok());
    assert!(code("a & b & c").is_ok());
    let tall = Limits { height: 4, ..Limits::default() };
    assert_eq!(Formula::parse_with("1+2+3+4+5", &tall).unwrap_err().first().code, "too_deep");
    assert!(Formula::parse_with("1&2&3&4&5&6&7", &tall).is_ok());
}
