//! Hostile formulas on a stack of 2 MiB: always an answer, never an abort, never a long wait.

use std::thread;

use docpal_formula::{Context, ErrorCode, Formula, Functions, Limits, Type, Value};

/// Parses, checks and evaluates on a small stack; gives the code of what happened, or `ok`.
fn survived(source: String, limits: Limits) -> String {
    let run = move || {
        let formula = match Formula::parse_with(&source, &limits) {
            Ok(formula) => formula,
            Err(errors) => {
                assert!(!errors.to_string().is_empty());
                return errors.first().code.to_owned();
            }
        };
        assert!(!formula.to_string().is_empty());
        match formula.check(&[("n", Type::Number), ("t", Type::Text)], &Functions::standard()) {
            Err(errors) => errors.first().code.to_owned(),
            Ok(program) => {
                let row: Vec<Value<'_>> = program
                    .fields()
                    .iter()
                    .map(|slot| if *slot.ty() == Type::Number { Value::from(2) } else { Value::from("ab") })
                    .collect();
                let context = Context::system().with_limits(limits);
                program
                    .eval(&row, &context)
                    .map_or_else(|error| error.code().to_string(), |_| "ok".to_owned())
            }
        }
    };
    let thread = thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(run).expect("a thread");
    thread.join().expect("no panic")
}

/// Sources longer than the limit on them, so that the other limits have to hold.
fn long_sources() -> Limits {
    Limits { source_bytes: 64 * 1024, nodes: 100_000, ..Limits::default() }
}

#[test]
fn sixty_four_kibibytes_of_anything_get_an_answer() {
    let pieces = [
        "(", ")", "-", "!", "{", "}", "\"", "'", "\\", "/*", "//", ",", "IF(", "ABS(", "1+", "1 ", "&", "a&",
        "👍", "=", "1=", "TRUE&&", "||", "%", "1%", ".", "{n}+", "\u{202e}", "ß", "(((1)))", "SUM(1,", "-(",
        "!(", "NOT(",
    ];
    for piece in pieces {
        let source = piece.repeat(64 * 1024 / piece.len());
        let code = survived(source.clone(), long_sources());
        assert_ne!(code, "ok", "{piece}");
        assert_eq!(survived(source, Limits::default()), "source_too_long", "{piece}");
    }
}

#[test]
fn nesting_is_refused_before_the_grammar_recurses() {
    for (open, close) in [("(", ")"), ("ABS(", ")"), ("-", ""), ("!", ""), ("IF(TRUE,", ")"), ("-(", ")")] {
        for depth in [65, 1_000] {
            let source = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(survived(source, long_sources()), "too_deep", "{depth} x {open}");
        }
    }
}

#[test]
fn the_deepest_and_the_tallest_formulas_allowed_fit_the_stack() {
    let nested = format!("{}1{}", "IF(TRUE,(".repeat(32), "))".repeat(32));
    assert_eq!(survived(nested, Limits::default()), "ok");
    for open in ["ABS(1+2*", "-(1+2*", "(1+", "IF(n>1&&n<3,n+", "(1=1)&(1+"] {
        let depth = if open.starts_with('-') || open.starts_with("(1=") { 30 } else { 60 };
        let source = format!("{}n{}", open.repeat(depth), ")".repeat(depth));
        let code = survived(source, Limits::default());
        assert!(matches!(code.as_str(), "ok" | "overflow" | "type_mismatch"), "{open}: {code}");
    }
    assert_eq!(survived(format!("1{}", "+1".repeat(254)), Limits::default()), "ok");
    assert_eq!(survived(format!("1{}", "+1".repeat(256)), Limits::default()), "too_deep");
    assert_eq!(survived(format!("1{}", "&1".repeat(900)), Limits::default()), "ok");
    assert_eq!(survived(format!("TRUE{}", "&&n".repeat(900)), Limits::default()), "ok");
    assert_eq!(survived(format!("SUM(n{})", ",n".repeat(1_900)), Limits::default()), "ok");
    assert_eq!(survived(format!("SUM(n{})", ",n".repeat(2_000)), Limits::default()), "too_many_nodes");
}

#[test]
fn a_limit_says_where_it_is_passed() {
    let cases = [
        ("1111 + 1", Limits { source_bytes: 7, ..Limits::default() }, "source_too_long", "1111 + 1"),
        ("1 + ((((1))))", Limits { nesting: 3, ..Limits::default() }, "too_deep", "("),
        ("ABS(ABS(1))", Limits { nesting: 1, ..Limits::default() }, "too_deep", "("),
        ("1 & --!1", Limits { nesting: 2, ..Limits::default() }, "too_deep", "!"),
        ("1 + 2 - 33 + 4", Limits { height: 3, ..Limits::default() }, "too_deep", "1 + 2 - 33 + 4"),
        ("MAX(1, 2, 33, 4)", Limits { nodes: 3, ..Limits::default() }, "too_many_nodes", "33"),
        ("1 & REGEX_MATCH(t, '(a{1000}){1000}')", Limits::default(), "invalid_regex", "'(a{1000}){1000}'"),
        (
            "1 + 12345678901234567890123456789",
            Limits::default(),
            "invalid_number",
            "12345678901234567890123456789",
        ),
    ];
    for (source, limits, code, place) in cases {
        let errors = Formula::parse_with(source, &limits)
            .and_then(|formula| formula.check(&[("t", Type::Text)], &Functions::standard()))
            .unwrap_err();
        let found = errors.first();
        let shown = source.get(found.span.start..found.span.end);
        assert_eq!((found.code, shown), (code, Some(place)), "{source}");
        // The last of several places that read alike: the one behind which it goes too far.
        assert_eq!(found.span.start, source.rfind(place).unwrap(), "{source}");
    }
}

#[test]
fn text_cannot_explode() {
    for source in [
        "REPT(\"a\", 102401)",
        "REPT(t, 1000000000000)",
        "REPT(REPT(REPT(t, 1000), 1000), 1000)",
        "SUBSTITUTE(REPT(t, 40000), \"a\", REPT(t, 40000))",
        "REGEX_REPLACE(REPT(t, 40000), \"a\", REPT(t, 40000))",
        "PAD_LEFT(t, 1000000000)",
        "REPT(t, 40000) & REPT(t, 40000)",
        "CONCATENATE(REPT(t, 40000), REPT(t, 40000))",
        "ENCODE_URL_COMPONENT(REPT(\"ß\", 30000))",
    ] {
        assert_eq!(survived(source.to_owned(), Limits::default()), "text_too_long", "{source}");
    }
}

#[test]
fn lists_and_work_are_bounded() {
    let limits = Limits { list_items: 3, ..Limits::default() };
    assert_eq!(survived("COUNTALL(ARRAYFLATTEN(n, n, n, n))".to_owned(), limits), "list_too_long");
    let limits = Limits { fuel: 50, ..Limits::default() };
    assert_eq!(survived("LEN(REPT(t, 1000)) + LEN(REPT(t, 1000))".to_owned(), limits), "out_of_fuel");
    let many = format!("SUM({}0)", "LEN(REPT(t, 50000)),".repeat(180));
    assert_eq!(survived(many, Limits::default()), "out_of_fuel");
}

#[test]
fn running_out_of_fuel_cannot_be_caught() {
    let limits = Limits { fuel: 3, ..Limits::default() };
    assert_eq!(survived("IFERROR(LEN(REPT(t, 1000)), 1)".to_owned(), limits), "out_of_fuel");
}

#[test]
fn regular_expressions_are_linear_and_small() {
    assert_eq!(
        survived("REGEX_MATCH(REPT(\"a\", 50000) & \"b\", \"(a+)+$\")".to_owned(), Limits::default()),
        "ok"
    );
    assert_eq!(survived("REGEX_MATCH(t, \"(\")".to_owned(), Limits::default()), "invalid_regex");
    assert_eq!(
        survived("REGEX_MATCH(t, \"(a{1000}){1000}\")".to_owned(), Limits::default()),
        "invalid_regex"
    );
    assert_eq!(survived("REGEX_MATCH(t, t & \"(\")".to_owned(), Limits::default()), "bad_argument");
    assert_eq!(survived("REGEX_MATCH(t, \"\\\\1\")".to_owned(), Limits::default()), "invalid_regex");
}

#[test]
fn regular_expressions_made_while_evaluating_are_work() {
    // A pattern that is refused as too large costs most, and its error can be caught.
    let made = |count: usize| {
        let calls: Vec<_> =
            (1..=count).map(|i| format!("IFERROR(REGEX_MATCH(t, t & \"\\\\pL{{{i}}}\"), FALSE)")).collect();
        survived(calls.join(" & "), Limits::default())
    };
    assert_eq!(made(19), "ok");
    assert_eq!(made(20), "out_of_fuel");
}

#[test]
fn dates_end_at_the_calendar() {
    for source in [
        "DATEADD(\"9999-12-31\", 1, \"day\")",
        "DATEADD(\"2024-01-01\", -999999999999, \"years\")",
        "DATEADD(\"2024-01-01\", 999999999999999, \"ms\")",
        "DATEADD(\"0001-01-01\", -1, \"hours\")",
        "EOMONTH(\"2024-01-01\", 9999999)",
        "WORKDAY(\"2024-01-01\", 9999999999999999999)",
    ] {
        assert_eq!(survived(source.to_owned(), Limits::default()), ErrorCode::Overflow.as_str(), "{source}");
    }
    assert_eq!(survived("WORKDAY(\"2024-01-01\", 2000000)".to_owned(), Limits::default()), "ok");
}

#[test]
fn a_row_outside_the_calendar_is_an_error_not_a_panic() {
    let context = Context::system().with_zone(chrono_tz::Pacific::Apia);
    for instant in [chrono::DateTime::<chrono::Utc>::MIN_UTC, chrono::DateTime::<chrono::Utc>::MAX_UTC] {
        for source in
            ["YEAR({d})", "DATEADD({d}, 1, \"month\")", "DATETIME_FORMAT({d})", "{d} & \"\"", "FROMNOW({d})"]
        {
            let formula = Formula::parse(source).expect("a formula");
            let program = formula.check(&[("d", Type::DateTime)], &Functions::standard()).expect("a program");
            let row = [Value::from(instant)];
            let outcome = program.eval(&row, &context);
            assert!(outcome.is_err() || source.contains('&') || source.contains("FROMNOW"), "{source}");
        }
    }
}

#[test]
fn a_row_that_breaks_its_promise_of_types_is_an_error() {
    let row = [Value::from("seven")];
    for source in ["{n} + 1", "-{n}", "{n} > 1", "{n} * 2 > {n}", "ABS({n})", "IF({n} = 7, 1, 2)"] {
        let formula = Formula::parse(source).expect("a formula");
        let program = formula.check(&[("n", Type::Number)], &Functions::standard()).expect("a program");
        let code = program.eval(&row, &Context::system()).map_err(|error| error.code());
        assert_eq!(code, Err(ErrorCode::Unavailable), "{source}");
    }
}
