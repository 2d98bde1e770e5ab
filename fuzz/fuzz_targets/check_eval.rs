//! Any text over fields of every type: checked, and evaluated on a row of values and on a row of blanks.

#![no_main]

use docpal_formula::{Context, Formula, Functions, Type, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let fields = [
        ("n", Type::Number),
        ("t", Type::Text),
        ("b", Type::Bool),
        ("d", Type::Date),
        ("at", Type::DateTime),
        ("l", Type::list(Type::Number)),
    ];
    let Ok(formula) = Formula::parse(source) else { return };
    let Ok(program) = formula.check(&fields, &Functions::standard()) else { return };
    let now = chrono::DateTime::UNIX_EPOCH;
    let context = Context::new(now);
    let values: Vec<Value<'_>> = program
        .fields()
        .iter()
        .map(|slot| match slot.ty() {
            Type::Number => Value::from(-7),
            Type::Text => Value::from("ab 👍 é"),
            Type::Bool => Value::from(true),
            Type::Date => Value::from(now.date_naive()),
            Type::DateTime => Value::from(now),
            _ => Value::from(vec![1, 2, 3]),
        })
        .collect();
    let blanks = vec![Value::Null; values.len()];
    for row in [values, blanks] {
        if let Ok(value) = program.eval(&row, &context) {
            assert!(value == Value::Null || matches!(value, Value::List(_)) || value.ty() == *program.ty());
        }
    }
});
