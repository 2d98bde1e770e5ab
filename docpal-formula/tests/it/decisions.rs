//! The points on which formula languages disagree, one row per decision.

use docpal_formula::{Type, Value};

use crate::support::{Field, outcome};

#[test]
fn contested_points_are_decided_this_way() {
    let blank = &[Field::number("n", "")][..];
    let scaled = &[Field::number("n", "9.90")][..];
    let no_list = &[Field::new("list", Type::list(Type::Text), Value::Null)][..];
    let none: &[Field] = &[];
    for (source, fields, expected) in [
        // Rounding and exactness.
        ("ROUND(-2.5, 0)", none, "-3"),
        ("ROUND(1.005, 2)", none, "1.01"),
        ("0.1 + 0.2 = 0.3", none, "true"),
        ("EVEN(-1.5)", none, "-2"),
        ("EVEN(3)", none, "4"),
        ("INT(-1.5)", none, "-2"),
        ("CEILING(1.234, 2)", none, "2"),
        // Division, remainder, logarithm.
        ("MOD(-10, 3)", none, "2"),
        ("MOD(3, -2)", none, "-1"),
        ("1 / 0", none, "#div_by_zero"),
        ("LOG(1024, 2)", none, "10"),
        ("SQRT(-1)", none, "#domain"),
        // Blanks.
        ("{n} + 1", blank, "1"),
        ("{n} = 0", blank, "false"),
        ("{n} = BLANK()", blank, "true"),
        ("{n} < 1", blank, "false"),
        ("{n} / 2", blank, "0"),
        ("2 / {n}", blank, "#div_by_zero"),
        ("ROUND({n})", blank, "<null>"),
        ("{n} & \"\"", blank, ""),
        ("AVERAGE(4, {n})", blank, "4"),
        ("MAX({n}, -5)", blank, "-5"),
        ("IF({n}, 1, 2)", blank, "2"),
        ("IF(TRUE() = FALSE(), 1)", none, "<null>"),
        // A blank list is empty; whether it is blank is another question.
        ("COUNTALL({list})", no_list, "0"),
        ("COUNTALL({list}, NULL)", no_list, "1"),
        ("COUNTALL(ARRAYFLATTEN({list}, \"a\"))", no_list, "1"),
        ("IF(ARRAYFLATTEN({list}), 1, 2)", no_list, "2"),
        ("ARRAYJOIN({list})", no_list, ""),
        ("ISBLANK({list})", no_list, "true"),
        // Text and number.
        ("\"a\" = \"A\"", none, "false"),
        ("\"5\" = 5", none, "!type_mismatch"),
        ("1 & \"\"", none, "1"),
        ("{n} & \"\"", scaled, "9.9"),
        ("TRUE() & \"\"", none, "true"),
        ("TRUE() + 1", none, "!type_mismatch"),
        ("'a' + 1", none, "a1"),
        ("LEN(\"👍\")", none, "1"),
        ("LEN(\"e\u{301}\")", none, "2"),
        ("UPPER(\"straße\")", none, "STRASSE"),
        ("MID(\"abc\", 0, 2)", none, "#domain"),
        ("LEFT(\"abcde\", -2)", none, ""),
        ("SEARCH(\"z\", \"abc\")", none, "<null>"),
        ("SEARCH(\"A\", \"banana\")", none, "2"),
        ("FIND(\"A\", \"banana\")", none, "0"),
        ("REGEX_REPLACE(\"a.b.c\", \"[.]\", \"-\")", none, "a-b-c"),
        ("REPLACE(\"abc\", \"a\", \"b\")", none, "!too_few_arguments"),
        // Dates.
        ("DATETIME_DIFF(\"2024-01-01\", \"2024-01-05\", \"days\")", none, "-4"),
        ("DATETIME_DIFF(\"2024-01-02\", \"2024-01-01\")", none, "86400"),
        ("WEEKNUM(\"2022-01-01\")", none, "1"),
        ("WEEKNUM(\"2022-01-02\")", none, "2"),
        ("ISO_WEEKNUM(\"2022-01-02\")", none, "52"),
        ("DATEADD(\"2024-01-01\", 1.5, \"days\")", none, "2024-01-02"),
        ("DATEADD(\"2024-01-01\", 1, \"mnths\")", none, "!unknown_unit"),
        ("WORKDAY(\"2024-03-02\", 0)", none, "2024-03-02"),
        // Lists.
        ("ARRAYJOIN(ARRAYFLATTEN(1, 2))", none, "1, 2"),
    ] {
        assert_eq!(outcome(source, fields), expected, "{source}");
    }
}

#[test]
fn a_missing_unit_is_warned_about() {
    let program =
        crate::support::program("DATETIME_DIFF(\"2024-01-02\", \"2024-01-01\")", &[]).expect("a formula");
    assert_eq!(program.warnings().iter().map(|warning| warning.code).collect::<Vec<_>>(), ["missing_unit"]);
}

#[test]
fn a_plus_that_joins_is_warned_about_with_what_can_be_meant() {
    let fields = &[Field::text("t", "1"), Field::text("u", "2"), Field::number("n", "3")];
    for (source, piece, fixes) in [
        ("{t} + {n}", "{t} + {n}", &["{t} & {n}", "VALUE({t}) + {n}"][..]),
        ("{n} + {t}", "{n} + {t}", &["{n} & {t}", "{n} + VALUE({t})"]),
        ("{t}+{u}", "{t}+{u}", &["{t} & {u}", "VALUE({t}) + VALUE({u})"]),
        ("{n} * 2 + \" EUR\"", "{n} * 2 + \" EUR\"", &["{n} * 2 & \" EUR\""]),
        // What follows would go to the right side of the `&`.
        ("{t} + {n} + 1", "{t} + {n}", &["({t} & {n})", "VALUE({t}) + {n}"]),
        (
            "2 * ({n} + {n}) + {t}",
            "2 * ({n} + {n}) + {t}",
            &["2 * ({n} + {n}) & {t}", "2 * ({n} + {n}) + VALUE({t})"],
        ),
        ("IF({n} > 1, {t} + {n}, {u})", "{t} + {n}", &["{t} & {n}", "VALUE({t}) + {n}"]),
        // A parenthesis around one side only.
        ("({t}) + {n}", "{t}) + {n}", &[]),
        ("{t} /* a */ + {n}", "{t} /* a */ + {n}", &[]),
    ] {
        let program = crate::support::program(source, fields).expect("a formula");
        let [warning] = program.warnings() else { panic!("{source}: {:?}", program.warnings()) };
        assert_eq!((warning.code, warning.span.text(source)), ("plus_joins", piece), "{source}");
        assert_eq!(warning.suggestions, fixes, "{source}");
        for fix in fixes {
            let fixed = source.replacen(piece, fix, 1);
            let program = crate::support::program(&fixed, fields).expect("a formula");
            let rest: Vec<_> = program.warnings().iter().map(|warning| warning.span.text(&fixed)).collect();
            assert!(!rest.contains(fix), "{fixed}: {rest:?}");
        }
    }
    for source in ["{n} + 1", "{t} & {n}", "{t} & {n} + 1"] {
        let program = crate::support::program(source, fields).expect("a formula");
        assert!(program.warnings().is_empty(), "{source}: {:?}", program.warnings());
    }
}

#[test]
fn functions_of_other_products_are_known_by_what_to_use() {
    for (source, ours) in
        [("DATEDIF(\"2024-01-01\", \"2024-02-01\", \"D\")", "DATETIME_DIFF"), ("edate({d}, 1)", "DATEADD")]
    {
        let errors = crate::support::program(source, &[Field::date("d", "2024-01-01")]).unwrap_err();
        assert_eq!(
            (errors.first().code, &errors.first().suggestions[..]),
            ("unknown_function", &[ours.to_owned()][..])
        );
        assert!(errors.first().help.as_deref().is_some_and(|help| help.contains(ours)));
    }
    assert_eq!(outcome("NETWORKDAYS(\"2024-02-26\", \"2024-03-01\")", &[]), "5");
}

#[test]
fn a_wrong_unit_is_answered_with_the_right_one() {
    let errors = crate::support::program("DATEADD(\"2024-01-01\", 1, \"mnths\")", &[]).unwrap_err();
    assert_eq!(errors.first().suggestions, ["\"months\""]);
}

#[test]
fn replace_with_three_arguments_points_to_substitute() {
    let errors = crate::support::program("REPLACE(\"abc\", \"a\", \"b\")", &[]).unwrap_err();
    assert!(errors.first().help.as_deref().is_some_and(|help| help.contains("SUBSTITUTE")));
}

#[test]
fn lazy_functions_do_not_see_errors_they_do_not_need() {
    for (source, expected) in [
        ("IF(TRUE, 1, 1 / 0)", "1"),
        ("OR(TRUE, 1 / 0 = 1)", "true"),
        ("AND(FALSE, 1 / 0 = 1)", "false"),
        ("TRUE || 1 / 0 = 1", "true"),
        ("FALSE && 1 / 0 = 1", "false"),
        ("SWITCH(1, 1, 2, 1 / 0)", "2"),
        ("COALESCE(1, 1 / 0)", "1"),
        ("IFERROR(1 / 0, 2)", "2"),
        ("ISERROR(1 / 0)", "true"),
        ("SUM(1, 1 / 0, SQRT(-1))", "#div_by_zero"),
        ("ROUND(NULL, 1 / 0)", "#div_by_zero"),
    ] {
        assert_eq!(outcome(source, &[]), expected, "{source}");
    }
}
