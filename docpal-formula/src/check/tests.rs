//! Types, names and literals.

use crate::{Formula, Functions, Program, Type};

fn fields() -> Vec<(&'static str, Type)> {
    vec![
        ("price", Type::Number),
        ("name", Type::Text),
        ("done", Type::Bool),
        ("due", Type::Date),
        ("made", Type::DateTime),
        ("tags", Type::list(Type::Text)),
        ("doc", Type::Json),
    ]
}

fn checked(source: &str) -> Result<Program, crate::Errors> {
    Formula::parse(source)?.check(&fields(), &Functions::standard())
}

/// Each finding as its code and the source under it.
fn findings(source: &str) -> Vec<(&'static str, &str)> {
    match checked(source) {
        Ok(_) => Vec::new(),
        Err(errors) => {
            errors.into_vec().into_iter().map(|found| (found.code, found.span.text(source))).collect()
        }
    }
}

#[test]
fn every_part_has_a_type() {
    for (source, expected) in [
        ("{price} * 2", "number"),
        ("{name} + {price}", "text"),
        ("{price} & {due}", "text"),
        ("{price} > 2 || {name}", "bool"),
        ("{due} = \"2024-01-31\"", "bool"),
        ("{due} < {made}", "bool"),
        ("IF({done}, {price})", "number"),
        ("IF({done}, {price}, \"\")", "number"),
        ("IF({done}, {price}, \"none\")", "text"),
        ("IF({done}, {due}, {made})", "datetime"),
        ("IF({done}, {due}, NULL)", "date"),
        ("NULL", "null"),
    ] {
        let program = checked(source).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(program.ty().to_string(), expected, "{source}");
    }
}

#[test]
fn every_mistake_is_found_where_it_is() {
    for (source, expected) in [
        ("{prize} + {nmae}", vec![("unknown_field", "{prize}"), ("unknown_field", "{nmae}")]),
        ("ROUDN({prize})", vec![("unknown_function", "ROUDN"), ("unknown_field", "{prize}")]),
        ("ROUND()", vec![("too_few_arguments", "ROUND()")]),
        ("ROUND(1, 2, 3, 4)", vec![("too_many_arguments", "3, 4")]),
        ("ROUND({name})", vec![("type_mismatch", "{name}")]),
        ("UPPER({price})", vec![("type_mismatch", "{price}")]),
        ("{done} + 1", vec![("type_mismatch", "{done}")]),
        ("\"5\" = 5", vec![("type_mismatch", "=")]),
        ("{due} + 1", vec![("type_mismatch", "+")]),
        ("{due} = \"yesterday\"", vec![("invalid_date", "\"yesterday\"")]),
        ("{due} = \"2024-3-4\"", vec![("invalid_date", "\"2024-3-4\"")]),
        ("{due} < \"2024-03-04T24:00\"", vec![("invalid_date", "\"2024-03-04T24:00\"")]),
        ("{tags} = \"a\"", vec![("type_mismatch", "=")]),
        ("{doc} & \"\"", vec![("type_mismatch", "{doc}")]),
        ("IF({done}, {price}, {due})", vec![("type_mismatch", "{due}")]),
    ] {
        assert_eq!(findings(source), expected, "{source}");
    }
}

#[test]
fn the_nearest_name_is_suggested() {
    let errors = checked("ROUDN({prcie})").unwrap_err().into_vec();
    let suggestions: Vec<_> = errors.iter().map(|found| found.suggestions.join(" ")).collect();
    assert_eq!(suggestions, ["ROUND", "{price}"]);
}

#[test]
fn a_field_used_twice_is_one_slot() {
    let program = checked("{price} + {price} & {name}").expect("a formula");
    let keys: Vec<_> = program.fields().iter().filter_map(|slot| slot.key()).collect();
    assert_eq!(keys, ["price", "name"]);
}

#[test]
fn constants_are_computed_once() {
    let program = checked("ROUND(1 / 3, 2) & \"!\"").expect("a formula");
    assert_eq!(program.root().as_constant(), Some(&"0.33!".into()));
}

#[test]
fn an_error_is_not_folded_away() {
    let program = checked("IF({done}, 1 / 0, 2)").expect("a formula");
    assert!(program.root().as_constant().is_none());
}

/// Finding A26
#[test]
fn only_the_first_few_wrong_names_get_suggestions() {
    let names: Vec<String> = (0..4_000).map(|n| format!("a rather long name of field {n}")).collect();
    let fields: Vec<(&str, Type)> = names.iter().map(|name| (name.as_str(), Type::Number)).collect();
    let source: Vec<String> = (0..100).map(|n| format!("{{a rather long mane of field {n}}}")).collect();
    let formula = Formula::parse(&source.join(" + ")).expect("a formula");
    let count = |errors: &crate::Errors| errors.iter().filter(|found| !found.suggestions.is_empty()).count();
    let checked = formula.check(&fields, &Functions::standard()).expect_err("wrong names");
    assert_eq!((checked.iter().count(), count(&checked)), (50, 3), "findings are cut at fifty");
}
