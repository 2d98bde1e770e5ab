//! `docpal-server import`: what it says of a file, and what it does about cells and lines that do not fit.

use std::io::Write as _;
use std::process::{Output, Stdio};

use super::program::Folder;

/// Twenty places, one of them without a latitude.
fn places() -> String {
    let lines: String = (0..19).map(|n| format!("p{n},{n}.5,\n")).collect();
    format!("place,latitude,note\n{lines}odd,n/a,x\n")
}

#[test]
fn one_odd_cell_is_named_and_a_forced_type_takes_the_others() {
    let folder = Folder::new();
    folder.file("places.csv", &places());
    let dry = folder.run(&["import", "places.csv", "--dry-run"]).ok();
    assert!(dry.contains("places: 20 rows; nothing is written"), "{dry}");
    assert!(dry.contains("because line 21 holds \"n/a\" (1 of 20 do not fit number)"), "{dry}");
    assert!(dry.contains("{place: \"p0\", latitude: \"0.5\"}"), "{dry}");
    let forced = ["import", "places.csv", "--type", "latitude=number"];
    let refused = folder.run(&forced).refused();
    let line = "line 21, column 2 (latitude): \"n/a\" does not fit number [invalid_value]";
    assert!(refused.contains(line) && refused.contains("--on-bad"), "{refused}");
    let kept = folder.run(&[&forced[..], &["--on-bad", "keep", "--table", "kept"]].concat()).ok();
    assert!(kept.contains("1 of 20 cells do not fit and stand in `latitude as text`"), "{kept}");
    assert!(kept.contains(line), "{kept}");
    let exported = folder.run(&["export", "kept"]).ok();
    assert!(exported.contains("place,latitude,latitude as text,note\r\n"), "{exported}");
    assert!(exported.contains("p18,18.5,,\r\n") && exported.contains("odd,,n/a,x\r\n"), "{exported}");
    let emptied = folder.run(&[&forced[..], &["--on-bad", "empty", "--table", "emptied"]].concat()).ok();
    assert!(emptied.contains("1 of 20 cells do not fit and are empty"), "{emptied}");
    assert!(folder.run(&["export", "emptied"]).ok().contains("odd,,x\r\n"));
    let null = folder.run(&["import", "places.csv", "--null", "N/A,n/a,-", "--dry-run"]).ok();
    assert!(null.contains("latitude                 number          all 19 cells fit"), "{null}");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_read() {
    let folder = Folder::new();
    folder.file("a.csv", "a,b\n1,2\n");
    let usage = |arguments: &[&str]| -> String {
        let output: Output = folder.program(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(usage(&["import", "a.csv", "--null", "N/A,"]).contains("an empty cell is empty anyway"));
    assert!(usage(&["import", "a.csv", "--on-bad", "drop"]).contains("expected refuse, empty or keep"));
    assert!(usage(&["import", "a.csv", "--append", "x", "--type", "a=text"]).contains("cannot be used with"));
    let said = folder.run(&["import", "a.csv", "--type", "c=number", "--dry-run"]).refused();
    assert!(said.contains("the file has no column `c`"), "{said}");
    let words = (0..101).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let said = folder.run(&["import", "a.csv", "--null", &words, "--dry-run"]).refused();
    assert!(said.contains("--null: at most 100 words"), "{said}");
    let said = folder.run(&["import", "-", "--dry-run"]).refused();
    assert!(said.contains("--table NAME"), "{said}");
    let said = folder.run(&["import", ".", "--dry-run"]).refused();
    assert!(said.contains("this is a folder"), "{said}");
}

#[test]
fn a_wrong_formula_is_named_and_underlined_before_anything_is_written() {
    let folder = Folder::new();
    folder.file("orders.csv", "price,quantity\n2.50,4\n");
    for (formula, place) in [
        ("total={price} *", "1 | {price} *\n  |          ^"),
        ("total={price} * {quantty}", "1 | {price} * {quantty}\n  |           ^^^^^^^^^"),
        ("total={price} * 'x'", "1 | {price} * 'x'\n  |           ^^^"),
    ] {
        // The dry run, too, which has no database to ask.
        for dry in [&[][..], &["--dry-run"]] {
            let said =
                folder.run(&[&["import", "orders.csv", "--formula", formula][..], dry].concat()).refused();
            assert!(said.starts_with("error: orders: nothing was imported\n--formula total:\n"), "{said}");
            assert!(said.contains(place) && !said.contains("fields["), "{said}");
        }
    }
    assert!(!folder.path("data").exists());
    // Formulas may use others, in any order.
    let both = ["--formula", "tax={total} * 0.2", "--formula", "total={price} * {quantity}"];
    folder.run(&[&["import", "orders.csv"][..], &both].concat()).ok();
    assert_eq!(folder.run(&["export", "orders"]).ok(), "price,quantity,tax,total\r\n2.5,4,2,10\r\n");
    let ring = ["import", "orders.csv", "--table", "ring", "--formula", "a={b}", "--formula", "b={a}"];
    assert!(folder.run(&ring).refused().contains("needs itself"));
}

#[test]
fn a_stream_is_imported_and_appended_to() {
    let folder = Folder::new();
    let piped = |arguments: &[&str], text: &str| -> Output {
        let mut command = folder.program(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // The program may refuse before it has read all.
        drop(child.stdin.take().unwrap().write_all(text.as_bytes()));
        child.wait_with_output().unwrap()
    };
    let made = piped(&["import", "-", "--table", "people"], "name,age,state\nAda,36,new\n");
    assert!(made.status.success(), "{made:?}");
    // Fields by their names, in any order.
    let more = piped(&["import", "-", "--append", "People"], "AGE,name\n28,Bob\n,Cy\n");
    assert!(more.status.success(), "{more:?}");
    assert!(String::from_utf8_lossy(&more.stdout).contains("people: 2 records more"), "{more:?}");
    let all = "name,age,state\nAda,36,new\nBob,28,\nCy,,\n";
    assert_eq!(folder.run(&["export", "people"]).ok().replace("\r\n", "\n"), all);
    // A part of a line, as a pipe leaves that ends early, and cells that do not fit: nothing is kept.
    for (text, words) in [
        ("name,age\nDan,4\nEve", "the file ends here"),
        ("name,age\nDan,four\n", "\"four\" does not fit number"),
        ("name,agee\nDan,4\n", "did you mean `age`?"),
    ] {
        let refused = piped(&["import", "-", "--append", "people"], text);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(1) && said.contains(words), "{said}");
        assert!(said.contains("nothing was imported"), "{said}");
    }
    let empty = piped(&["import", "-", "--append", "people", "--on-bad", "empty"], "name,age\nDan,four\n");
    assert!(empty.status.success(), "{empty:?}");
    assert!(folder.run(&["export", "people"]).ok().ends_with("Dan,,\r\n"));
}

#[test]
fn lines_with_too_few_or_too_many_cells_can_be_left_out() {
    let folder = Folder::new();
    folder.file("ragged.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n");
    assert!(folder.run(&["import", "ragged.csv"]).refused().contains("line 3, column 2 (b)"));
    let said = folder.run(&["import", "ragged.csv", "--ragged", "skip"]).ok();
    assert!(said.contains("ragged: 2 records") && said.contains("2 lines are left out:"), "{said}");
    assert!(said.contains("line 3, column 2 (b)") && said.contains("line 4, column 3"), "{said}");
    assert_eq!(folder.run(&["export", "ragged"]).ok(), "a,b\r\n1,2\r\n7,8\r\n");
}

#[test]
fn a_header_alone_is_a_table_of_texts_and_every_type_comes_of_text() {
    let folder = Folder::new();
    folder.file("header.csv", "name,price\n");
    let said = folder.run(&["import", "header.csv"]).ok();
    assert!(said.contains("header: 0 records") && said.contains("because all cells are empty"), "{said}");
    let long = "x".repeat(120);
    folder.file(
        "kinds.csv",
        &format!(
            "state,tags,done,day,sum,mail,{long}\nnew,a; b,yes,2026-01-31 00:00:00,1E-2,josé@example.org,1\n\
         old,b,N,2026-02-01T00:00:00Z,2.5,ada@example.org,2\n,a;c;a,0,,,,3\n"
        ),
    );
    let wishes =
        ["state=single_select", "tags=multiple_select", "done=switch", "day=date", "sum=currency:EUR"];
    let mut arguments = vec!["import", "kinds.csv"];
    arguments.extend(wishes.iter().flat_map(|wish| ["--type", *wish]));
    let said = folder.run(&arguments).ok();
    assert!(said.contains("the header was cut to 100 characters") && said.contains("email"), "{said}");
    let exported = folder.run(&["export", "kinds"]).ok();
    let lines: Vec<&str> = exported.lines().skip(1).collect();
    let expected = [
        "new,\"a, b\",true,2026-01-31,0.01,josé@example.org,1",
        "old,b,false,2026-02-01,2.5,ada@example.org,2",
        ",\"a, c\",false,,,,3",
    ];
    assert_eq!(lines, expected);
}

// Finding: what was guessed was never said, and a name was made up without a note.
#[test]
fn what_is_guessed_or_made_up_is_said_in_words_of_the_command_line() {
    let folder = Folder::new();
    std::fs::write(
        folder.path("a.csv"),
        b"created_at;price;price;day\n2026-01-31;1;2;03/04/2020\n\xe4;3;4;01/02/2020\n",
    )
    .unwrap();
    let dry = folder.run(&["import", "a.csv", "--dry-run"]).ok();
    for said in [
        "read as windows-1252 (guessed), separated by \";\"; --encoding, --delimiter if that is wrong",
        "created_at 2 ",
        "because every record has `created_at` of its own",
        "because the header has `price` twice",
        "; --dates day-first or --dates month-first says which",
    ] {
        assert!(dry.contains(said), "{said} in {dry}");
    }
    let open = folder.run(&["import", "a.csv", "--type", "day=date", "--dry-run"]).refused();
    assert!(open.contains("--dates day-first or --dates month-first says which"), "{open}");
    let own =
        ["import", "a.csv", "--type", "created_at=date", "--on-bad", "empty", "--skip", "day", "--dry-run"];
    let dry = folder.run(&own).ok();
    assert!(
        dry.contains("as asked for; so called because") && dry.contains("left out, as asked for"),
        "{dry}"
    );
    let said = folder.run(&["import", "a.csv", "--skip", "dya", "--dry-run"]).refused();
    assert!(said.contains("the file has no column `dya`"), "{said}");
    folder.file("ragged.csv", "a,b\n1,2\n3\n");
    let refused = folder.run(&["import", "ragged.csv", "--dry-run"]).refused();
    assert!(
        refused.contains("--ragged skip leaves such lines out, --ragged pad fills short ones up"),
        "{refused}"
    );
    let padded = folder.run(&["import", "ragged.csv", "--ragged", "pad", "--no-header", "--dry-run"]).ok();
    assert!(padded.contains("ragged: 3 rows") && padded.contains("Column 2"), "{padded}");
    assert!(padded.contains("1 short line is filled up"), "{padded}");
    folder.run(&["import", "ragged.csv", "--ragged", "skip"]).ok();
    let taken = folder.run(&["import", "ragged.csv", "--ragged", "skip"]).refused();
    assert!(taken.contains("--append") && taken.contains("--table NAME"), "{taken}");
}
