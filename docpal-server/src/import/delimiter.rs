//! Which byte separates the cells.

use super::{
    encoding::{Encoding, TextReader},
    records::{Limits, Records},
};

/// The candidates, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many records are looked at.
const RECORDS: usize = 100;

/// The delimiter named by a first line `sep=;`.
pub(super) fn hint(sample: &[u8]) -> Option<u8> {
    match sample.strip_prefix(b"sep=")? {
        [byte] | [byte, b'\n' | b'\r', ..] if DELIMITERS.contains(byte) => Some(*byte),
        _ => None,
    }
}

/// The delimiter that splits the sample most evenly: that gives the header two or more cells and the largest
/// share of the other records as many; of two as good, the one that gives more cells. A comma when none does.
///
/// A last record that the sample cuts off does not count, unless it is `whole`.
pub(super) fn find(sample: &[u8], whole: bool) -> u8 {
    let mut best = (b',', 0.0, 1);
    for delimiter in DELIMITERS {
        let (even, cells) = split(sample, whole, delimiter);
        if cells > 1 && (even > best.1 || (even == best.1 && cells > best.2)) {
            best = (delimiter, even, cells);
        }
    }
    best.0
}

/// The share of records with as many cells as the header, and that number.
fn split(sample: &[u8], whole: bool, delimiter: u8) -> (f64, usize) {
    let reader = TextReader::new(Box::new(sample), Encoding::UTF_8);
    let mut records = Records::new(reader, delimiter, Limits::for_sample());
    let mut counts = Vec::new();
    while counts.len() < RECORDS && records.advance().unwrap_or(false) {
        counts.push(records.len());
    }
    if !whole && counts.len() < RECORDS && counts.len() > 1 {
        counts.pop();
    }
    let Some((header, rest)) = counts.split_first() else { return (0.0, 0) };
    let even = rest.iter().filter(|count| *count == header).count();
    let share = if rest.is_empty() { 1.0 } else { even as f64 / rest.len() as f64 };
    (share, *header)
}
