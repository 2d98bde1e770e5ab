//! Bad input: a code, a place, and nothing of the table.

use super::*;

fn errors(bytes: impl Into<Vec<u8>>) -> Vec<String> {
    let errors = read(bytes).expect_err("errors");
    errors
        .iter()
        .map(|error| {
            let column = error.column.as_ref().map(|column| format!(" {}:{}", column.index, column.name));
            format!("{} {}{}", error.code, error.line.unwrap_or(0), column.unwrap_or_default())
        })
        .collect()
}

#[test]
fn files_without_a_table() {
    for empty in ["", "\n\n\r\n", "\u{feff}", " \n"] {
        assert_eq!(errors(empty), ["empty_file 0"], "{empty:?}");
    }
    assert_eq!(errors("a,b\n"), ["no_rows 0"]);
    assert_eq!(errors("a,b"), ["no_rows 0"]);
}

#[test]
fn a_header_alone_may_be_allowed() {
    let source = Source::from_bytes("a,b\n").unwrap();
    let options = InferOptions { allow_no_rows: true, ..InferOptions::default() };
    let inferred = infer(&source, &options, |_| ()).unwrap();
    assert_eq!((inferred.rows, kinds(&inferred)), (0, vec!["text", "text"]));
    assert_eq!(rows(&source, &inferred).unwrap().count(), 0);
}

#[test]
fn every_bad_line_is_named() {
    let text = "a,b\n1,2\n3\n\"x\ny\",4,5\n6,\"7\"8\n9,\0\n10,11\n12,\"13\n";
    assert_eq!(
        errors(text),
        [
            "field_count 3 2:b",
            "field_count 4 3:",
            "stray_quote 6 2:b",
            "nul_byte 7 2:b",
            "unterminated_quote 9 2:b"
        ]
    );
    assert_eq!(errors("a,\"b\n1,2\n"), ["unterminated_quote 1 2:b 1,2"]);
    assert_eq!(errors("a,b\0\n1,2\n"), ["nul_byte 1 2:b"]);
}

#[test]
fn the_message_says_where_and_what() {
    let shown = read("id,name\n1\n").expect_err("errors").to_string();
    let expected = "line 2, column 2 (name): the header has 2 cells, this line has 1; `ragged=skip` leaves such lines out, \
                    `ragged=pad` fills short ones up [field_count]";
    assert_eq!(shown, expected);
}

#[test]
fn errors_are_capped_and_counted() {
    let text = format!("a,b\n{}", "x\n".repeat(250));
    let errors = read(text).expect_err("errors");
    assert_eq!((errors.iter().count(), errors.total()), (100, 250));
    assert!(errors.to_string().ends_with("and 150 more"));
}

#[test]
fn damaged_text_is_not_read_as_another_encoding() {
    assert_eq!(
        errors(b"name\nJos\xC3\xA9\nZ\xC3\xBCrich\nbroken \xC3\n".to_vec()),
        ["invalid_text 4 1:name"]
    );
    assert_eq!(errors(b"\xEF\xBB\xBFname\nJos\xE9\n".to_vec()), ["invalid_text 2 1:name"]);
    // A lone surrogate in UTF-16.
    assert_eq!(errors(b"\xFF\xFEa\0\n\0b\0\n\0\x00\xD8x\0\n\0".to_vec()), ["invalid_text 3 1:a"]);
    assert_eq!(errors(b"a\0\n\0b\0\n\0".to_vec()).first().map(String::as_str), Some("nul_byte 1 1:a"));
}

#[test]
fn limits_are_held() {
    let wide = vec!["h"; 1_501].join(",");
    assert_eq!(errors(format!("{wide}\n{wide}\n")), ["too_many_columns 1"]);
    let long = format!("a,b\n1,{}\n", "x".repeat((1 << 20) + 1));
    assert_eq!(errors(long), ["cell_too_long 2 2:b"]);
    let row = vec!["x".repeat(1 << 20); 17];
    assert_eq!(errors(format!("{}\n{}\n", vec!["h"; 17].join(","), row.join(","))), ["row_too_long 2"]);
}

#[test]
fn what_is_no_csv_file_is_said_so() {
    assert_eq!(errors(b"PK\x03\x04rest".to_vec()), ["not_a_csv_file 0"]);
    let code = |result: Result<Source, ImportErrors>| result.expect_err("errors").iter().next().unwrap().code;
    assert_eq!(code(Source::open("/no/such/file.csv")), "read_failed");
    assert_eq!(code(Source::open(std::env::temp_dir())), "read_failed");
    assert_eq!(errors(b"\x7fELF\x02\x01".to_vec()), ["not_a_csv_file 0"]);
    assert_eq!(errors((0..=255).collect::<Vec<u8>>().repeat(9)), ["not_a_csv_file 0"]);
}

#[test]
fn a_type_that_does_not_fit_is_an_error_of_the_second_pass() {
    let (source, mut inferred) = read("a,b\n1,x\n2,y\n").unwrap();
    inferred.columns[1].kind = inferred.columns[0].kind.clone();
    let found: Vec<_> = rows(&source, &inferred).unwrap().collect();
    let error = found[1].as_ref().unwrap_err();
    assert_eq!((error.line, error.code), (Some(3), "invalid_value"));
    assert_eq!(
        error.to_string(),
        "line 3, column 2 (b): \"y\" does not fit the column's type number [invalid_value]"
    );
}

#[test]
fn codes_are_sorted_and_unique() {
    assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn a_delimiter_that_cannot_be_one_is_refused() {
    for delimiter in [b'"', b'\n', b'\r', 0, 0xE9] {
        let result = Source::from_bytes("a,b\n1,2\n").unwrap().with_delimiter(delimiter);
        assert_eq!(result.unwrap_err().iter().next().unwrap().code, "bad_delimiter");
    }
    let source = Source::from_bytes("a^b\n1^2\n").unwrap().with_delimiter(b'^').unwrap();
    let inferred = infer(&source, &InferOptions::default(), |_| ()).unwrap();
    assert_eq!(names(&inferred), ["a", "b"]);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let path = std::env::temp_dir().join(format!("docpal-import-grows-{}.csv", std::process::id()));
    let grow = || {
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        std::io::Write::write_all(&mut file, b"3\n").unwrap();
    };
    std::fs::write(&path, "n\n1\n2\n").unwrap();
    let source = Source::open(&path).unwrap();
    let inferred = infer(&source, &InferOptions::default(), |_| ()).unwrap();
    grow();
    let found: Vec<_> = rows(&source, &inferred).unwrap().collect();
    assert_eq!(found.last().unwrap().as_ref().unwrap_err().code, "file_changed");
    let source = Source::open(&path).unwrap();
    let failed = infer(&source, &InferOptions::default(), |_| grow()).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(failed.iter().next().unwrap().code, "file_changed");
}

#[test]
fn a_stream_is_read_to_its_end_and_twice() {
    let source = Source::from_reader(&b"a,b\n1,x\n"[..]).unwrap();
    let inferred = infer(&source, &InferOptions::default(), |_| ()).unwrap();
    assert_eq!(table(&source, &inferred), [["1", "x"]]);
    assert_eq!(table(&source, &inferred), [["1", "x"]]);
}

#[test]
fn ragged_lines_can_be_left_out() {
    let source = Source::from_bytes("a,b\n1,x\n2\n3,y,z\n4,w\n").unwrap();
    let options = InferOptions { skip_ragged: true, ..InferOptions::default() };
    let inferred = infer(&source, &options, |_| ()).unwrap();
    let lines: Vec<_> = inferred.skipped.iter().map(|error| error.line.unwrap()).collect();
    assert_eq!((inferred.rows, lines), (2, vec![3, 4]));
    assert_eq!(table(&source, &inferred), [["1", "x"], ["4", "w"]]);
    let source = Source::from_bytes("a,b\n1,x\n2,\"open\n").unwrap();
    assert!(infer(&source, &options, |_| ()).is_err());
}
