use chrono::TimeZone as _;

use super::*;

/// A value of every type, as it is stored.
fn cells() -> Vec<(PgType, Cell)> {
    let instant = Utc.with_ymd_and_hms(2026, 1, 31, 9, 30, 0).unwrap();
    vec![
        (PgType::Text, Cell::Text("a\"b".to_owned())),
        (PgType::TextArray, Cell::TextList(vec!["a".to_owned(), "b".to_owned()])),
        (PgType::Numeric, Cell::Number(Decimal::new(-1250, 2))),
        (PgType::Bigint, Cell::Int(-7)),
        (PgType::Date, Cell::Date(instant.date_naive())),
        (PgType::Timestamptz, Cell::DateTime(instant)),
        (PgType::Boolean, Cell::Bool(true)),
        (PgType::Uuid, Cell::Uuid(Uuid::from_u128(7))),
    ]
}

fn json(ty: PgType, cell: &Cell) -> String {
    let (mut bytes, mut out) = (Vec::new(), Vec::new());
    cell.write(&mut bytes);
    ty.read(&bytes).unwrap().write(JsonFormat::default(), &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn what_is_written_is_read_back_as_json() {
    let shown: Vec<String> = cells().iter().map(|(ty, cell)| json(*ty, cell)).collect();
    let expected = [
        r#""a\"b""#,
        r#"["a","b"]"#,
        "-12.5",
        "-7",
        r#""2026-01-31""#,
        r#""2026-01-31T09:30:00Z""#,
        "true",
        r#""00000000-0000-0000-0000-000000000007""#,
    ];
    assert_eq!(shown, expected);
}

#[test]
fn what_a_cursor_holds_is_the_value_again() {
    for (ty, cell) in cells() {
        let mut bytes = Vec::new();
        cell.write(&mut bytes);
        let key = ty.read(&bytes).unwrap().key();
        match ty {
            // No view is ordered by the list itself.
            PgType::TextArray => assert_eq!(key, Json::Null),
            _ => {
                let read = ty.of_key(&key).unwrap();
                let mut again = Vec::new();
                read.write(&mut again);
                assert_eq!(ty.read(&again).unwrap().key(), key);
            }
        }
        assert_eq!(ty.of_key(&Json::Null), Some(Cell::Null));
    }
}

#[test]
fn bytes_that_are_no_value_are_null() {
    for (ty, _) in cells() {
        // A switch takes any byte.
        assert!(ty == PgType::Boolean || ty.read(&[0xff, 0xfe]).is_none(), "{ty:?}");
    }
    assert!(PgType::Boolean.read(&[]).is_none());
}

#[test]
fn lists_in_formulas_are_lists_of_their_items() {
    assert_eq!((PgType::DateArray.sql(), PgType::DateArray.item()), ("date[]", PgType::Date));
    assert_eq!((PgType::TextArray.sql(), PgType::TextArray.item()), ("text[]", PgType::Text));
    assert_eq!(PgType::NumericArray.null(), Value::Array(ArrayType::Decimal, None));
}
