//! What the check calls never blank is never blank: every example, and every function on fields that are.

use docpal_formula::{Formula, Function, Functions, ParamType, Type, Value};

use super::support::{context, fields};

/// Whether a row of blanks keeps the promise of a formula; `None` when the check refuses the formula.
fn keeps_its_promise(source: &str) -> Option<bool> {
    let program = Formula::parse(source).ok()?.check(&fields(), &Functions::standard()).ok()?;
    let blanks = vec![Value::Null; program.fields().len()];
    let outcome = program.eval(&blanks, &context());
    Some(program.root().is_nullable() || !matches!(outcome, Ok(Value::Null)))
}

/// Arguments for a place: fields, and literals where the place asks for them.
fn arguments(ty: ParamType) -> &'static [&'static str] {
    match ty {
        ParamType::Number | ParamType::Numbers => &["{n}"],
        ParamType::Text => &["{t}"],
        ParamType::Bool => &["{b}"],
        ParamType::Temporal => &["{d}", "{at}"],
        ParamType::Json => &["{j}"],
        ParamType::List | ParamType::ListOf(_) => &["{l}"],
        ParamType::Unit => &["'day'", "{t}"],
        ParamType::Regex => &["'a'", "{t}"],
        ParamType::DateFormat => &["'YYYY'", "{t}"],
        ParamType::NumberFormat => &["'0.0'", "{t}"],
        ParamType::TimeZone => &["'Europe/Berlin'"],
        ParamType::Locale => &["'en'"],
        ParamType::WeekStart => &["'Monday'"],
        ParamType::JsonPath => &["'a.b'", "{t}"],
        // A condition, any value, a value of one type, a field.
        _ => &["{b}", "{n}", "{t}", "{d}", "{l}", "TRUE", "1 = 1"],
    }
}

/// Calls of a function on fields: of each count of arguments, each place once with each of its arguments.
fn calls(function: &dyn Function) -> Vec<String> {
    let (signature, name) = (function.signature(), function.name());
    let mut calls = Vec::new();
    for count in signature.fewest()..=signature.most().unwrap_or(signature.fewest() + 3) {
        let places: Vec<_> =
            (0..count).filter_map(|i| signature.param(i, count)).map(|param| arguments(param.ty)).collect();
        let most = places.iter().map(|place| place.len()).max().unwrap_or(1);
        // All places alike, so that types that must agree do, and one place unlike the others.
        for (turn, unlike) in (0..most).flat_map(|turn| (0..=count).map(move |unlike| (turn, unlike))) {
            let argument = |(i, place): (usize, &&'static [&'static str])| {
                place[(turn + usize::from(i == unlike) * 5) % place.len()]
            };
            let arguments: Vec<_> = places.iter().enumerate().map(argument).collect();
            calls.push(format!("{name}({})", arguments.join(", ")));
        }
    }
    calls
}

#[test]
fn an_example_that_is_never_blank_has_a_value() {
    for function in Functions::standard().iter() {
        for example in function.examples() {
            assert_ne!(keeps_its_promise(example.formula), Some(false), "{}", example.formula);
        }
    }
}

#[test]
fn a_function_that_is_never_blank_has_a_value_on_blanks() {
    for function in Functions::standard().iter() {
        let kept: Vec<_> = calls(&*function)
            .into_iter()
            .filter_map(|call| Some((keeps_its_promise(&call)?, call)))
            .collect();
        assert!(!kept.is_empty(), "no call of {} was tried", function.name());
        for (kept, call) in kept {
            assert!(kept, "{call} is blank");
        }
    }
}

#[test]
fn a_truth_of_a_branch_may_be_blank() {
    for source in [
        "IF({b}, TRUE)",
        "IF({b}, TRUE, {b})",
        "IFS({b}, TRUE)",
        "SWITCH({n}, 1, TRUE)",
        "COALESCE({b}, {b})",
        "IFERROR({b}, TRUE)",
    ] {
        let program = Formula::parse(source)
            .and_then(|formula| formula.check(&fields(), &Functions::standard()))
            .expect("a program");
        assert_eq!((program.ty(), program.root().is_nullable()), (&Type::Bool, true), "{source}");
    }
}
