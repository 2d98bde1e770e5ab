use proptest::prelude::*;

use super::*;

/// The column's unit and canonical values; `None` when it is not one of numbers.
fn column(values: &[&str], delimiter: u8, proven: Option<DecimalMark>) -> Option<(Unit, u8, Vec<String>)> {
    let mut evidence = NumberEvidence::new();
    (2..).zip(values).for_each(|(line, value)| evidence.observe(value, line, false));
    let hint = NumberHint { chosen: None, proven, delimiter, points: false };
    let numbers = evidence.most(hint).filter(|numbers| numbers.count == values.len() as u64)?;
    let (unit, scale, format) = numbers.format(hint).filter(|(_, scale, _)| !numbers.may_be_codes(*scale))?;
    let read = |value: &&str| {
        let mut out = String::new();
        assert!(canonical(value, format, unit, &mut out), "{value} as {format:?}");
        out
    };
    Some((unit, scale, values.iter().map(read).collect()))
}

fn check(values: &[&str], expect: &[&str]) {
    let (_, _, found) = column(values, b',', None).unwrap_or_else(|| panic!("{values:?} is no number"));
    assert_eq!(found, expect, "{values:?}");
}

fn check_text(values: &[&str]) {
    assert_eq!(column(values, b',', None).map(|(_, _, found)| found), None, "{values:?}");
}

#[test]
fn signs_and_decimals() {
    check(&["1", "-2", "+3", "\u{2212}4"], &["1", "-2", "3", "-4"]);
    check(&["1.50", ".5", "-.25", "0.0", "-0"], &["1.50", "0.5", "-0.25", "0.0", "0"]);
    check(&["9999999999999999999999999999"], &["9999999999999999999999999999"]);
}

#[test]
fn scientific_notation_is_a_number() {
    check(&["0E-8", "1.5E-8", "12"], &["0", "0.000000015", "12"]);
    check(&["1.00E+05", "-2e-1", "1E5"], &["100000", "-0.2", "100000"]);
    check(&["2.50E+01", "1.5e3", "0.0E+9"], &["25.0", "1500", "0"]);
    assert_eq!(column(&["1,5E-8", "2,5"], b';', None).unwrap().2, ["0.000000015", "2.5"]);
    // Digits beyond those that a number holds, codes, and what is no power of ten.
    for text in ["1E-29", "1E+28", "1.5E1234", "1,234,567E5", "5 E5", "1E", "E5", "1E+", "1E5.5", "$1E-5"] {
        check_text(&["0.5", text]);
    }
    for codes in [&["1E5", "2E3"][..], &["12", "1E5"]] {
        check_text(codes);
    }
}

#[test]
fn what_would_not_round_trip_is_text() {
    for text in [
        "007",
        "05021",
        "00.5",
        "-01",
        "+491234567",
        "99999999999999999999999999999",
        "1e5",
        "5.",
        "1-2",
        "--1",
        "+-1",
    ] {
        check_text(&["1", text]);
    }
    for text in [
        "", "-", ".", ",", "1..2", "1,,2", "0x1", "1_000", "NaN", "Infinity", "(206)", "12 34", "٣", "1'23",
        "%", "$",
    ] {
        check_text(&[text]);
    }
    check(&["+123456", "-5"], &["123456", "-5"]);
}

#[test]
fn grouping_must_be_consistent() {
    check(&["1,234.56", "12", "-1,234,567"], &["1234.56", "12", "-1234567"]);
    check(&["1.234,56", "12", "-1.234.567"], &["1234.56", "12", "-1234567"]);
    check(&["1'234.5", "12'345"], &["1234.5", "12345"]);
    check(&["1\u{a0}234,5", "12\u{202f}345"], &["1234.5", "12345"]);
    check(&["1 234,50", "7"], &["1234.50", "7"]);
    check_text(&["1,234.56", "1234.56"]);
    check_text(&["1,23,456"]);
    check_text(&["1,234.56", "1.234,56"]);
    check_text(&["1,234", "1234"]);
    check_text(&["1.234.567", "1,234,567"]);
    check_text(&["555 123", "555 124"]);
    check(&["$ 555 123"], &["555123"]);
}

#[test]
fn a_decimal_comma_needs_proof() {
    let found = |values: &[&str]| column(values, b';', None).unwrap().2.join(" ");
    assert_eq!(found(&["1,5", "1234", "1,234"]), "1.5 1234 1.234");
    assert_eq!(found(&["1234,567"]), "1234.567");
    check(&["0,125"], &["0.125"]);
}

#[test]
fn marks_that_the_column_leaves_open_are_decided_by_the_file_or_not_at_all() {
    let values = |values: &[&str], delimiter, proven| {
        column(values, delimiter, proven).map(|(_, _, found)| found.join(" "))
    };
    use DecimalMark::{Comma, Point};
    let grouped = ["1,234", "12", "950,000"];
    assert_eq!(values(&grouped, b',', None).as_deref(), Some("1234 12 950000"));
    assert_eq!(values(&grouped, b';', None), None);
    assert_eq!(values(&grouped, b'\t', None), None);
    assert_eq!(values(&grouped, b';', Some(Point)).as_deref(), Some("1234 12 950000"));
    assert_eq!(values(&grouped, b',', Some(Comma)).as_deref(), Some("1.234 12 950.000"));
    let pointed = ["1.234", "12", "950.000"];
    assert_eq!(values(&pointed, b',', None).as_deref(), Some("1.234 12 950.000"));
    assert_eq!(values(&pointed, b'\t', None).as_deref(), Some("1.234 12 950.000"));
    assert_eq!(values(&pointed, b';', None), None);
    assert_eq!(values(&pointed, b',', Some(Comma)).as_deref(), Some("1234 12 950000"));
    assert_eq!(values(&["1.234", "1234"], b',', Some(Comma)), None);
    assert_eq!(values(&["1", "22"], b';', Some(Comma)).as_deref(), Some("1 22"));
}

#[test]
fn percentages_are_shares() {
    let (unit, scale, values) =
        column(&["15%", "12.5 %", "-100%", "0%", "1000%", "0.05%"], b',', None).unwrap();
    assert_eq!((unit, scale), (Unit::Percent, 2));
    assert_eq!(values, ["0.15", "0.125", "-1", "0", "10", "0.0005"]);
    check_text(&["15%", "15"]);
    // A share has two decimals more, and a number holds 28.
    let digits = "1".repeat(26);
    assert!(column(&[&format!(".{digits}%")], b',', None).is_some());
    check_text(&[&format!(".{digits}1%")]);
}

#[test]
fn currencies_must_agree() {
    let (unit, scale, values) = column(&["$5", "-$1,234.50", "$-3", "($2.25)", "$0"], b',', None).unwrap();
    assert_eq!((unit, scale), (Unit::Currency { symbol: "$", code: None }, 2));
    assert_eq!(values, ["5", "-1234.50", "-3", "-2.25", "0"]);
    let (unit, ..) = column(&["1.234,50 €", "€ 3,10"], b';', None).unwrap();
    assert_eq!(unit, Unit::Currency { symbol: "€", code: Some("EUR") });
    check(&["CHF 1'000.50", "2.00 CHF"], &["1000.50", "2.00"]);
    for mixed in [["$5", "€5"], ["$5", "5"], ["$5", "$5%"], ["$5$", "$5"], ["$007", "$5"]] {
        check_text(&mixed);
    }
}

proptest! {
    /// Any decimal written in any known format reads back as itself.
    #[test]
    fn every_format_round_trips(
        digits in "[1-9][0-9]{0,11}", decimals in "[0-9]{0,5}", negative: bool, at in 0..FORMATS.len(),
    ) {
        let format = FORMATS[at];
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            let group = if place > 0 && (digits.len() - place) % 3 == 0 { format.group } else { None };
            text.extend(group.map(|group| match group {
                GroupMark::Comma => ',',
                GroupMark::Point => '.',
                GroupMark::Space => ' ',
                GroupMark::Apostrophe => '\'',
            }));
            text.push(digit);
        }
        let mut plain = digits;
        if !decimals.is_empty() {
            text.push(if format.decimal == DecimalMark::Point { '.' } else { ',' });
            text.push_str(&decimals);
            plain = format!("{plain}.{decimals}");
        }
        if negative {
            text.insert(0, '-');
            plain.insert(0, '-');
        }
        let mut out = String::new();
        prop_assert!(canonical(&text, format, Unit::None, &mut out), "{}", text);
        prop_assert_eq!(out, plain);
    }

    /// What the first pass takes, the second pass reads.
    #[test]
    fn decided_columns_are_readable(values in proptest::collection::vec("[-+($]?[0-9]{0,4}[.,' ]?[0-9]{1,3}[.,]?[0-9]{0,3}[%€)]?", 1..4)) {
        let values: Vec<&str> = values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
        for delimiter in [b',', b';'] {
            for proven in [None, Some(DecimalMark::Point), Some(DecimalMark::Comma)] {
                column(&values, delimiter, proven);
            }
        }
    }
}
