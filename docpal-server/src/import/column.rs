//! What is known of a column while its cells go by.

mod decide;
mod guess;
mod hints;

use super::{
    date::DateEvidence,
    infer::{InferOptions, own},
    names::shorten,
    number::NumberEvidence,
    tally::{Fits, Tally},
    words::{self, SwitchWord},
};
use crate::apostrophe;

pub(crate) use self::decide::is_long;
pub(super) use self::hints::FileHints;

/// The most samples kept of a column, and the characters of each.
const SAMPLES: usize = 5;
const SAMPLE_LENGTH: usize = 100;
/// The marks that may separate several options in a cell, the likeliest first.
pub(super) const SEPARATORS: [char; 4] = [';', '|', ',', '\n'];

/// Which texts that an export gives an apostrophe have been seen: with it, without it.
#[derive(Clone, Copy, Debug, Default)]
struct Apostrophes {
    put: bool,
    missing: bool,
}

impl Apostrophes {
    fn look(&mut self, cell: &str) {
        if apostrophe::removed(cell).is_some() {
            self.put = true;
        } else if !self.missing {
            self.missing = apostrophe::is_needed(cell);
        }
    }
}

/// The state of one column: bounded, whatever the file's length.
#[derive(Clone, Debug)]
pub(super) struct Column {
    filled: u64,
    empty: u64,
    /// Of the empty ones, those of white space.
    blank: u64,
    /// Cells of digits behind a zero.
    zeros: u64,
    max_len: u64,
    line_break: bool,
    /// The distinct values, until there are more than the limit.
    distinct: Option<Vec<Box<str>>>,
    samples: Vec<String>,
    apostrophes: Apostrophes,
    number: NumberEvidence,
    date: DateEvidence,
    switch: Tally<SwitchWord>,
    email: Tally<Fits>,
    url: Tally<Fits>,
    maybe_select: bool,
    /// The type is chosen by somebody.
    wished: bool,
    /// How many cells have each of the separators; of a column that is wished for.
    separated: [u64; SEPARATORS.len()],
}

impl Column {
    pub(super) fn new(wished: bool) -> Column {
        Column {
            filled: 0,
            empty: 0,
            blank: 0,
            zeros: 0,
            max_len: 0,
            line_break: false,
            distinct: Some(Vec::new()),
            samples: Vec::new(),
            apostrophes: Apostrophes::default(),
            number: NumberEvidence::new(),
            date: DateEvidence::new(),
            switch: Tally::new(),
            email: Tally::new(),
            url: Tally::new(),
            maybe_select: true,
            wished,
            separated: [0; SEPARATORS.len()],
        }
    }

    /// Takes in a cell.
    pub(super) fn observe(&mut self, cell: &str, line: u64, is_number: bool, options: &InferOptions) {
        let cell = if options.raw { cell } else { self.own(cell) };
        let value = cell.trim();
        if options.is_empty_cell(value) {
            self.empty += 1;
            self.blank += u64::from(value.is_empty() && !cell.is_empty());
            return;
        }
        self.filled += 1;
        let length = if cell.len() as u64 <= self.max_len { 0 } else { cell.chars().count() as u64 };
        self.max_len = self.max_len.max(length);
        // A text is kept with what stands around it.
        self.line_break = self.line_break || cell.contains(['\n', '\r']);
        let digits = value.len() > 1 && value.bytes().all(|byte| byte.is_ascii_digit());
        self.zeros += u64::from(digits && value.starts_with('0'));
        self.number.observe(value, line, is_number);
        self.date.observe(value, line);
        self.switch.add(words::switch(value), value, line);
        self.email.add(words::is_email(value).then_some(Fits), value, line);
        self.url.add(words::is_url(value).then_some(Fits), value, line);
        if self.wished {
            for (count, separator) in self.separated.iter_mut().zip(SEPARATORS) {
                *count += u64::from(value.contains(separator));
            }
        }
        self.maybe_select = self.maybe_select && value.contains(char::is_alphabetic);
        self.observe_distinct(value, options.select_options);
    }

    /// The cell as it is if the file's apostrophes are those of an export.
    fn own<'c>(&mut self, cell: &'c str) -> &'c str {
        self.apostrophes.look(cell);
        own(cell)
    }

    fn observe_distinct(&mut self, value: &str, limit: usize) {
        let Some(distinct) = &mut self.distinct else { return };
        if distinct.iter().any(|other| **other == *value) {
            return;
        }
        if self.samples.len() < SAMPLES {
            self.samples.push(shorten(value, SAMPLE_LENGTH).to_owned());
        }
        // One long value would be kept whole; no option is that long.
        if distinct.len() >= limit.max(SAMPLES) || value.len() > 4 * SAMPLE_LENGTH {
            self.distinct = None;
        } else {
            distinct.push(value.into());
        }
    }
}
