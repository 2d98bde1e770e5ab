//! The type of a column, by its cells and its name.

use super::*;

/// The kind of a column of these cells under that name, as JSON.
fn kind(header: &str, cells: &[&str]) -> Kind {
    let table: Vec<Vec<String>> = cells.iter().map(|cell| vec![(*cell).to_owned(), "x".to_owned()]).collect();
    let text =
        String::from_utf8(write(&table, b',', csv::Terminator::CRLF)).unwrap().replacen("h0", header, 1);
    read(text).unwrap().1.columns.remove(0).kind
}

fn name(header: &str, cells: &[&str]) -> &'static str {
    kind(header, cells).name()
}

#[test]
fn each_kind_is_found() {
    assert_eq!(name("c", &["12", "", "-3.5"]), "number");
    assert_eq!(name("c", &["12%", "3%"]), "percent");
    assert_eq!(name("c", &["€12", "€3,50"]), "currency");
    assert_eq!(name("c", &["1996-07-04", " ", " 1996-07-05 "]), "date");
    assert_eq!(name("c", &["1996-07-04 10:00"]), "datetime");
    assert_eq!(name("c", &["True", "FALSE", ""]), "switch");
    assert_eq!(name("c", &["a@b.co"]), "email");
    assert_eq!(name("c", &["http://x.org/a"]), "url");
    assert_eq!(name("c", &["one", "two"]), "text");
    assert_eq!(name("c", &["one\ntwo"]), "long_text");
    assert_eq!(name("c", &["é".repeat(255).as_str()]), "text");
    assert_eq!(name("c", &["é".repeat(256).as_str()]), "long_text");
    assert_eq!(name("c", &["", " "]), "text");
}

#[test]
fn one_odd_cell_makes_a_column_text() {
    for cells in
        [["12", "n/a"], ["1996-07-04", "soon"], ["true", "maybe"], ["a@b.co", "b"], ["http://x.org", "x"]]
    {
        assert_eq!(name("c", &cells), "text", "{cells:?}");
    }
}

#[test]
fn codes_stay_text() {
    assert_eq!(name("c", &["05021", "12345"]), "text");
    assert_eq!(name("postal_code", &["12345", "54321"]), "text");
    assert_eq!(name("phone", &["5551234"]), "text");
    assert_eq!(name("phone_count", &["5"]), "number");
}

#[test]
fn switches_need_both_words_except_true_and_false() {
    assert_eq!(name("c", &["true"]), "switch");
    assert_eq!(name("c", &["yes", "no"]), "switch");
    for cells in [&["no"][..], &["N"], &["yes", "f"], &["t", "no"]] {
        assert_eq!(name("c", cells), "text", "{cells:?}");
    }
}

#[test]
fn zero_and_one_are_numbers_unless_the_name_asks() {
    assert_eq!(name("units", &["0", "1"]), "number");
    assert_eq!(name("discontinued", &["0", "1"]), "switch");
    assert_eq!(name("is_new", &["1"]), "switch");
    assert_eq!(name("discontinued", &["0", "1", "2"]), "number");
}

#[test]
fn selects_are_small_sets_used_often() {
    let repeat = |words: &[&'static str], times: usize| -> Vec<&'static str> { words.repeat(times) };
    assert_eq!(
        kind("c", &repeat(&["new", "Open", "done"], 7)),
        Kind::SingleSelect { options: ["new", "Open", "done"].map(str::to_owned).to_vec() }
    );
    assert_eq!(name("c", &repeat(&["new", "open", "done"], 6)), "text", "18 values");
    assert_eq!(name("c", &repeat(&["a", "b", "c", "d", "e", "f"], 4)), "text", "4 uses each");
    assert_eq!(name("c", &repeat(&["new", "New"], 20)), "text", "differ in case only");
    assert_eq!(name("c", &repeat(&["a", "0-0"], 20)), "text", "without a letter");
    assert_eq!(name("owner_id", &repeat(&["a", "b"], 20)), "text", "named like an id");
    let long = "x".repeat(61);
    assert_eq!(name("c", &vec![long.as_str(); 20]), "text", "61 characters");
    let many: Vec<String> = (0..21).map(|n| format!("v{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(name("c", &many.repeat(5)), "text", "21 options");
    assert_eq!(name("c", &many[..20].repeat(5)), "single_select", "20 options");
}

#[test]
fn columns_that_cannot_tell_follow_the_file() {
    let (source, inferred) = read("a;b;d;e\n1.234;1,5;03/04/2020;25/04/2020\n").unwrap();
    assert_eq!(kinds(&inferred), ["number", "number", "date", "date"]);
    assert_eq!(table(&source, &inferred), [["1234", "1.5", "2020-04-03", "2020-04-25"]]);
    let (_, alone) = read("a;d\n1.234;03/04/2020\n").unwrap();
    assert_eq!(kinds(&alone), ["text", "text"]);
}

#[test]
fn the_user_decides_what_the_file_leaves_open() {
    let options = InferOptions {
        date_order: Some(DateOrder::DayMonthYear),
        decimal_mark: Some(DecimalMark::Comma),
        null_words: NullWords::new(["NULL"]).unwrap(),
        ..InferOptions::default()
    };
    let source = Source::from_bytes("a;d\n1.234;03/04/2020\nNULL;NULL\n").unwrap();
    let inferred = infer(&source, &options, |_| ()).unwrap();
    assert_eq!(table(&source, &inferred), [["1234", "2020-04-03"], ["", ""]]);
}

#[test]
fn columns_are_described() {
    let (_, inferred) = read("Name,,name\nAnn,1,\nBö,2,x\nAnn,3,\n").unwrap();
    assert_eq!(names(&inferred), ["Name", "Column 2", "name 2"]);
    let name = &inferred.columns[0];
    assert_eq!((name.filled, name.empty, name.max_len, name.distinct), (3, 0, 3, Some(2)));
    assert_eq!(name.samples, ["Ann", "Bö"]);
    assert_eq!((inferred.columns[2].filled, inferred.columns[2].empty), (1, 2));
}

#[test]
fn a_small_sample_of_a_shop_has_the_right_types() {
    let text = "id,customer,ordered,shipped,freight,city,postal_code,discontinued\r\n\
                10248,VINET,1996-07-04,1996-07-16,32.38,Reims,51100,0\r\n\
                10249,TOMSP,1996-07-05,,11.61,\"Münster, Westf.\",05021,1\r\n";
    let (source, inferred) = read(text).unwrap();
    assert_eq!(kinds(&inferred), ["number", "text", "date", "date", "number", "text", "text", "switch"]);
    let second = ["10249", "TOMSP", "1996-07-05", "", "11.61", "Münster, Westf.", "05021", "true"];
    assert_eq!(table(&source, &inferred)[1], second);
}

#[test]
fn kinds_are_serialised_with_the_name_of_their_field_type() {
    for cells in [
        &["12"][..],
        &["12%"],
        &["$1"],
        &["1996-07-04"],
        &["1996-07-04 10:00"],
        &["true"],
        &["a@b.co"],
        &["x\ny"],
    ] {
        let kind = kind("c", cells);
        assert_eq!(serde_json::to_value(&kind).unwrap()["type"], kind.name());
    }
}

/// The reason for the type of a column of these cells.
fn reason(header: &str, cells: &[&str]) -> String {
    let table: Vec<Vec<String>> = cells.iter().map(|cell| vec![(*cell).to_owned(), "x".to_owned()]).collect();
    let text =
        String::from_utf8(write(&table, b',', csv::Terminator::CRLF)).unwrap().replacen("h0", header, 1);
    read(text).unwrap().1.columns.remove(0).reason.to_string()
}

#[test]
fn a_column_says_why_it_is_what_it_is() {
    assert_eq!(reason("c", &["1", "2"]), "all 2 cells fit");
    assert_eq!(reason("c", &["", " "]), "because all cells are empty");
    let odd = "because line 3 holds \"n/a\" (1 of 3 do not fit number)";
    assert_eq!(reason("c", &["1", "n/a", "2"]), odd);
    assert_eq!(reason("c", &["n/a", "1", "2"]), "because line 2 holds \"n/a\" (1 of 3 do not fit number)");
    assert_eq!(reason("c", &["€1", "?", "€2"]), "because line 3 holds \"?\" (1 of 3 do not fit currency)");
    let late = "because line 4 holds \"soon\" (1 of 3 do not fit datetime)";
    assert_eq!(reason("c", &["1996-07-04 10:00", "1996-07-04 11:00", "soon"]), late);
    assert_eq!(
        reason("c", &["a@b.co", "b@b.co", "-"]),
        "because line 4 holds \"-\" (1 of 3 do not fit email)"
    );
    assert_eq!(reason("zip", &["12345"]), "because its name says that its digits are codes");
    assert_eq!(reason("c", &["03/04/2020"]), "because the day or the month may be first in its dates");
    assert_eq!(reason("c", &["one", "two", "3"]), "all 3 cells fit");
}

#[test]
fn many_cells_that_do_not_fit_are_counted() {
    let cells: Vec<String> =
        (0..5_000).map(|n| if n % 3 == 0 { "x".to_owned() } else { n.to_string() }).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let expected = "because line 2 holds \"x\" (1,667 of 5,000 do not fit number)";
    assert_eq!(reason("c", &cells), expected);
}

#[test]
fn a_column_can_be_read_as_a_type_that_not_all_its_cells_fit() {
    let source = Source::from_bytes("n,d\n\"1,234.5\",2020-01-02 00:00\nx,soon\n2,2020-01-03\n").unwrap();
    let wished = vec!["n".to_owned(), "d".to_owned()];
    let options = InferOptions { wished, ..InferOptions::default() };
    let mut inferred = infer(&source, &options, |_| ()).unwrap();
    inferred.columns[0].read_as("number").unwrap();
    inferred.columns[1].read_as("date").unwrap();
    let all: Vec<_> = rows(&source, &inferred).unwrap().map(Result::unwrap).collect();
    assert_eq!(all[0].cells().next(), Some(Cell::Number("1234.5")));
    assert_eq!(all[1].cells().collect::<Vec<_>>(), [Cell::Odd("x"), Cell::Odd("soon")]);
    let days = all.iter().filter(|row| matches!(row.cells().nth(1), Some(Cell::Date(_)))).count();
    assert_eq!(days, 2);
    assert_eq!(inferred.columns[0].read_as("formula"), Err(Unreadable::NotFromText));
}
