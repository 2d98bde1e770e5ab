//! Columns of which all cells but a few are of a type: what is said of them, and what they are read as, wherever the few
//! stand.

use super::*;

/// A file with the column `name` of these cells.
fn file(name: &str, cells: &[String]) -> Source {
    let table: Vec<Vec<String>> = cells.iter().map(|cell| vec![cell.clone(), "x".to_owned()]).collect();
    let text = String::from_utf8(write(&table, b',', csv::Terminator::CRLF)).unwrap();
    Source::from_bytes(text.replacen("h0", name, 1)).unwrap().with_delimiter(b',').unwrap()
}

fn column(name: &str, cells: &[String]) -> InferredColumn {
    infer(&file(name, cells), &InferOptions::default(), |_| ()).unwrap().columns.remove(0)
}

/// What the cells are as `wished`; nothing for those that do not fit.
fn forced(name: &str, cells: &[String], wished: &str) -> Result<Vec<Option<String>>, Unreadable> {
    let source = file(name, cells);
    let options = InferOptions { wished: vec![name.to_owned()], ..InferOptions::default() };
    let mut inferred = infer(&source, &options, |_| ()).unwrap();
    inferred.columns[0].read_as(wished)?;
    let of = |row: Row| match row.cells().next() {
        Some(Cell::Odd(_)) | None => None,
        Some(cell) => Some(format!("{cell:?}")),
    };
    Ok(rows(&source, &inferred).unwrap().map(|row| of(row.unwrap())).collect())
}

fn cells(odd: &str, count: usize, cell: &str) -> Vec<String> {
    std::iter::once(odd.to_owned()).chain(std::iter::repeat_n(cell.to_owned(), count)).collect()
}

/// What is said of a column, and how many of its cells do not fit what they must be.
fn said(name: &str, cells: &[String], wished: &str) -> (String, usize) {
    let lost = forced(name, cells, wished).unwrap().into_iter().filter(Option::is_none).count();
    (column(name, cells).reason.to_string(), lost)
}

// Finding D4: all evidence followed the first cell.
#[test]
fn the_first_cell_does_not_decide_for_the_others() {
    for (odd, cell, wished, nearest) in [
        ("$5", "17", "number", "number"),
        ("5%", "17", "number", "number"),
        ("1,5", "1.25", "number", "number"),
        ("1,234", "1234.5", "number", "number"),
        ("€5", "$17", "currency", "currency"),
        ("01/02/2020", "2020-03-04", "date", "date"),
        ("2020-03-04 10:00", "2020-03-04", "date", "date"),
        ("01/02/2020", "2020-03-04 10:00", "datetime", "datetime"),
        ("1", "yes\u{0}no", "switch", "switch"),
    ] {
        let mut all = cells(odd, 198, cell);
        if let Some((on, off)) = cell.split_once('\u{0}') {
            // Not so many that they are options.
            all = cells("maybe", 9, on);
            all.extend(std::iter::repeat_n(off.to_owned(), 9));
        }
        let (shown, count) = (&all[0], all.len());
        let expected = format!("because line 2 holds {shown:?} (1 of {count} do not fit {nearest})");
        assert_eq!(said("c", &all, wished), (expected, 1), "{odd} {cell}");
    }
}

// Finding D4: given up after a thousand, never taken back.
#[test]
fn a_type_that_fits_most_cells_is_seen_however_late_they_come() {
    let mut all = vec!["n/a".to_owned(); 1_000];
    all.extend((0..20_000).map(|n| n.to_string()));
    let expected = "because line 2 holds \"n/a\" (1,000 of 21,000 do not fit number)".to_owned();
    assert_eq!(said("c", &all, "number"), (expected, 1_000));
}

// Finding D4: a switch won each tie, whatever the name.
#[test]
fn only_a_type_that_the_column_could_have_is_the_nearest() {
    let counts: Vec<String> = (0..80).map(|n| (n % 2).to_string()).chain(["n/a".to_owned()]).collect();
    let expected = |nearest| format!("because line 82 holds \"n/a\" (1 of 81 do not fit {nearest})");
    assert_eq!(column("quantity", &counts).reason.to_string(), expected("number"));
    assert_eq!(column("is_new", &counts).reason.to_string(), expected("switch"));
    let ones = cells("n/a", 50, "1");
    let expected = "because line 2 holds \"n/a\" (1 of 51 do not fit number)";
    assert_eq!(column("c", &ones).reason.to_string(), expected);
    let (_, json) = read("[{\"a\": 1}, {\"a\": \"x\"}]").unwrap();
    assert!(json.columns[0].reason.to_string().ends_with("(1 of 2 do not fit number)"));
    // Codes with an odd one are texts as without it, and so is a column of one word.
    assert_eq!(column("zip", &cells("x", 50, "12345")).reason.to_string(), "all 51 cells fit");
    assert_eq!(column("c", &cells("x", 50, "yes")).reason.to_string(), "2 different values in 51 cells");
}

// Finding D4: two lists of words, one for what is said and one for what is read.
#[test]
fn what_is_said_to_fit_is_what_is_read() {
    let words: Vec<String> = ["yes", "no", "true", "maybe"].map(str::to_owned).to_vec();
    let expected = "because line 5 holds \"maybe\" (1 of 4 do not fit switch)".to_owned();
    assert_eq!(said("c", &words, "switch"), (expected, 1));
    let mixed = "because its cells are written in different ways; asked for as";
    let words: Vec<String> = ["yes", "no", "true", "no"].map(str::to_owned).to_vec();
    assert_eq!(said("c", &words, "switch"), (format!("{mixed} switch, all of them are read"), 0));
    let zoned = cells("2020-03-04T10:00Z", 15, "2020-03-04T10:00");
    assert_eq!(said("c", &zoned, "datetime"), (format!("{mixed} datetime, all of them are read"), 0));
}

#[test]
fn what_somebody_has_to_say_first_is_asked_first() {
    let dates = cells("soon", 50, "03/04/2020");
    let asked = "because the day or the month may be first in its dates";
    assert_eq!(column("c", &dates).reason.to_string(), asked);
    assert_eq!(forced("c", &dates, "date"), Err(Unreadable::DayOrMonth));
    // As many are of either order.
    let mut both = cells("31/01/2020", 50, "03/04/2020");
    both.push("01/31/2020".to_owned());
    assert_eq!(column("c", &both).reason.to_string(), asked);
}

/// Cells of one type, and some that are of no type or of another.
fn columns() -> impl Strategy<Value = (&'static str, Vec<String>, Vec<String>)> {
    let kind = prop_oneof![
        Just(("number", "-?[1-9][0-9]{0,2}(\\.[0-9]{1,2})?")),
        Just(("number", "[1-9][0-9]{0,2},[0-9]{3}\\.[0-9]{2}")),
        Just(("number", "[1-9][0-9]{0,2}\\.[0-9]{3},[0-9]{2}")),
        Just(("percent", "[0-9]{1,2}\\.[0-9]{1,2}%")),
        Just(("currency", "€[1-9][0-9]{0,2}(\\.[0-9]{2})?")),
        Just(("date", "20[0-9]{2}-0[1-9]-[0-2][1-9]")),
        Just(("date", "[12][0-9]/1[0-2]/20[0-9]{2}")),
        Just(("datetime", "20[0-9]{2}-0[1-9]-1[0-9]T1[0-9]:[0-5][0-9]Z")),
        Just(("switch", "true|false")),
        Just(("email", "[a-z]{1,5}@[a-z]{1,5}\\.org")),
        Just(("url", "https://[a-z]{1,5}\\.org/[a-z]{0,3}")),
    ];
    let odd = "[a-z]{3} [a-z]{3}|\\$[0-9]{1,3}|[0-9]{1,2}%|[0-9],[0-9]|0[1-9]/0[1-9]/2020|20[0-9]{2}-01-0[1-9] 10:00|7,5|no|ä@b\\.de";
    kind.prop_flat_map(move |(name, cell)| {
        let odd = proptest::collection::vec(odd, 0..4);
        (Just(name), proptest::collection::vec(cell, 9..30), odd)
    })
}

/// The type, whatever comes first of its options.
fn sorted(kind: &Kind) -> Kind {
    let mut kind = kind.clone();
    if let Kind::SingleSelect { options } = &mut kind {
        options.sort();
    }
    kind
}

/// The report without the line.
fn without_line(reason: &Reason) -> Reason {
    let first = OddCell { line: 0, text: String::new() };
    match reason.clone() {
        Reason::Odd { nearest, odd, cells, .. } => Reason::Odd { nearest, first, odd, cells },
        Reason::LeadingZeros { odd, cells, .. } => Reason::LeadingZeros { first, odd, cells },
        Reason::Comma { cells, .. } => Reason::Comma { first, cells },
        Reason::DecimalOrList { .. } => Reason::DecimalOrList { first },
        other => other,
    }
}

proptest! {
    /// Wherever the odd cells stand, the same is said of the column, and the same values come of it.
    #[test]
    fn the_place_of_the_odd_cells_changes_nothing((wished, fitting, odd) in columns(), at in proptest::collection::vec(0_usize..30, 4)) {
        let last: Vec<String> = fitting.iter().chain(&odd).cloned().collect();
        let first: Vec<String> = odd.iter().chain(&fitting).cloned().collect();
        let mut between = fitting.clone();
        for (cell, at) in odd.iter().zip(at) {
            between.insert(at.min(between.len()), cell.clone());
        }
        let expected = column("c", &last);
        let mut values = forced("c", &last, wished);
        values.iter_mut().for_each(|values| values.sort());
        for cells in [first, between] {
            let found = column("c", &cells);
            prop_assert_eq!(sorted(&found.kind), sorted(&expected.kind), "{:?}", cells);
            prop_assert_eq!(without_line(&found.reason), without_line(&expected.reason), "{:?}", cells);
            let mut moved = forced("c", &cells, wished);
            moved.iter_mut().for_each(|values| values.sort());
            prop_assert_eq!(&moved, &values, "{:?}", cells);
        }
        // What is said not to fit is what is left out.
        if let (Reason::Odd { nearest, odd, .. }, Ok(values)) = (&expected.reason, &values) && *nearest == wished && !["email", "url"].contains(nearest) {
            prop_assert_eq!(values.iter().filter(|value| value.is_none()).count() as u64, *odd);
        }
    }
}
