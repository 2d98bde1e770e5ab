//! What is said of a file where something was guessed, made up or left out.

use super::*;

fn with(text: &str, options: InferOptions) -> Inferred {
    infer(&Source::from_bytes(text).unwrap(), &options, |_| ()).unwrap()
}

fn reason(text: &str, at: usize) -> (&'static str, String) {
    let inferred = read(text).unwrap().1;
    (inferred.columns[at].kind.name(), inferred.columns[at].reason.to_string())
}

// Finding: sizes "38,40" became 38.40 without a word.
#[test]
fn a_list_of_whole_numbers_is_no_decimal() {
    let list = "because line 2 holds \"38,40\", whose comma may be of decimals or of a list";
    let sizes = "k,sizes\n1,\"38,40\"\n2,\"36,38\"\n3,40\n";
    assert_eq!(reason(sizes, 1), ("text", list.to_owned()));
    assert_eq!(reason("k,sizes\n1.5,\"38,40\"\n2.5,\"36,38\"\n3.5,40\n", 1).0, "text");
    // One cell of many, as in the minor units of ISO 4217.
    let mut units: String = (0..200).map(|n| format!("{n},2\n")).collect();
    units.insert_str(0, "k,units\n200,\"2,2\"\n");
    let one = "because line 2 holds \"2,2\" (1 of 201 do not fit number)";
    assert_eq!(reason(&units, 1), ("text", one.to_owned()));
    // Beside points, whatever separates the cells.
    assert_eq!(reason("a;b\n1.5;38,40\n2.5;4\n3.5;5\n", 1).0, "text");
    let comma = InferOptions { decimal_mark: Some(DecimalMark::Comma), ..InferOptions::default() };
    assert_eq!(with(sizes, comma).columns[1].kind.name(), "number");
    // It says nothing of other columns either.
    assert_eq!(reason("k,sizes,n\n1,\"38,40\",\"1,234\"\n", 2).1, "its one cell fits");
    let read = read("k,sizes,n\n1,\"38,40\",\"1,234\"\n2,\"38,41\",\"5,678\"\n").unwrap();
    assert_eq!(table(&read.0, &read.1)[0], ["1", "38,40", "1234"]);
}

#[test]
fn a_decimal_comma_that_can_be_nothing_else_is_taken_and_said() {
    let said =
        |line, cell: &str| format!("all 3 cells fit, with a decimal comma as line {line} has it ({cell:?})");
    assert_eq!(reason("k;n\n1;2\n2;38,40\n3;5,1\n", 1), ("number", said(3, "38,40")));
    for sure in ["0,75", "1,05", "1.234,5", "1 234,5", "1,5E-8"] {
        let file = format!("k,n\n1,\"{sure}\"\n2,\"38,40\"\n3,7\n");
        assert_eq!(reason(&file, 1), ("number", said(2, sure)), "{sure}");
    }
    assert_eq!(reason("k,n\n1,\"5,5 €\"\n2,\"38,40 €\"\n3,7 €\n", 1).0, "currency");
}

// Finding: windows-1251 became garbage, and the report said that all cells fit.
#[test]
fn a_guess_of_the_encoding_or_the_delimiter_is_said() {
    let notes = |bytes: &[u8]| read(bytes).unwrap().1.notes;
    assert!(notes("a,b\nä,1\n".as_bytes()).is_empty());
    assert!(notes("sep=;\na;b\n1;2\n".as_bytes()).is_empty());
    let windows =
        "read as windows-1252 (guessed), separated by \",\"; `encoding`, `delimiter` if that is wrong";
    assert_eq!(notes(b"a,b\n\xe4,1\n"), [windows]);
    let other = "read as UTF-8, separated by a tab; `encoding`, `delimiter` if that is wrong";
    assert_eq!(notes(b"a\tb\n1\t2\n"), [other]);
    let column =
        "read as UTF-8, separated by \",\", all in one column; `encoding`, `delimiter` if that is wrong";
    assert_eq!(notes(b"a\n1\n"), [column]);
    assert_eq!(
        notes(b"{\"a\": \"\xe4\"}\n"),
        ["read as windows-1252 (guessed); `encoding` if that is wrong"]
    );
    let encoding = Encoding::for_label("windows-1251").unwrap();
    let source = Source::from_bytes(b"a,b\n\xe4,1\n").unwrap().read_as(Some(encoding), None).unwrap();
    let options = InferOptions { entry: Entry::CommandLine, ..InferOptions::default() };
    assert!(infer(&source, &options, |_| ()).unwrap().notes.is_empty());
    let source = Source::from_bytes(b"a;b\n1;2\n").unwrap();
    let said = infer(&source, &options, |_| ()).unwrap().notes;
    assert_eq!(said, ["read as UTF-8, separated by \";\"; --encoding, --delimiter if that is wrong"]);
}

// Finding: they became empty silently.
#[test]
fn cells_of_white_space_alone_are_counted() {
    let inferred = read("a,b\n \u{a0},1\n\" \",\n,\u{2003}\n").unwrap().1;
    assert_eq!(inferred.notes, ["3 cells of white space alone are empty"]);
    assert_eq!((inferred.columns[0].blank, inferred.columns[0].empty), (2, 3));
}

// Finding: `--type "postal_code=number"` was suggested for a zero that it would lose.
#[test]
fn a_leading_zero_is_no_reason_to_suggest_a_number() {
    let zeros = "because line 3 holds \"05021\", and a number has no zero before it (1 of 3 cells)";
    assert_eq!(reason("code,x\n12345,1\n05021,2\n98765,3\n", 0), ("text", zeros.to_owned()));
    let odd = "because line 3 holds \"05021\" (2 of 4 do not fit number)";
    assert_eq!(reason("code,x\n12345,1\n05021,2\n98765,3\nn/a,4\n", 0).1, odd);
}

// Finding: "all 60 cells fit" is no reason for options, or for a long text.
#[test]
fn options_and_long_texts_say_why() {
    let few: String = ["h,x\n".to_owned()]
        .into_iter()
        .chain((0..60).map(|n| format!("{},1\n", ["red", "blue"][n % 2])))
        .collect();
    assert_eq!(reason(&few, 0), ("single_select", "2 different values in 60 cells".to_owned()));
    let long = format!("h,x\n{},1\n", "é".repeat(1_200));
    assert_eq!(reason(&long, 0), ("long_text", "because a cell has 1,200 characters".to_owned()));
    assert_eq!(reason("h,x\n\"a\nb\",1\n", 0), ("long_text", "because a cell has a line break".to_owned()));
}

#[test]
fn short_lines_are_filled_up_when_that_is_asked_for() {
    let options = || InferOptions { pad_short: true, ..InferOptions::default() };
    let source = Source::from_bytes("a,b,c\n1,x\n2,y,z\n3\n").unwrap();
    let inferred = infer(&source, &options(), |_| ()).unwrap();
    assert_eq!(inferred.notes, ["2 short lines are filled up with empty cells"]);
    assert_eq!(table(&source, &inferred), [["1", "x", ""], ["2", "y", "z"], ["3", "", ""]]);
    assert_eq!((inferred.columns[2].filled, inferred.columns[2].empty), (1, 2));
    let long = Source::from_bytes("a,b\n1\n1,2,3\n").unwrap();
    let errors = infer(&long, &options(), |_| ()).unwrap_err();
    assert_eq!((errors.total(), errors.iter().next().unwrap().line), (1, Some(3)));
    // Left out, when that is asked for, too.
    let both = InferOptions { skip_ragged: true, ..options() };
    let inferred = infer(&long, &both, |_| ()).unwrap();
    assert_eq!((inferred.rows, inferred.padded, inferred.skipped.total()), (1, 1, 1));
}

// Finding: neither the delimiter nor what to do was named.
#[test]
fn a_ragged_line_is_refused_with_what_can_be_done() {
    let said = |text: &str| read(text).unwrap_err().to_string();
    let two = said("a,b\n1\n2\n");
    let first = "the header has 2 cells, this line has 1; `ragged=skip` leaves such lines out, `ragged=pad` fills short \
                 ones up [field_count]";
    assert!(two.contains(first) && two.matches("ragged=skip").count() == 1, "{two}");
    let one = said("a\n1,2\n");
    let delimiter =
        "the header has 1 cell, this line has 2; cells are separated by \",\", `delimiter` says by what else";
    assert!(one.contains(delimiter), "{one}");
}

#[test]
fn a_file_without_a_header_loses_no_line() {
    let options = || InferOptions { no_header: true, ..InferOptions::default() };
    for text in ["1,x\n2,y\n", "sep=,\n1,x\n2,y\n"] {
        let source = Source::from_bytes(text).unwrap();
        let inferred = infer(&source, &options(), |_| ()).unwrap();
        assert_eq!(
            (names(&inferred), kinds(&inferred)),
            (vec!["Column 1", "Column 2"], vec!["number", "text"])
        );
        assert_eq!(table(&source, &inferred), [["1", "x"], ["2", "y"]]);
        assert!(inferred.columns.iter().all(|column| column.made.is_none()));
    }
    assert_eq!(with("1,x", options()).rows, 1);
}

// Finding: `created_at` became `created_at 2` without a note.
#[test]
fn a_name_that_is_not_the_headers_says_why() {
    let inferred = read("created_at,price,,Price\n1,2,3,4\n").unwrap().1;
    assert_eq!(names(&inferred), ["created_at 2", "price", "Column 3", "Price 2"]);
    let made: Vec<_> = inferred.columns.iter().map(|column| column.made).collect();
    assert_eq!(made, [Some(MadeName::Reserved), None, Some(MadeName::Empty), Some(MadeName::Twice)]);
    let called: Vec<_> = inferred.columns.iter().map(|column| column.is_called("created_at")).collect();
    assert_eq!(called, [true, false, false, false]);
    let price: Vec<_> = inferred.columns.iter().map(|column| column.is_called("price")).collect();
    assert_eq!(price, [false, true, false, false]);
}
