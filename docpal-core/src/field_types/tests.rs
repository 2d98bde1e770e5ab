//! What each field type takes, refuses and gives back.

use super::*;
use crate::model::FieldSpec;
use crate::values::Cell;

fn kind(code: &str, options: &str) -> Arc<dyn FieldKind> {
    find(code)
        .unwrap()
        .build(&Json::parse(options).unwrap())
        .unwrap_or_else(|fault| panic!("{code} {options}: {fault:?}"))
}

/// The code of the fault, or the cell.
fn parse(kind: &Arc<dyn FieldKind>, value: &str) -> Result<Cell, &'static str> {
    kind.parse(&Json::parse(value).unwrap()).map_err(|fault| fault.code)
}

fn number(text: &str) -> Result<Cell, &'static str> {
    Ok(Cell::Number(text.parse().unwrap()))
}

#[test]
fn every_type_lists_options_and_a_value_that_it_takes_itself() {
    for ty in FIELD_TYPES {
        let kind = kind(ty.code, ty.example_options);
        assert_eq!(kind.code(), ty.code);
        let value = Json::parse(ty.example_value).unwrap();
        match kind.parse(&value) {
            Ok(cell) => assert!(!cell.is_null(), "{}", ty.code),
            Err(fault) => assert_eq!(fault.code, "read_only", "{}", ty.code),
        }
        // Stored options build the same kind again.
        let again = ty.build(&kind.options()).unwrap();
        assert_eq!(again.options(), kind.options(), "{}", ty.code);
        assert!(!ty.summary.is_empty());
        assert!(ty.build(&Json::parse(r#"{"no_such_option": 1}"#).unwrap()).is_err(), "{}", ty.code);
    }
}

#[test]
fn codes_are_unique() {
    let mut codes: Vec<&str> = FIELD_TYPES.iter().map(|ty| ty.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), FIELD_TYPES.len());
}

#[test]
fn numbers_are_exact_bounded_and_never_rounded_in_silence() {
    let plain = kind("number", "{}");
    assert_eq!(parse(&plain, "0.1000"), number("0.1"));
    assert_eq!(parse(&plain, "1e3"), number("1000"));
    assert_eq!(parse(&plain, "\"-12.5\""), number("-12.5"));
    assert_eq!(parse(&plain, "1234567890123456789012345678"), number("1234567890123456789012345678"));
    assert_eq!(parse(&plain, "12345678901234567890123456789"), Err("too_many_digits"));
    assert_eq!(parse(&plain, "0.00000000000000000000000000001"), Err("too_many_digits"));
    assert_eq!(parse(&plain, "1e400"), Err("too_many_digits"));
    for wrong in ["true", "\"ten\"", "\"\"", "\"NaN\"", "\"1_000\"", "[1]", "{}"] {
        assert_eq!(parse(&plain, wrong), Err("wrong_type"), "{wrong}");
    }
    let bounded = kind("number", r#"{"min": 0, "max": 10, "scale": 2}"#);
    assert_eq!(parse(&bounded, "-0.01"), Err("too_small"));
    assert_eq!(parse(&bounded, "10.01"), Err("too_large"));
    assert_eq!(parse(&bounded, "1.234"), Err("too_precise"));
    assert_eq!(parse(&bounded, "1.230"), number("1.23"));
    assert_eq!(parse(&bounded, "null"), Ok(Cell::Null));
}

/// Finding A16
#[test]
fn numbers_in_texts_are_read_as_formulas_read_them() {
    let number = kind("number", "{}");
    for wrong in ["+5", "5.", "1-2", "--5", "1e5e5", "1_000", "1,000", "0x1", ""] {
        assert_eq!(parse(&number, &format!("\"{wrong}\"")), Err("wrong_type"), "{wrong}");
    }
    for (text, same) in [("1e3", "1000"), (".5", "0.5"), ("1.0000000000000000000000000000000000", "1")] {
        assert_eq!(parse(&number, &format!("\"{text}\"")), parse(&number, same), "{text}");
    }
}

#[test]
fn dates_are_days_of_the_calendar() {
    let date = kind("date", "{}");
    assert_eq!(parse(&date, "\"2024-02-29\""), Ok(Cell::Date(NaiveDate::from_ymd_opt(2024, 2, 29).unwrap())));
    for wrong in [
        "\"2023-02-29\"",
        "\"24-02-29\"",
        "\"2024-2-9\"",
        "\"now\"",
        "\"0000-01-01\"",
        "\"infinity\"",
        "\"2024-02-29T00:00:00Z\"",
        // Finding A16: what formulas do not read, fields do not read either.
        "\"+024-02-29\"",
        "\"2024-02-+9\"",
        "\"2024- 2-29\"",
        "\"-001-01-01\"",
    ] {
        assert_eq!(parse(&date, wrong), Err("invalid_date"), "{wrong}");
    }
    assert_eq!(parse(&date, "20240229"), Err("wrong_type"));
    let noon: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
    assert_eq!(date.default_cell(&Json::from("today"), noon).unwrap(), Cell::Date(noon.date_naive()));
}

#[test]
fn instants_are_kept_in_utc_to_the_microsecond() {
    let datetime = kind("datetime", "{}");
    let expected: DateTime<Utc> = "2026-01-31T08:30:00.123456Z".parse().unwrap();
    assert_eq!(parse(&datetime, "\"2026-01-31T09:30:00.1234569+01:00\""), Ok(Cell::DateTime(expected)));
    assert!(parse(&datetime, "\"2026-01-31 08:30\"").is_ok());
    // A day is its midnight in UTC.
    let midnight: DateTime<Utc> = "2026-01-31T00:00:00Z".parse().unwrap();
    assert_eq!(parse(&datetime, "\"2026-01-31\""), Ok(Cell::DateTime(midnight)));
    // Finding A16: what formulas do not read, fields do not read either.
    for wrong in [
        "2026-13-01T00:00:00Z",
        "2026-1-1T1:2:3",
        "2026-01-01T10:00:60Z",
        "2026-01-01T10:00:00.1234567890Z",
        "2026-01-01T10:00:00 +01:00",
        "2026-01-01T10:00:00+24:00",
        "0001-01-01T00:00:00+00:01",
        "+2026-01-01T10:00:00",
    ] {
        assert_eq!(parse(&datetime, &format!("\"{wrong}\"")), Err("invalid_datetime"), "{wrong}");
    }
}

#[test]
fn an_option_is_meant_by_name_or_id_and_shown_by_name() {
    let single = kind("single_select", r#"{"options": ["Open", {"name": "Done", "color": "green"}]}"#);
    let Ok(Cell::Text(id)) = parse(&single, "\"open\"") else { panic!("no id") };
    assert!(id.starts_with("opt_"), "{id}");
    assert_eq!(parse(&single, &format!("\"{id}\"")), Ok(Cell::Text(id.clone())));
    assert_eq!(parse(&single, "\"lost\""), Err("unknown_option"));
    let mut out = Vec::new();
    single.write(CellRef::Text(&id), JsonFormat::default(), &mut out);
    assert_eq!(out, b"\"Open\"");
    let multiple = kind("multiple_select", r#"{"options": ["a", "b"]}"#);
    let Ok(Cell::TextList(ids)) = parse(&multiple, r#"["b", "a", "B"]"#) else { panic!("no ids") };
    assert_eq!(ids.len(), 2);
    assert_eq!(parse(&multiple, "[]"), Ok(Cell::Null));
}

#[test]
fn options_of_a_select_differ_ignoring_case() {
    let build = |options: &str| {
        find("single_select")
            .unwrap()
            .build(&Json::parse(options).unwrap())
            .map(|_| ())
            .map_err(|fault| fault.code)
    };
    assert_eq!(build(r#"{"options": ["a", "A"]}"#), Err("invalid_options"));
    assert_eq!(build(r#"{"options": [""]}"#), Err("invalid_options"));
    assert_eq!(build(r#"{"options": [{"name": "a", "id": "x'; drop"}]}"#), Err("invalid_options"));
    assert_eq!(build("{}"), Err("invalid_options"));
}

#[test]
fn addresses_have_their_shape() {
    let email = kind("email", "{}");
    for good in ["ada@example.com", " Ada.Lovelace+x@sub.example.co.uk ", "ünï@exämple.de"] {
        assert!(parse(&email, &format!("{good:?}")).is_ok(), "{good}");
    }
    for bad in [
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "a b@example.com",
        "a@b@c.de",
        "a..b@c.de",
        "ada@-x.de",
        "",
    ] {
        assert_eq!(parse(&email, &format!("{bad:?}")), Err("invalid_email"), "{bad}");
    }
    let url = kind("url", "{}");
    assert!(parse(&url, "\"https://example.com/a?b=c#d\"").is_ok());
    for bad in ["example.com", "javascript:alert(1)", "data:text/html,x", "http://", ""] {
        assert_eq!(parse(&url, &format!("{bad:?}")), Err("invalid_url"), "{bad}");
    }
}

#[test]
fn texts_keep_to_their_limits() {
    let code = kind("text", r#"{"min_length": 2, "max_length": 5, "pattern": "[A-Z]+"}"#);
    assert_eq!(parse(&code, "\"ABC\""), Ok(Cell::Text("ABC".to_owned())));
    assert_eq!(parse(&code, "\"A\""), Err("too_short"));
    assert_eq!(parse(&code, "\"ABCDEF\""), Err("too_long"));
    assert_eq!(parse(&code, "\"abc\""), Err("pattern_mismatch"));
    assert_eq!(parse(&code, "5"), Err("wrong_type"));
    assert!(parse(&kind("text", r#"{"max_length": 5}"#), "\"😀😀😀😀😀\"").is_ok());
    let build = |options: &str| find("text").unwrap().build(&Json::parse(options).unwrap()).is_err();
    assert!(
        build(r#"{"pattern": "("}"#)
            && build(r#"{"max_length": 0}"#)
            && build(r#"{"min_length": 3, "max_length": 2}"#)
    );
}

#[test]
fn a_switch_is_empty_where_a_null_was_given_and_off_where_nothing_was() {
    let switch = kind("switch", "{}");
    assert_eq!(parse(&switch, "null"), Ok(Cell::Null));
    assert_eq!(switch.absent(), Cell::Bool(false));
    assert_eq!(parse(&switch, "\"true\""), Err("wrong_type"));
}

#[test]
fn every_type_has_a_constructor_whose_options_fit() {
    let specs = [
        FieldSpec::text("f").min_length(1).max_length(20).pattern("[A-Z]+"),
        FieldSpec::long_text("f").markdown().max_length(2_000),
        FieldSpec::number("f").min(0).max(10).scale(2),
        FieldSpec::currency("f", "EUR").scale(2),
        FieldSpec::percent("f").min(0).max(1),
        FieldSpec::date("f"),
        FieldSpec::datetime("f"),
        FieldSpec::single_select("f", ["open", "done"]),
        FieldSpec::multiple_select("f", ["red", "green"]),
        FieldSpec::switch("f"),
        FieldSpec::url("f"),
        FieldSpec::email("f"),
        FieldSpec::formula("f", "1 + 1"),
        FieldSpec::autonumber("f"),
    ];
    for spec in &specs {
        let built = find(&spec.field_type).unwrap().build(&spec.options);
        assert!(built.is_ok(), "{}: {:?}", spec.field_type, built.err());
    }
    let made: Vec<&str> = specs.iter().map(|spec| spec.field_type.as_str()).collect();
    assert_eq!(made, FIELD_TYPES.iter().map(|ty| ty.code).collect::<Vec<_>>());
}

#[test]
fn an_option_that_the_type_does_not_have_is_refused() {
    let spec = FieldSpec::date("f").scale(2);
    let fault = find(&spec.field_type).unwrap().build(&spec.options).unwrap_err();
    assert_eq!(fault.code, "invalid_options");
}
