//! Encodings, delimiters, line ends, headers.

use super::*;

const TEXT: &str = "nàme,city\nJosé,Zürich\nÅsa,Malmö\n";

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect()
}

#[test]
fn every_encoding_gives_the_same_table() {
    let marked = format!("\u{feff}{TEXT}").into_bytes();
    let files = [
        (TEXT.as_bytes().to_vec(), "UTF-8"),
        (marked, "UTF-8"),
        (utf16(TEXT, false), "UTF-16LE"),
        (utf16(TEXT, true), "UTF-16BE"),
        (latin1(TEXT), "windows-1252"),
    ];
    for (bytes, encoding) in files {
        let (source, inferred) = read(bytes).unwrap();
        assert_eq!(inferred.encoding.name(), encoding);
        assert_eq!(names(&inferred), ["nàme", "city"], "{encoding}");
        assert_eq!(table(&source, &inferred), [["José", "Zürich"], ["Åsa", "Malmö"]], "{encoding}");
    }
}

#[test]
fn the_first_odd_byte_may_be_the_last_of_a_long_file() {
    let mut bytes = b"name\n".to_vec();
    bytes.extend(b"plain\n".repeat(40_000));
    bytes.extend(b"Jos\xE9\n");
    let (source, inferred) = read(bytes).unwrap();
    assert_eq!((inferred.encoding.name(), inferred.rows), ("windows-1252", 40_001));
    assert_eq!(table(&source, &inferred).last().unwrap(), &["José"]);
}

#[test]
fn sequences_across_blocks_are_whole() {
    for shift in 0..4 {
        let text = format!("{}\n{}", "h".repeat(shift + 1), "é€𝄞\n".repeat(40_000));
        for bytes in [text.clone().into_bytes(), utf16(&text, false)] {
            let (source, inferred) = read(bytes).unwrap();
            assert!(table(&source, &inferred).iter().all(|row| row == &["é€𝄞"]), "{shift}");
            assert_eq!(inferred.rows, 40_000);
        }
    }
}

#[test]
fn an_encoding_can_be_chosen() {
    let source = Source::from_bytes(b"\xE8\xEC\xFF\nx\xE0\n".to_vec()).unwrap();
    let source = source.with_encoding(Encoding::for_label("windows-1251").unwrap()).unwrap();
    let inferred = infer(&source, &InferOptions::default(), |_| ()).unwrap();
    assert_eq!(names(&inferred), ["имя"]);
    assert_eq!(table(&source, &inferred), [["xа"]]);
    assert_eq!(Encoding::for_label("no such"), None);
}

#[test]
fn delimiters_are_found() {
    let files = [
        ("a,b\n1,2\n", b','),
        ("a;b\n1,5;2,5\n3,5;4,5\n", b';'),
        ("a\tb\n1, 2\t3\n", b'\t'),
        ("a|b|c\n1|2;3|4\n", b'|'),
        ("\"a;x\",\"b;y\"\n\"1;2;3\",4\n", b','),
        ("name\nSmith; John\n", b','),
        ("text,more;text\nx,y\nz,w;v\n", b','),
        ("a;b\n\"one, two\nthree, four\";2\n", b';'),
        ("a;b\n1;2;3\n4;5\n6;7\n", b';'),
        ("sep=;\na,b;c,d\n1,2;3,4\n", b';'),
        ("a", b','),
    ];
    for (text, delimiter) in files {
        assert_eq!(
            char::from(Source::from_bytes(text).unwrap().delimiter()),
            char::from(delimiter),
            "{text:?}"
        );
    }
}

#[test]
fn the_line_that_names_the_delimiter_is_no_header() {
    let (source, inferred) = read("sep=;\r\na,b;c\r\nx;y\r\n").unwrap();
    assert_eq!(names(&inferred), ["a,b", "c"]);
    let first = rows(&source, &inferred).unwrap().next().unwrap().unwrap();
    assert_eq!(first.line(), 3);
}

#[test]
fn line_ends_and_empty_lines() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "1,x", "", "2,\"y", "z\"", ""].join(end);
        let (source, inferred) = read(text).unwrap();
        assert_eq!(table(&source, &inferred), [["1", "x"], ["2", &format!("y{end}z")]], "{end:?}");
        assert_eq!(kinds(&inferred), ["number", "long_text"]);
    }
}

#[test]
fn a_file_on_disk_is_streamed_and_reports_progress() {
    let path = std::env::temp_dir().join(format!("docpal-import-{}.csv", std::process::id()));
    let text = format!("n,text\n{}", "12345,some text to fill the line up\n".repeat(100_000));
    std::fs::write(&path, &text).unwrap();
    let source = Source::open(&path).unwrap();
    let mut reports = Vec::new();
    let inferred = infer(&source, &InferOptions::default(), |progress| reports.push(progress)).unwrap();
    let all = rows(&source, &inferred).unwrap().filter(Result::is_ok).count();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((inferred.rows, all), (100_000, 100_000));
    let total_bytes = text.len() as u64;
    assert!(reports.len() >= 3 && reports.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes));
    assert_eq!(reports.last(), Some(&Progress { bytes: total_bytes, total_bytes, rows: 100_000 }));
}

#[test]
fn the_apostrophes_of_an_export_are_taken_off_again() {
    let file = "'=a,b\n'=1+A1,\"' @x\"\n''=2,'plain\n+55 (12),'+55 (12)\n";
    let (source, inferred) = read(file).unwrap();
    assert_eq!(names(&inferred), ["=a", "b"]);
    let cells = [["=1+A1", " @x"], ["'=2", "'plain"], ["+55 (12)", "'+55 (12)"]];
    assert_eq!(table(&source, &inferred), cells);
}

#[test]
fn apostrophes_of_a_file_that_has_formulas_without_one_are_its_own() {
    for file in ["a,b\n'@x@y.org,=1+A1\n", "a,=b\n'@x@y.org,1\n"] {
        let (source, inferred) = read(file).unwrap();
        assert_eq!(inferred.columns[0].kind, Kind::Text);
        assert_eq!(table(&source, &inferred)[0][0], "'@x@y.org");
    }
    let source = Source::from_bytes("a\n'=1+A1\n").unwrap();
    let raw = infer(&source, &InferOptions { raw: true, ..InferOptions::default() }, |_| ()).unwrap();
    assert_eq!(table(&source, &raw), [["'=1+A1"]]);
}

#[test]
fn json_objects_are_a_table() {
    let expected =
        [["1", "Ada", "", "", ""], ["2", "Bob\n\"B\"", "x, y", "true", ""], ["", "", "", "", "{\"a\":1}"]];
    let lines = "{\"id\":1,\"name\":\"Ada\"}\n{\"id\":2,\"name\":\"Bob\\n\\\"B\\\"\",\"tags\":[\"x\",\"y\"],\"on\":true}\n\n\
                 {\"id\":null,\"more\":{\"a\":1}}";
    let list = format!("\u{feff}[\n{}\n]", lines.replace("}\n\n", "},\n\n").replace("}\n{", "}\n,{"));
    for file in [lines.to_owned(), list] {
        let (source, inferred) = read(file.clone()).unwrap();
        assert_eq!(names(&inferred), ["id", "name", "tags", "on", "more"], "{file}");
        assert_eq!(kinds(&inferred), ["number", "long_text", "text", "switch", "text"]);
        assert_eq!(table(&source, &inferred), expected);
        let at: Vec<u64> = rows(&source, &inferred).unwrap().map(|row| row.unwrap().line()).collect();
        let first = u64::from(file.starts_with('\u{feff}'));
        assert_eq!(at, [1, 2, 4].map(|line| line + first), "{file}");
    }
}

#[test]
fn what_only_begins_as_json_is_csv_or_is_told() {
    let (source, inferred) = read("{a},b\n1,2\n").unwrap();
    assert_eq!(
        (names(&inferred), table(&source, &inferred)),
        (vec!["{a}", "b"], vec![vec!["1".to_owned(), "2".to_owned()]])
    );
    for (file, line) in [("{\"a\":1}\n{\"a\":}\n", 2), ("[{\"a\":1},\n5]", 2), ("{\"a\":1}\n\n{\"a\":", 3)] {
        let failed = read(file).unwrap_err();
        let error = failed.iter().next().unwrap();
        assert_eq!((error.code, error.line), ("invalid_json", Some(line)), "{file}");
    }
}
