//! The registry's own promises, held for every function.

use super::{Category, Functions};
use crate::{Context, Formula, Value};

fn context() -> Context {
    Context::new("2024-02-29T12:34:56Z".parse().expect("an instant"))
}

/// The value of a formula without fields, or its error code behind `#`.
fn evaluated(source: &str) -> Result<Value<'static>, String> {
    let formula = Formula::parse(source).map_err(|errors| errors.to_string())?;
    let program = formula.check(&(), &Functions::standard()).map_err(|errors| errors.to_string())?;
    let context = context();
    program.eval(&(), &context).map(Value::into_owned).map_err(|error| format!("#{}", error.code()))
}

#[test]
fn every_example_holds() {
    for function in Functions::standard().iter() {
        for example in function.examples() {
            let value = evaluated(example.formula);
            let expected = if example.result.starts_with('#') {
                Err(example.result.to_owned())
            } else {
                evaluated(example.result)
            };
            assert_eq!(value, expected, "{} gives another result than {}", example.formula, example.result);
        }
    }
}

#[test]
fn every_function_has_a_doc_and_an_example() {
    for function in Functions::standard().iter() {
        assert!(!function.doc().is_empty(), "{} has no doc", function.name());
        // What a record property is, only a record can show.
        let needs_one = function.category() != Category::Record;
        assert!(!needs_one || !function.examples().is_empty(), "{} has no example", function.name());
    }
}

#[test]
fn names_are_upper_case_and_unique() {
    let mut names = Functions::standard().names();
    assert!(names.iter().all(|name| *name == name.to_ascii_uppercase()));
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}
