//! What is known of a column while its cells go by.

mod decide;
mod hints;

use super::{
    date::DateEvidence,
    infer::{InferOptions, own},
    misfits::Misfits,
    names::shorten,
    number::NumberEvidence,
    words,
};
use crate::apostrophe;

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

/// The types that a column may have by the form of its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guess {
    Switch,
    Number,
    Date,
    Email,
    Url,
}

impl Guess {
    const ALL: [Guess; 5] = [Guess::Switch, Guess::Number, Guess::Date, Guess::Email, Guess::Url];
}

/// The state of one column: bounded, whatever the file's length.
#[derive(Clone, Debug)]
pub(super) struct Column {
    filled: u64,
    empty: u64,
    max_len: u64,
    line_break: bool,
    /// The distinct values, until there are more than the limit.
    distinct: Option<Vec<Box<str>>>,
    samples: Vec<String>,
    apostrophes: Apostrophes,
    number: NumberEvidence,
    date: DateEvidence,
    /// The pair of switch words that the first one was from, and which of the two have been seen.
    switch: Option<(usize, bool, bool)>,
    maybe_select: bool,
    /// The cells that do not fit each guess.
    misfits: [Misfits; Guess::ALL.len()],
    /// The type is chosen by somebody, so that all evidence for it is wanted.
    patient: bool,
    /// How many cells have each of the separators; of a patient column.
    separated: [u64; SEPARATORS.len()],
}

impl Column {
    pub(super) fn new(patient: bool) -> Column {
        Column {
            filled: 0,
            empty: 0,
            max_len: 0,
            line_break: false,
            distinct: Some(Vec::new()),
            samples: Vec::new(),
            apostrophes: Apostrophes::default(),
            number: NumberEvidence::new(),
            date: DateEvidence::new(),
            switch: None,
            maybe_select: true,
            misfits: Default::default(),
            patient,
            separated: [0; SEPARATORS.len()],
        }
    }

    /// Takes in a cell.
    pub(super) fn observe(&mut self, cell: &str, line: u64, options: &InferOptions) {
        let cell = if options.raw { cell } else { self.own(cell) };
        let value = cell.trim();
        if options.is_empty_cell(value) {
            self.empty += 1;
            return;
        }
        self.filled += 1;
        let length = if cell.len() as u64 <= self.max_len { 0 } else { cell.chars().count() as u64 };
        self.max_len = self.max_len.max(length);
        self.line_break = self.line_break || value.contains(['\n', '\r']);
        for guess in Guess::ALL {
            if self.misfits(guess).look() && !self.fits(guess, value) {
                let (filled, patient) = (self.filled, self.patient);
                if let Some(misfits) = self.misfits.get_mut(guess as usize) {
                    misfits.add(value, line, filled, patient);
                }
            }
        }
        if self.patient {
            for (count, separator) in self.separated.iter_mut().zip(SEPARATORS) {
                *count += u64::from(value.contains(separator));
            }
        }
        self.maybe_select = self.maybe_select && value.contains(char::is_alphabetic);
        self.observe_distinct(value, options.select_options);
    }

    fn misfits(&self, guess: Guess) -> &Misfits {
        const NONE: &Misfits = &Misfits::NONE;
        self.misfits.get(guess as usize).unwrap_or(NONE)
    }

    /// Does the value fit the guess, as those before it did?
    fn fits(&mut self, guess: Guess, value: &str) -> bool {
        match guess {
            Guess::Switch => self.observe_switch(value),
            Guess::Number => self.number.observe(value),
            Guess::Date => self.date.observe(value),
            Guess::Email => words::is_email(value),
            Guess::Url => words::is_url(value),
        }
    }

    /// The cell as it is if the file's apostrophes are those of an export.
    fn own<'c>(&mut self, cell: &'c str) -> &'c str {
        self.apostrophes.look(cell);
        own(cell)
    }

    fn observe_switch(&mut self, value: &str) -> bool {
        let Some((pair, on)) = words::switch(value) else { return false };
        let (first, seen_on, seen_off) = self.switch.unwrap_or((pair, false, false));
        if first == pair {
            self.switch = Some((first, seen_on || on, seen_off || !on));
        }
        first == pair
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
