//! The field types of the generated tables: one line of options and one generator of values each.

use serde_json::{Value, json};

use super::dice::Dice;

/// The field types that worlds are made of. A type that is missing here fails
/// `every_route_and_field_type_has_a_generator`.
pub(super) const KINDS: &[&str] = &[
    "text",
    "long_text",
    "number",
    "currency",
    "percent",
    "date",
    "datetime",
    "single_select",
    "multiple_select",
    "switch",
    "url",
    "email",
    "formula",
    "autonumber",
];

pub(super) const WORDS: &[&str] =
    &["alpha", "beta", "gamma delta", "Ωmega", "50%_x\\", "=1+1", "Straße", "alpha beta"];
const OPTIONS: &[&str] = &["open", "paid", "void"];

/// The options of a field of this type; those of formulas are its formula.
pub(super) fn options(kind: &str) -> Value {
    match kind {
        "currency" => json!({"code": "EUR", "scale": 2}),
        "single_select" | "multiple_select" => json!({ "options": OPTIONS }),
        _ => json!({}),
    }
}

/// A valid value; small sets, so that hidden records and readable ones share theirs.
pub(super) fn value(kind: &str, dice: &mut Dice) -> Value {
    let word = *dice.pick(WORDS);
    let plain = *dice.pick(&["alpha", "beta", "gamma"]);
    let day = format!("2021-0{}-1{}", dice.roll(9) + 1, dice.roll(10));
    match kind {
        "text" => json!(word),
        "long_text" => json!(format!("{word}\n{plain}")),
        "number" => json!(i64::try_from(dice.roll(12)).unwrap() - 2),
        "currency" => json!(f64::from(u32::try_from(dice.roll(80)).unwrap()) / 4.0),
        "percent" => json!(f64::from(u32::try_from(dice.roll(5)).unwrap()) / 4.0),
        "date" => json!(day),
        "datetime" => json!(format!("{day}T0{}:30:00Z", dice.roll(10))),
        "single_select" => json!(dice.pick(OPTIONS)),
        "multiple_select" => json!(dice.some(OPTIONS, 40)),
        "switch" => json!(dice.chance(50)),
        "url" => json!(format!("https://{plain}.example.com/{}", dice.roll(3))),
        "email" => json!(format!("{plain}@{plain}.example.com")),
        other => panic!("there is no generator of values of the type {other}"),
    }
}

/// A value that no other record has.
pub(super) fn unique_value(kind: &str, fresh: u32) -> Value {
    match kind {
        "text" => json!(format!("unique {fresh}")),
        _ => json!(100_000 + fresh),
    }
}

/// A value that the type refuses, or takes only in another spelling.
pub(super) fn odd_value(kind: &str, dice: &mut Dice) -> Value {
    let odd = [
        json!("no such thing"),
        json!(-1e30),
        json!({"a": 1}),
        json!([["x"]]),
        json!(true),
        json!("2026-02-30"),
        json!("x".repeat(300)),
        Value::Null,
        json!("12.50"),
        json!(0.123_456_789_012_345),
    ];
    match kind {
        "multiple_select" if dice.chance(30) => json!(["open", "opne"]),
        "single_select" if dice.chance(30) => json!("opne"),
        _ => dice.pick(&odd).clone(),
    }
}

/// A formula over some of the fields (names with types), with the positions it reads.
pub(super) fn formula(fields: &[(String, String)], dice: &mut Dice) -> (String, Vec<usize>) {
    let of = |kinds: &[&str]| -> Vec<usize> {
        let fits = |at: &usize| kinds.contains(&fields[*at].1.as_str());
        (0..fields.len()).filter(fits).collect()
    };
    let numbers = of(&["number", "currency", "percent"]);
    let texts = of(&["text", "long_text", "single_select"]);
    let formulas = of(&["formula"]);
    let name = |at: usize| fields[at].0.as_str();
    let (first, second, text) = (*dice.pick(&numbers), *dice.pick(&numbers), *dice.pick(&texts));
    let chained = dice.any(&formulas).copied();
    match dice.roll(7) {
        0 => (format!("{{{}}} * 2 + {{{}}}", name(first), name(second)), vec![first, second]),
        1 => (format!("IF({{{}}} > 5, \"high\", \"low\")", name(first)), vec![first]),
        2 => (format!("UPPER({{{}}}) & \"!\"", name(text)), vec![text]),
        3 => (format!("10 / ({{{}}} - 2)", name(first)), vec![first]),
        // It reads nothing of the field, and its text names it.
        4 => (format!("LAST_MODIFIED_TIME({{{}}})", name(first)), vec![first]),
        5 => match chained {
            Some(at) => (format!("IF(ISERROR({{{}}}), \"none\", \"some\")", name(at)), vec![at]),
            None => (format!("ABS({{{}}})", name(second)), vec![second]),
        },
        _ => (format!("LEN({{{}}}) + {{{}}}", name(text), name(first)), vec![text, first]),
    }
}
