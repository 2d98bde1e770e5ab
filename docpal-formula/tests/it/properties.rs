//! What holds for every formula: random well-formed ones, and random text.

use docpal_formula::{Context, Formula, Functions, Type, Value};
use proptest::prelude::*;

use super::support::fields;

/// Random expressions, well formed though often badly typed.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[0-9]{1,6}(\\.[0-9]{1,4})?%?",
        prop::sample::select(vec![
            "{n}",
            "{m}",
            "{t}",
            "{b}",
            "{d}",
            "{at}",
            "{l}",
            "{j}",
            "TRUE",
            "NULL",
            "\"\"",
            "\"a\"",
            "'2024-02-29'",
            "\"days\"",
            "\"é👍\"",
            "0",
            "-1",
            "NOW()",
            "\"YYYY-MM-DD\"",
            "\"[a-z]+\"",
        ])
        .prop_map(str::to_owned),
    ];
    let names: Vec<String> = Functions::standard().names();
    leaf.prop_recursive(5, 48, 4, move |inner| {
        let operator =
            prop::sample::select(vec!["+", "-", "*", "/", "&", "=", "!=", "<", "<=", ">", ">=", "&&", "||"]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (prop::sample::select(names.clone()), prop::collection::vec(inner, 0..4))
                .prop_map(|(name, args)| format!("{name}({})", args.join(", "))),
        ]
    })
}

/// A value for each field: blanks, extremes, texts of all kinds.
fn row() -> impl Strategy<Value = Vec<(&'static str, Value<'static>)>> {
    let number = prop_oneof![
        Just(Value::Null),
        Just(Value::from(0)),
        any::<i64>().prop_map(Value::from),
        (any::<i64>(), 0u32..28).prop_map(|(n, scale)| rust_decimal::Decimal::new(n, scale).into()),
        Just(rust_decimal::Decimal::MAX.into()),
        Just(rust_decimal::Decimal::MIN.into()),
    ];
    let text = prop_oneof![Just(Value::Null), ".{0,12}".prop_map(Value::from)];
    let days = prop_oneof![
        Just(None),
        (-800_000i32..3_700_000).prop_map(chrono::NaiveDate::from_num_days_from_ce_opt)
    ];
    let instant = prop_oneof![
        Just(None),
        any::<i64>().prop_map(|seconds| chrono::DateTime::from_timestamp(seconds % 400_000_000_000, 0))
    ];
    let json = prop_oneof![
        Just(Value::Null),
        Just(Value::Json(std::borrow::Cow::Owned(
            serde_json::json!({"a": [1, 1e300, "x", null], "b": true})
        ))),
    ];
    (
        number.clone(),
        number.clone(),
        text,
        any::<Option<bool>>(),
        days,
        instant,
        prop::option::of(prop::collection::vec(number, 0..4)),
        json,
    )
        .prop_map(|(n, m, t, b, d, at, l, j)| {
            vec![
                ("n", n),
                ("m", m),
                ("t", t),
                ("b", b.into()),
                ("d", d.into()),
                ("at", at.into()),
                ("l", l.into()),
                ("j", j),
            ]
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn what_is_printed_parses_to_the_same(source in expression()) {
        let printed = Formula::parse(&source).expect("a formula").to_string();
        prop_assert_eq!(Formula::parse(&printed).expect("a formula").to_string(), printed);
    }

    #[test]
    fn checking_and_evaluating_never_panic_and_give_the_promised_type(source in expression(), row in row()) {
        let context = Context::new("2024-02-29T12:34:56Z".parse().expect("an instant"))
            .with_zone(chrono_tz::Europe::Berlin);
        let formula = Formula::parse(&source).expect("a formula");
        let Ok(program) = formula.check(&fields(), &Functions::standard()) else { return Ok(()) };
        let value_of = |key: Option<&str>| {
            row.iter().find(|(name, _)| Some(*name) == key).map_or(Value::Null, |(_, value)| value.borrowed())
        };
        let values: Vec<Value<'_>> = program.fields().iter().map(|slot| value_of(slot.key())).collect();
        let blanks = vec![Value::Null; values.len()];
        for row in [values, blanks] {
            if let Ok(value) = program.eval(&row, &context) {
                prop_assert!(fits(&value, program.ty()), "{source} gave {value:?}, not {}", program.ty());
                prop_assert!(program.root().is_nullable() || value != Value::Null, "{source} gave null");
            }
        }
    }

    #[test]
    fn the_form_to_store_leads_back(source in expression()) {
        let formula = Formula::parse(&source).expect("a formula");
        let stored = formula.stored(&fields()).expect("known fields");
        let shown = Formula::parse(&stored).expect("a formula").shown(|key| Some(key.to_owned()));
        prop_assert_eq!(shown, source);
    }

    #[test]
    fn any_text_gets_an_answer(source in ".{0,200}") {
        match Formula::parse(&source) {
            Ok(formula) => drop(formula.check(&fields(), &Functions::standard())),
            Err(errors) => {
                for found in errors.iter() {
                    prop_assert!(source.get(found.span.start..found.span.end).is_some());
                }
            }
        }
    }
}

/// Whether a value is one of a type: null always, a list by its items.
fn fits(value: &Value<'_>, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Null, _) => true,
        (Value::List(items), Type::List(item)) => items.iter().all(|value| fits(value, item)),
        (value, ty) => value.ty() == *ty,
    }
}
