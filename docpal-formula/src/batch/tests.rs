//! A batch gives what its rows give.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Batch, Column};
use crate::{Context, Formula, Functions, Program, Type, Value};

const FORMULAS: [&str; 10] = [
    "a * b * (1 - c)",
    "a + b - c",
    "-a * 0.25 + b",
    "a / b",
    "a / b + c / b",
    "-a",
    "a",
    "1 + 2",
    "IF(a > b, a, c)",
    "ROUND(a * b, 1) & \"!\"",
];

fn program(source: &str) -> Program {
    let fields = [("a", Type::Number), ("b", Type::Number), ("c", Type::Number)];
    Formula::parse(source)
        .and_then(|formula| formula.check(&fields, &Functions::standard()))
        .expect("a program")
}

/// The column of each slot among the columns of a, b and c.
fn slots<'a>(program: &Program, columns: &[Column<'a>; 3]) -> Vec<Column<'a>> {
    let index = |key: &str| usize::from(key.as_bytes()[0] - b'a');
    program.fields().iter().map(|slot| columns[index(slot.key().expect("a field"))]).collect()
}

/// Small numbers mostly, and some that overflow 64 bits when multiplied.
fn scaled() -> impl Strategy<Value = (i64, bool)> {
    let number = prop_oneof![4 => -10_000i64..10_000, 1 => any::<i64>(), 1 => Just(0)];
    (number, prop::bool::weighted(0.1)).prop_map(|(number, blank)| (if blank { 0 } else { number }, blank))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_form_of_column_gives_the_results_of_the_rows(
        rows in prop::collection::vec((scaled(), scaled(), scaled()), 0..40),
        scales in (0u32..6, 0u32..6, 0u32..6),
    ) {
        let scales = [scales.0, scales.1, scales.2];
        let fixed: Vec<Vec<(i64, bool)>> =
            vec![rows.iter().map(|r| r.0).collect(), rows.iter().map(|r| r.1).collect(), rows.iter().map(|r| r.2).collect()];
        let values: Vec<Vec<i64>> = fixed.iter().map(|column| column.iter().map(|(value, _)| *value).collect()).collect();
        let blanks: Vec<Vec<bool>> = fixed.iter().map(|column| column.iter().map(|(_, blank)| *blank).collect()).collect();
        let decimals: Vec<Vec<Option<Decimal>>> = fixed.iter().zip(scales).map(|(column, scale)| {
            column.iter().map(|(value, blank)| (!blank).then(|| Decimal::new(*value, scale))).collect()
        }).collect();
        let plain: Vec<Vec<Value<'static>>> =
            decimals.iter().map(|column| column.iter().map(|value| (*value).into()).collect()).collect();
        let context = Context::system();
        for source in FORMULAS {
            let program = program(source);
            let by_row: Vec<_> = (0..rows.len()).map(|row| {
                let columns = [Column::Values(&plain[0]), Column::Values(&plain[1]), Column::Values(&plain[2])];
                let row: Vec<_> = slots(&program, &columns).iter().map(|column| column.get(row).expect("a value")).collect();
                program.eval(&row, &context).map(Value::into_owned)
            }).collect();
            for form in 0..3 {
                let column = |i: usize| match form {
                    0 => Column::Values(&plain[i]),
                    1 => Column::Numbers(&decimals[i]),
                    _ => Column::Fixed { values: &values[i], scale: scales[i], blanks: &blanks[i] },
                };
                let columns = slots(&program, &[column(0), column(1), column(2)]);
                let batch = program.eval_batch(rows.len(), &columns, &context);
                prop_assert_eq!(batch.len(), rows.len());
                for (i, expected) in by_row.iter().enumerate() {
                    prop_assert_eq!(batch.get(i), Some(expected.clone()), "{} form {} row {}", source, form, i);
                }
            }
        }
    }
}

#[test]
fn integers_that_fit_stay_integers() {
    let columns = [
        Column::Fixed { values: &[1999, 500], scale: 2, blanks: &[] },
        Column::Fixed { values: &[3, 2], scale: 0, blanks: &[] },
        Column::Fixed { values: &[15, 0], scale: 2, blanks: &[] },
    ];
    let batch = program("a * b * (1 - c)").eval_batch(2, &columns, &Context::system());
    assert_eq!(batch, Batch::Fixed { values: vec![509_745, 100_000], scale: 4 });
}

#[test]
fn an_overflow_falls_back_to_decimals() {
    let columns = [
        Column::Fixed { values: &[i64::MAX, 1], scale: 0, blanks: &[] },
        Column::Fixed { values: &[10, 1], scale: 0, blanks: &[] },
        Column::Fixed { values: &[0, 0], scale: 0, blanks: &[] },
    ];
    let batch = program("a * b * (1 - c)").eval_batch(2, &columns, &Context::system());
    assert_eq!(
        batch.get(0).and_then(Result::ok).map(|value| value.to_string()),
        Some("92233720368547758070".to_owned())
    );
}

#[test]
fn a_missing_column_is_an_error_of_every_row() {
    let batch = program("a + b").eval_batch(2, &[], &Context::system());
    assert!((0..2).all(|row| matches!(batch.get(row), Some(Err(_)))));
    assert!(batch.get(2).is_none());
}
