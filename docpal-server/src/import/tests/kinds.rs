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
        null_words: vec!["NULL".to_owned()],
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
