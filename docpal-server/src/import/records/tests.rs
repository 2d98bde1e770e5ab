use std::io::Read;

use proptest::prelude::*;

use super::*;
use crate::import::Encoding;

/// Gives a few bytes at a time, as a slow file may.
struct Dribble<'a>(&'a [u8], usize);

impl Read for Dribble<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.1.min(self.0.len()).min(out.len());
        out[..size].copy_from_slice(&self.0[..size]);
        self.0 = &self.0[size..];
        Ok(size)
    }
}

const LIMITS: Limits = Limits { cell: 100, row: 1000, cells: 50 };

fn records(bytes: &[u8], step: usize) -> Records<'_> {
    Records::new(TextReader::new(Box::new(Dribble(bytes, step)), Encoding::UTF_8), b',', LIMITS)
}

/// The line, the cells and the codes of every record.
fn all(bytes: &[u8], step: usize) -> Vec<(u64, Vec<String>, Vec<&'static str>)> {
    let mut records = records(bytes, step);
    let mut all = Vec::new();
    while records.advance().unwrap() {
        let cells = records.text().map(|(text, cells)| {
            cells.iter().map(|cell| text.get(cell.start..cell.end).unwrap().to_owned()).collect()
        });
        let names = vec![String::new(); records.len()];
        let codes = records.check(&names).iter().map(|error| error.code).collect();
        all.push((records.line(), cells.unwrap_or_default(), codes));
    }
    all
}

fn lines(text: &str) -> Vec<u64> {
    all(text.as_bytes(), 1).into_iter().map(|(line, ..)| line).collect()
}

fn codes(bytes: &[u8]) -> Vec<&'static str> {
    all(bytes, 7).into_iter().flat_map(|(_, _, codes)| codes).collect()
}

#[test]
fn physical_lines_are_counted_for_every_line_end() {
    for end in ["\n", "\r\n", "\r"] {
        assert_eq!(lines(&["a", "b", "", "\"x", "y\"", "c"].join(end)), [1, 2, 4, 6], "{end:?}");
        assert_eq!(lines(&["", "", "a", "b", ""].join(end)), [3, 4], "{end:?}");
    }
}

#[test]
fn a_cell_knows_the_line_it_starts_on() {
    let mut records = records(b"\"a\nb\",c\n", 3);
    assert!(records.advance().unwrap());
    let (_, cells) = records.text().unwrap();
    assert_eq!(cells.iter().map(|cell| cell.line).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn quotes_are_strict_where_text_would_be_lost() {
    for good in
        ["\"a\"", "\"a\"\"b\"", "\"\"", "\"\"\"\"", "5\" pipe", " \"a\"", "\"a,b\nc\",d", "a,\"b\"\r\n"]
    {
        assert_eq!(codes(good.as_bytes()), [""; 0], "{good:?}");
    }
    for stray in ["\"a\"b", "\"5\" pipe\",x", "\"a\" ,b", "\"\"a\"", "\"a\"b\"\"", "x,\"a\"b\ny,z"] {
        assert_eq!(codes(stray.as_bytes()), ["stray_quote"], "{stray:?}");
    }
    for open in ["\"", "a,\"b\nc,d\n", "\"a\"\"", "\"\"\""] {
        assert_eq!(codes(open.as_bytes()), ["unterminated_quote"], "{open:?}");
    }
}

#[test]
fn long_cells_and_rows_are_seen_and_not_stored() {
    let exact = format!("{},b", "x".repeat(100));
    assert_eq!(codes(exact.as_bytes()), [""; 0]);
    let long = format!("{}é,b\nc,d", "x".repeat(100));
    assert_eq!(codes(long.as_bytes()), ["cell_too_long"]);
    let wide = vec!["x".repeat(90); 40].join(",");
    assert_eq!(codes(wide.as_bytes()), ["row_too_long"]);
    let huge = format!("\"{}\"\nc,d", "ü\n".repeat(100_000));
    for step in [7, 100_000] {
        let mut records = records(huge.as_bytes(), step);
        assert!(records.advance().unwrap());
        assert!(records.text.len() < 3 * BLOCK, "{}", records.text.len());
        assert!(records.advance().unwrap());
        assert_eq!((records.line(), records.len()), (100_002, 2));
    }
}

#[test]
fn cells_beyond_the_limit_are_counted_and_not_stored() {
    let commas = ",".repeat(5_000);
    let mut records = records(commas.as_bytes(), 64);
    assert!(records.advance().unwrap());
    assert_eq!((records.len(), records.cells.len()), (5_001, 50));
}

#[test]
fn nul_bytes_and_broken_text_are_named_by_cell() {
    let mut records = records(b"a,b\0,\xFF\n", 2);
    assert!(records.advance().unwrap());
    let names = ["x", "y", "z"].map(str::to_owned);
    let errors: Vec<String> = records.check(&names).iter().map(|error| error.to_string()).collect();
    assert!(
        errors[0].starts_with("line 1, column 2 (y): ") && errors[0].ends_with("[nul_byte]"),
        "{errors:?}"
    );
    assert!(
        errors[1].starts_with("line 1, column 3 (z): ") && errors[1].ends_with("[invalid_text]"),
        "{errors:?}"
    );
}

proptest! {
    /// The `csv` crate reads the same records out of any bytes, however they come in.
    #[test]
    fn records_are_those_of_the_csv_crate(text in "[ab\",\n\r \u{e9}]{0,60}", step in 1_usize..9) {
        let ours = all(text.as_bytes(), step);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let theirs: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        let unterminated = ours.iter().any(|(_, _, codes)| codes.contains(&"unterminated_quote"));
        if !unterminated {
            let cells: Vec<Vec<String>> = ours.into_iter().map(|(_, cells, _)| cells).collect();
            prop_assert_eq!(cells, theirs);
        }
    }
}
