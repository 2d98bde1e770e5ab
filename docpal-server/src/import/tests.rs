use proptest::prelude::*;

use super::*;

mod errors;
mod kinds;
mod odd;
mod said;
mod sources;

fn read(bytes: impl Into<Vec<u8>>) -> Result<(Source, Inferred), ImportErrors> {
    let source = Source::from_bytes(bytes)?;
    let inferred = infer(&source, &InferOptions::default(), |_| ())?;
    Ok((source, inferred))
}

/// The cells of every row, written as text.
fn table(source: &Source, inferred: &Inferred) -> Vec<Vec<String>> {
    let write = |cell: Cell<'_>| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Number(text) | Cell::Odd(text) => text.to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Date(date) => date.to_string(),
        Cell::DateTime(time) => time.to_rfc3339(),
    };
    rows(source, inferred).unwrap().map(|row| row.unwrap().cells().map(write).collect()).collect()
}

fn names(inferred: &Inferred) -> Vec<&str> {
    inferred.columns.iter().map(|column| column.field_name.as_str()).collect()
}

fn kinds(inferred: &Inferred) -> Vec<&'static str> {
    inferred.columns.iter().map(|column| column.kind.name()).collect()
}

fn cells() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab\",;|\n\r\t \u{e9}\u{fffd}']{0,8}",
        "-?[0-9]{1,3}([.,][0-9]{1,3})?%?",
        "20[0-9]{2}-0[1-9]-[0-2][0-9]",
        "(true|false|yes|no|t|f|0|1)",
        "[a-c]@[a-c]\\.org",
        "\\PC{0,10}",
    ]
}

fn tables() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1_usize..5)
        .prop_flat_map(|columns| proptest::collection::vec(proptest::collection::vec(cells(), columns), 1..8))
}

fn write(table: &[Vec<String>], delimiter: u8, end: csv::Terminator) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(end).from_writer(Vec::new());
    let width = table.first().map_or(0, Vec::len);
    writer.write_record((0..width).map(|column| format!("h{column}"))).unwrap();
    for row in table {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    /// Any table written as CSV comes back cell by cell.
    #[test]
    fn tables_come_back_cell_by_cell(table in tables(), at in 0_usize..4, crlf: bool) {
        let delimiter = b",;\t|"[at];
        let end = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let source = Source::from_bytes(write(&table, delimiter, end)).unwrap().with_delimiter(delimiter).unwrap();
        let raw = InferOptions { raw: true, ..InferOptions::default() };
        let mut inferred = infer(&source, &raw, |_| ()).unwrap();
        for column in &mut inferred.columns {
            column.kind = Kind::Text;
        }
        let blank = |cell: &String| if cell.trim().is_empty() { String::new() } else { cell.clone() };
        let expect: Vec<Vec<String>> = table.iter().map(|row| row.iter().map(blank).collect()).collect();
        prop_assert_eq!(self::table(&source, &inferred), expect);
    }

    /// What the first pass infers, the second pass reads without an error.
    #[test]
    fn both_passes_agree(column in proptest::collection::vec(0_usize..6, 1..4), rows_wanted in 1_usize..30, seed in tables()) {
        let pool: Vec<&String> = seed.iter().flatten().collect();
        let cell = |row: usize, column: usize| pool[(row * 7 + column * 3) % pool.len().min(column + 1)].clone();
        let table: Vec<Vec<String>> =
            (0..rows_wanted).map(|row| column.iter().map(|column| cell(row, *column)).collect()).collect();
        let source = Source::from_bytes(write(&table, b',', csv::Terminator::CRLF)).unwrap().with_delimiter(b',').unwrap();
        let inferred = infer(&source, &InferOptions::default(), |_| ()).unwrap();
        prop_assert_eq!(inferred.rows, rows_wanted as u64);
        for row in rows(&source, &inferred).unwrap() {
            prop_assert!(row.is_ok(), "{:?} in {:?}", row, inferred.columns);
        }
    }

    /// Any bytes give a table or errors, all with a known code; never a panic.
    #[test]
    fn any_bytes_are_taken(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            proptest::collection::vec(proptest::sample::select(b"\xEF\xBB\xBF\xFF\xFE\0a1\",;\n\r\xE9%$.-/: ".to_vec()), 0..120),
        ],
    ) {
        let known = |error: &LineError| CODES.iter().any(|(code, _)| *code == error.code);
        match read(bytes) {
            Err(errors) => {
                prop_assert!(errors.total() >= 1 && errors.iter().all(known), "{:?}", errors);
            }
            Ok((source, inferred)) => {
                let rows: Vec<_> = rows(&source, &inferred).unwrap().collect();
                prop_assert_eq!(rows.len() as u64, inferred.rows);
                prop_assert!(rows.iter().all(Result::is_ok), "{:?}", rows);
            }
        }
    }
}
