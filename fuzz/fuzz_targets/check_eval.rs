//! Any text over fields of every type: checked, and evaluated on a row of values and on a row of blanks, by row and
//! by column.

#![no_main]

use docpal_formula::{
    Batch, Column, Context, ErrorCode, EvalError, Formula, Functions, Program, Type, Value,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let fields = [
        ("n", Type::Number),
        ("t", Type::Text),
        ("b", Type::Bool),
        ("d", Type::Date),
        ("at", Type::DateTime),
        ("l", Type::list(Type::Number)),
        ("j", Type::Json),
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
            Type::Json => Value::Json(std::borrow::Cow::Owned(serde_json::json!({"a": [1, "x", null]}))),
            _ => Value::from(vec![1, 2, 3]),
        })
        .collect();
    let blanks = vec![Value::Null; values.len()];
    let rows = [values, blanks];
    let by_row: Vec<_> = rows.iter().map(|row| program.eval(row, &context)).collect();
    for value in by_row.iter().flatten() {
        assert!(*value == Value::Null || matches!(value, Value::List(_)) || value.ty() == *program.ty());
        assert!(*value != Value::Null || program.root().is_nullable());
    }
    for form in [Form::Values, Form::Decimals, Form::Integers] {
        let batch = by_column(&program, &rows, form, &context);
        assert_eq!(batch.len(), rows.len());
        for (row, expected) in by_row.iter().enumerate() {
            let found = batch.get(row).expect("a result");
            assert_eq!(coded(&found), coded(expected), "row {row} of {form:?}");
        }
    }
});

/// How a column of numbers is given.
#[derive(Clone, Copy, Debug)]
enum Form {
    Values,
    Decimals,
    Integers,
}

fn by_column(program: &Program, rows: &[Vec<Value<'_>>; 2], form: Form, context: &Context) -> Batch {
    let columns: Vec<[Value<'_>; 2]> =
        (0..program.fields().len()).map(|slot| rows.each_ref().map(|row| row[slot].borrowed())).collect();
    let numbers: Vec<_> = columns.iter().map(|column| column.each_ref().map(Value::as_number)).collect();
    let integers: Vec<_> = numbers
        .iter()
        .map(|column| {
            column.map(|number| number.map_or(0, |number| i64::try_from(number.mantissa()).expect("small")))
        })
        .collect();
    let blanks = [false, true];
    let columns: Vec<Column<'_>> = program
        .fields()
        .iter()
        .enumerate()
        .map(|(slot, field)| match form {
            Form::Decimals if *field.ty() == Type::Number => Column::Numbers(&numbers[slot]),
            Form::Integers if *field.ty() == Type::Number => {
                Column::Fixed { values: &integers[slot], scale: 0, blanks: &blanks }
            }
            _ => Column::Values(&columns[slot]),
        })
        .collect();
    program.eval_batch(rows.len(), &columns, context)
}

/// A result with its error by code, as far as errors are promised to be alike.
fn coded<'a>(result: &'a Result<Value<'_>, EvalError>) -> Result<&'a Value<'a>, ErrorCode> {
    result.as_ref().map_err(EvalError::code)
}
