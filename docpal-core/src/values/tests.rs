use docpal_formula::Type;

use super::*;

fn bytes(cell: &Cell) -> Vec<u8> {
    let mut bytes = Vec::new();
    cell.write(&mut bytes);
    bytes
}

#[test]
fn what_is_written_is_read_back_as_json() {
    for (ty, cell, json) in examples() {
        let (bytes, mut out) = (bytes(&cell), Vec::new());
        ty.read(&bytes).unwrap().write(JsonFormat::default(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), json, "{ty:?}");
    }
}

#[test]
fn formulas_compute_with_a_column_as_with_a_value_of_the_type_they_see() {
    // Ids are no columns that formulas read, but for users, who are read as texts.
    for family in FAMILIES.iter().filter(|family| family.stored_as != PgType::Uuid) {
        let seen = crate::formula_sql::stored_as(&family.formula_type()).unwrap();
        assert_eq!(family.stored_as.computed(), seen, "{}: say in its file what COMPUTED is", family.word);
    }
}

#[test]
fn what_a_cursor_holds_is_the_value_again() {
    for (ty, cell, _) in examples() {
        let sent = bytes(&cell);
        let key = ty.read(&sent).unwrap().key();
        // No view is ordered by a type without keys.
        if key != Json::Null {
            let again = bytes(&ty.of_key(&key).unwrap());
            assert_eq!(ty.read(&again).unwrap().key(), key, "{ty:?}");
        }
        assert_eq!(ty.of_key(&Json::Null), Some(Cell::Null));
    }
}

#[test]
fn what_differs_is_marked_by_other_bytes() {
    let mut seen = std::collections::HashSet::new();
    for (ty, cell, _) in examples() {
        for cell in [cell, Cell::Null] {
            let mut marks = Marks::default();
            marks.word(ty.sql());
            cell.mark(&mut marks);
            assert!(seen.insert(marks.bytes().to_vec()), "{ty:?}");
        }
    }
}

#[test]
fn bytes_that_are_no_value_are_null() {
    for (ty, ..) in examples() {
        // A switch takes any byte.
        assert!(ty == PgType::Boolean || ty.read(&[0xff, 0xfe]).is_none(), "{ty:?}");
    }
    assert!(PgType::Boolean.read(&[]).is_none());
}

#[test]
fn a_value_is_a_bind_as_a_null_of_its_type_is() {
    for (ty, cell, _) in examples() {
        let kind = |value: &Value| std::mem::discriminant(value);
        assert_eq!(kind(&cell.bind(ty)), kind(&Cell::Null.bind(ty)), "{ty:?}");
    }
}

#[test]
fn lists_in_formulas_are_lists_of_their_items() {
    assert_eq!((PgType::DateArray.sql(), PgType::DateArray.item()), ("date[]", PgType::Date));
    assert_eq!((PgType::TextArray.sql(), PgType::TextArray.item()), ("text[]", PgType::Text));
    assert_eq!(PgType::NumericArray.null(), Value::Array(ArrayType::Decimal, None));
}

#[test]
fn every_result_of_a_formula_has_a_family() {
    for (ty, word) in [
        (Type::Number, "number"),
        (Type::Text, "text"),
        (Type::Bool, "switch"),
        (Type::Date, "date"),
        (Type::DateTime, "datetime"),
        (Type::list(Type::Text), "text"),
        (Type::Json, "text"),
        (Type::Null, "text"),
    ] {
        assert_eq!(Family::of_results(&ty).word, word);
    }
}

#[test]
fn a_list_is_an_item_as_the_text_that_postgresql_reads_it_from() {
    for (items, text) in [(vec![], "{}"), (vec!["a", "", r#"b"\,{}"#], r#"{"a","","b\"\\,{}"}"#)] {
        let mut out = Vec::new();
        Cell::TextList(items.into_iter().map(str::to_owned).collect()).write_item(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), text);
    }
}
