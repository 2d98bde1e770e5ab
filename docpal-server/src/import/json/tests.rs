use super::objects::{Form, Objects};
use super::*;
use crate::import::{
    Cell, DecimalMark, Encoding, ImportErrors, InferOptions, Inferred, LineError, Source,
    encoding::TextReader, infer, rows,
};

fn read(file: impl Into<Vec<u8>>) -> Result<(Source, Inferred), ImportErrors> {
    let source = Source::from_bytes(file)?;
    let inferred = infer(&source, &InferOptions::default(), |_| ())?;
    Ok((source, inferred))
}

/// The names of the columns, and the cells of each row as they are in the file.
fn table(file: impl Into<Vec<u8>>) -> (Vec<String>, Vec<Vec<String>>) {
    let (source, mut inferred) = read(file).unwrap();
    let names = inferred.columns.iter().map(|column| column.field_name.clone()).collect();
    inferred.columns.iter_mut().for_each(|column| column.kind = crate::import::Kind::Text);
    let text = |cell: Cell<'_>| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.to_owned(),
        other => format!("{other:?}"),
    };
    let rows = rows(&source, &inferred).unwrap();
    (names, rows.map(|row| row.unwrap().cells().map(text).collect()).collect())
}

fn refused(file: impl Into<Vec<u8>>) -> LineError {
    read(file).unwrap_err().iter().next().unwrap().clone()
}

/// How many bytes are looked at until all objects are read, or the reading fails.
fn looked(file: &str, form: Form) -> u64 {
    let mut objects = Objects::new(TextReader::new(Box::new(file.as_bytes()), Encoding::UTF_8), form);
    while let Ok(Some(_)) = objects.next_object() {}
    objects.looked()
}

const RECORD: &str = r#"{"id":"a","created_at":null,"updated_at":null,"created_by":null,"updated_by":null,"version":1,"fields":{"n":1.50}}"#;

// At every bracket the object was scanned from its beginning: 160 KB took 6.5 seconds.
#[test]
fn each_byte_is_looked_at_once() {
    let files: [fn(usize) -> String; 6] = [
        |n| format!("{{{}{}", " ".repeat(n), "[".repeat(n)),
        |n| format!("{{\"{}", "[".repeat(n)),
        |n| "{\"data\":[".repeat(n),
        |n| format!("{{\"data\":[{}", "{},".repeat(n)),
        |n| format!("{{\"data\":[]{}", " ".repeat(n)),
        |n| format!("[{}", "{\"a\":\"\\\"{[\"},".repeat(n)),
    ];
    for file in files {
        for form in [Form::Plain, Form::Page] {
            for n in [100_000, 400_000] {
                let file = file(n);
                assert!(looked(&file, form) <= file.len() as u64, "{form:?}, {n}");
            }
        }
    }
}

// The first object was taken for an export, and what followed its list was never read.
#[test]
fn objects_with_a_list_called_data_are_records_like_others() {
    let line = "{\"data\":[{\"sku\":7}],\"id\":1,\"total\":10}\n";
    let (names, rows) = table(line.repeat(1_000));
    assert_eq!((names, rows.len()), (["data", "id", "total"].map(str::to_owned).to_vec(), 1_000));
    assert_eq!(rows[999], ["[{\"sku\":7}]", "1", "10"]);
    let (names, rows) = table("{\"data\":[1,2],\"id\":1}\n");
    assert_eq!((names.len(), rows), (2, vec![vec!["1, 2".to_owned(), "1".to_owned()]]));
    assert_eq!(
        table("{\"data\":[{\"a\":1}]}\n{\"data\":[{\"a\":2}]}\n").1,
        [["[{\"a\":1}]"], ["[{\"a\":2}]"]]
    );
    assert_eq!(table("{\"data\":[{\"a\":1},5],\"id\":1}\n").1, [["[{\"a\":1},5]", "1"]]);
}

#[test]
fn lists_one_after_another_are_read_to_the_end_of_the_file() {
    assert_eq!(table("[{\"a\":1}]\n[{\"a\":2}]\n[]\n[{\"a\":3}]\n{\"a\":4}").1, [["1"], ["2"], ["3"], ["4"]]);
    for (file, line) in [
        ("[{\"a\":1},\n{\"a\":2}] this is garbage {\"a\":9}", 2),
        ("{\"data\":[{\"a\":1}]}\nthis is garbage", 2),
        ("[{\"a\":1},]", 1),
        ("[{\"a\":1},,{\"a\":2}]", 1),
        ("[{\"a\":1}\n{\"a\":2}]", 2),
        ("{\"a\":1},\n{\"a\":2}", 1),
        ("[{\"a\":1}", 1),
        ("{\"data\":[\n{\"a\":1}", 1),
        ("{\"data\":[\n{\"a\":1}]", 1),
    ] {
        let error = refused(file);
        assert_eq!((error.code, error.line), ("invalid_json", Some(line)), "{file}: {error}");
    }
}

// Whether `fields` are all of a record was decided object by object, by three keys.
#[test]
fn only_a_file_of_docpals_records_is_one_of_their_fields() {
    let fields = (vec!["n".to_owned()], vec![vec!["1.50".to_owned()], vec!["1.50".to_owned()]]);
    assert_eq!(table(format!("{RECORD}\n{RECORD}\n")), fields);
    assert_eq!(table(format!("{{\"data\":[\n{RECORD},\n{RECORD}\n]}}\n")), fields);
    assert_eq!(table(format!("{{\"data\":[{RECORD},{RECORD}],\"next_cursor\":null,\"total\":2}}")), fields);
    let (names, rows) = table("{\"id\":1,\"name\":\"x\",\"version\":2,\"fields\":{\"x\":3}}\n");
    assert_eq!(names, ["id", "name", "version", "fields"]);
    assert_eq!(rows, [["1", "x", "2", "{\"x\":3}"]]);
    let (names, rows) = table(format!("{RECORD}\n{{\"name\":\"x\"}}\n"));
    assert_eq!(names.len(), 8);
    assert_eq!((rows[0][6].as_str(), rows[1][7].as_str()), ("{\"n\":1.50}", "x"));
}

// What was wrong with the first object made the file one of lines.
#[test]
fn what_begins_as_json_is_json_or_told() {
    for (file, line, what) in [
        ("{\"id\": 0, \"x\": NaN}\n", 1, "`NaN` is no JSON"),
        ("[{\"id\": 0,\n \"x\": -Infinity}]\n", 2, "`Infinity` is no JSON"),
        ("{\"a\":1,\"a\":2}\n", 1, "the key `a` stands twice"),
        ("{\"a\":1}\n{\"b\":{\"a\":1,\n\"a\":2}}\n", 2, "the key `a` stands twice"),
        ("{\"a\":1}\n{\"b\":2,\n\"c\":}\n", 3, "expected value at `}`"),
        ("{\"a\" 1}\n", 1, "at `1}`"),
        ("{\"a\":'x'}", 1, "at `'x'}`"),
        ("  {\"a\"", 1, "never closed"),
        ("{\"a\":1}\n{'b'}", 2, "at `'b'}`"),
    ] {
        let error = refused(file);
        assert_eq!((error.code, error.line), ("invalid_json", Some(line)), "{file}: {error}");
        assert!(error.message.contains(what) && !error.message.contains(" column "), "{file}: {error}");
    }
    for (header, rows) in [("{},b", 2), ("[],b", 2), ("{a},b", 2), ("[a],b", 2), ("[1],2", 2), ("{x", 1)] {
        let (names, _) = table(format!("{header}\n{}\n", vec!["x"; rows].join(",")));
        assert_eq!(names, header.split(',').collect::<Vec<_>>());
    }
}

#[test]
fn a_file_without_records_is_told() {
    for file in ["[]", " [ ]\n", "{}", "{}\n{}", "[]\n[]\n", "[{}]", "{\"data\":[]}\n", "{\"data\":[\n]}\n"] {
        for allow_no_rows in [false, true] {
            let source = Source::from_bytes(file).unwrap();
            let options = InferOptions { allow_no_rows, ..InferOptions::default() };
            let errors = infer(&source, &options, |_| ()).unwrap_err();
            let error = errors.iter().next().unwrap();
            assert_eq!(error.code, "no_rows", "{file}");
            assert!(error.message.contains("no records"), "{error}");
        }
    }
    assert_eq!(table("{}\n{\"a\":1}").1, [[""], ["1"]]);
}

#[test]
fn objects_are_read_in_the_encoding_of_their_file() {
    let text = "[{\"ä\":\"é\"},\n{\"ä\":\"🦀\"}]";
    let expected = (vec!["ä".to_owned()], vec![vec!["é".to_owned()], vec!["🦀".to_owned()]]);
    let units = || format!("\u{feff}{text}").encode_utf16().collect::<Vec<_>>();
    assert_eq!(table(text), expected);
    assert_eq!(table(units().into_iter().flat_map(u16::to_le_bytes).collect::<Vec<_>>()), expected);
    assert_eq!(table(units().into_iter().flat_map(u16::to_be_bytes).collect::<Vec<_>>()), expected);
    assert_eq!(table(b"{\"\xe4\":\"\xe9\"}".to_vec()).1, [["é"]]);
    let chosen = Source::from_bytes(b"{\"a\":\"\xe6\"}".to_vec()).unwrap();
    let chosen = chosen.read_as(Encoding::for_label("windows-1251"), Some(b';')).unwrap();
    let inferred = infer(&chosen, &InferOptions::default(), |_| ()).unwrap();
    assert_eq!(inferred.columns[0].samples, ["ж"]);
    let broken = [&"{\"a\":\"é\"}\n".repeat(9).into_bytes()[..], b"{\"a\":\"\xff\"}"].concat();
    let error = refused(broken);
    assert_eq!((error.code, error.line), ("invalid_text", Some(10)));
}

// 50,000 keys were "line 0: the header has 2048 columns", after every object was searched for each of them.
#[test]
fn objects_with_too_many_keys_are_no_table() {
    let objects = |count: usize, keys: usize| -> String {
        let key = |at| format!("\"k{at}\":1");
        let object = |row: usize| (row * keys..(row + 1) * keys).map(key).collect::<Vec<_>>().join(",");
        (0..count).map(|row| format!("{{{}}}\n", object(row))).collect()
    };
    let error = refused(objects(50, 1_000));
    assert_eq!((error.code, error.line), ("too_many_columns", Some(3)), "{error}");
    assert!(error.message.contains("2048 different keys"), "{error}");
    let error = refused(objects(2, 1_000));
    assert_eq!((error.code, error.line), ("too_many_columns", None));
    assert!(error.message.contains("2000 different keys, a table has at most 1500 columns"), "{error}");
    assert_eq!(table(objects(2, 10)).0.len(), 20);
    // Few values in many columns: the table would be a hundred times the file.
    let error = refused(objects(1_000, 1) + &"{}\n".repeat(200_000));
    assert!(error.message.contains("not the records of one table"), "{error}");
    assert_eq!(error.code, "too_many_columns");
}

#[test]
fn values_that_no_table_holds_are_told_by_line_and_column() {
    let file = "{\"a\":1}\n{\"a\":\"x\\u0000\",\"b\":\"y\"}\n{\"b\":\"\\u0000\"}\n";
    let errors = read(file).unwrap_err();
    let places: Vec<_> =
        errors.iter().map(|error| (error.code, error.line, error.column.clone().unwrap().name)).collect();
    assert_eq!(places, [("nul_byte", Some(2), "a".to_owned()), ("nul_byte", Some(3), "b".to_owned())]);
    assert_eq!(refused("{\"a\\u0000\":1}").code, "invalid_json");
    let source = Source::from_bytes("{\"a\":\"12345\",\"b\":\"1\"}\n").unwrap();
    let code = |options| infer(&source, &options, |_| ()).unwrap_err().iter().next().unwrap().code;
    assert_eq!(code(InferOptions { max_cell_bytes: 4, ..InferOptions::default() }), "cell_too_long");
    assert_eq!(code(InferOptions { max_row_bytes: 5, ..InferOptions::default() }), "row_too_long");
    assert_eq!(refused(format!("{{\"a\":[{}1]}}", "1,".repeat(100_000))).code, "invalid_json");
    assert!(begins(b"{", false) && !begins(b"{", true) && begins(b" [", false) && !begins(b"", true));
}

// 1.234 became 1234 where texts of the file had a decimal comma, or one was chosen.
#[test]
fn a_number_of_json_is_the_same_whatever_texts_are_beside_it() {
    let files = [
        r#"[{"q":1.234,"p":"1.234,50"},{"q":12.345,"p":"2,75"}]"#,
        r#"[{"q":1.234},{"q":"1,5"},{"q":"2,5"},{"q":12.345}]"#,
        r#"[{"q":1.234},{"q":12.345}]"#,
    ];
    for file in files {
        for decimal_mark in [None, Some(DecimalMark::Comma), Some(DecimalMark::Point)] {
            let source = Source::from_bytes(file).unwrap();
            let inferred =
                infer(&source, &InferOptions { decimal_mark, ..InferOptions::default() }, |_| ()).unwrap();
            let first = |row: crate::import::Row| match row.cells().next() {
                Some(Cell::Number(text) | Cell::Text(text)) => text.to_owned(),
                other => format!("{other:?}"),
            };
            let read: Vec<String> =
                rows(&source, &inferred).unwrap().map(|row| first(row.unwrap())).collect();
            let ends = (read.first().unwrap().as_str(), read.last().unwrap().as_str());
            assert_eq!(ends, ("1.234", "12.345"), "{file} {decimal_mark:?}");
        }
    }
}
