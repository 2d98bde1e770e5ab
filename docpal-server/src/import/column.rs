//! What is known of a column while its cells go by, and the type it comes to.

use std::collections::HashSet;

use super::{
    date::{DateEvidence, DateOrder},
    infer::{InferOptions, InferredColumn, own},
    kind::Kind,
    names,
    number::{NumberEvidence, NumberHint},
    words,
};
use crate::apostrophe;

/// The most samples kept of a column, and the characters of each.
const SAMPLES: usize = 5;
const SAMPLE_LENGTH: usize = 100;
/// The longest short text.
const SHORT_TEXT: u64 = 255;
/// The fewest values of a single select, how often each is used on average, and the longest option.
const SELECT_VALUES: u64 = 20;
const SELECT_REPEAT: u64 = 5;
const SELECT_LENGTH: u64 = 60;

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
    max_len: u64,
    line_break: bool,
    /// The distinct values, until there are more than the limit.
    distinct: Option<Vec<Box<str>>>,
    samples: Vec<String>,
    apostrophes: Apostrophes,
    number: NumberEvidence,
    date: DateEvidence,
    /// The pair of switch words all values are from, and which of the two have been seen.
    switch: Option<(usize, bool, bool)>,
    maybe_switch: bool,
    maybe_email: bool,
    maybe_url: bool,
    maybe_select: bool,
}

/// What the whole file says, for columns that cannot tell alone.
#[derive(Debug)]
pub(super) struct FileHints {
    guarded: bool,
    number: NumberHint,
    date_order: Option<DateOrder>,
    dates: Vec<(char, DateOrder)>,
}

impl FileHints {
    pub(super) fn gather(
        columns: &[Column],
        headers: &[String],
        options: &InferOptions,
        delimiter: u8,
    ) -> FileHints {
        let mut seen = Apostrophes::default();
        headers.iter().for_each(|header| seen.look(header));
        let all = columns.iter().map(|column| column.apostrophes).chain([seen]);
        let (put, missing) = all.fold((false, false), |all, one| (all.0 | one.put, all.1 | one.missing));
        let mut marks = columns.iter().filter_map(|column| column.number.proof());
        let proven = marks.next().filter(|first| marks.all(|mark| mark == *first));
        FileHints {
            guarded: !options.raw && put && !missing,
            number: NumberHint { chosen: options.decimal_mark, proven, delimiter },
            date_order: options.date_order,
            dates: columns.iter().filter_map(|column| column.date.proof()).collect(),
        }
    }

    /// Are apostrophes before formulas those of an export?
    pub(super) fn guarded(&self) -> bool {
        self.guarded
    }
}

impl Column {
    pub(super) fn new() -> Column {
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
            maybe_switch: true,
            maybe_email: true,
            maybe_url: true,
            maybe_select: true,
        }
    }

    /// Takes in a cell.
    pub(super) fn observe(&mut self, cell: &str, options: &InferOptions) {
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
        if self.number.alive() {
            self.number.observe(value);
        }
        if self.date.alive() {
            self.date.observe(value);
        }
        if self.maybe_switch {
            self.observe_switch(value);
        }
        self.maybe_email = self.maybe_email && words::is_email(value);
        self.maybe_url = self.maybe_url && words::is_url(value);
        self.maybe_select = self.maybe_select && value.contains(char::is_alphabetic);
        self.observe_distinct(value, options.select_options);
    }

    /// The cell as it is if the file's apostrophes are those of an export.
    fn own<'c>(&mut self, cell: &'c str) -> &'c str {
        self.apostrophes.look(cell);
        own(cell)
    }

    fn observe_switch(&mut self, value: &str) {
        let Some((pair, on)) = words::switch(value) else {
            self.maybe_switch = false;
            return;
        };
        let (first, seen_on, seen_off) = self.switch.unwrap_or((pair, false, false));
        self.maybe_switch = first == pair;
        self.switch = Some((first, seen_on || on, seen_off || !on));
    }

    fn observe_distinct(&mut self, value: &str, limit: usize) {
        let Some(distinct) = &mut self.distinct else { return };
        if distinct.iter().any(|other| **other == *value) {
            return;
        }
        if self.samples.len() < SAMPLES {
            self.samples.push(names::shorten(value, SAMPLE_LENGTH).to_owned());
        }
        // One long value would be kept whole; no option is that long.
        if distinct.len() >= limit.max(SAMPLES) || value.len() > 4 * SAMPLE_LENGTH {
            self.distinct = None;
        } else {
            distinct.push(value.into());
        }
    }

    /// The column with the first type that fits.
    pub(super) fn decide(self, header: String, field_name: String, hints: &FileHints) -> InferredColumn {
        let kind = if self.filled == 0 { Kind::Text } else { self.kind(&header, hints) };
        InferredColumn {
            header,
            field_name,
            kind,
            filled: self.filled,
            empty: self.empty,
            max_len: self.max_len,
            distinct: self.distinct.map(|distinct| distinct.len()),
            samples: self.samples,
        }
    }

    fn kind(&self, header: &str, hints: &FileHints) -> Kind {
        if self.apostrophes.put && !hints.guarded {
            return self.text();
        }
        let found = self.switch(header).or_else(|| {
            let code = names::names_a_code(header);
            let number = self.number.decide(hints.number).filter(|_| self.number.alive() && !code);
            number.map(|(unit, scale, format)| Kind::of_number(unit, scale, format))
        });
        if let Some(kind) = found {
            return kind;
        }
        match self.date.decide(hints.date_order, &hints.dates) {
            Some((format, true)) => return Kind::DateTime { format },
            Some((format, false)) => return Kind::Date { format },
            None => {}
        }
        if self.maybe_email {
            return Kind::Email;
        }
        if self.maybe_url {
            return Kind::Url;
        }
        if let Some(options) = self.select(header) {
            return Kind::SingleSelect { options };
        }
        self.text()
    }

    fn text(&self) -> Kind {
        if self.line_break || self.max_len > SHORT_TEXT { Kind::LongText } else { Kind::Text }
    }

    fn switch(&self, header: &str) -> Option<Kind> {
        let (pair, on, off) = self.switch.filter(|_| self.maybe_switch)?;
        let (words, one_is_enough) = words::SWITCHES.get(pair)?;
        let named =
            if pair == words::DIGITS { names::names_a_switch(header) } else { *one_is_enough || (on && off) };
        named.then_some(Kind::Switch { words: *words })
    }

    fn select(&self, header: &str) -> Option<Vec<String>> {
        let distinct = self.distinct.as_ref().filter(|_| self.maybe_select && !self.line_break)?;
        let often = self.filled >= SELECT_VALUES && self.filled >= SELECT_REPEAT * distinct.len() as u64;
        if !often || self.max_len > SELECT_LENGTH || names::names_an_id(header) || names::names_a_code(header)
        {
            return None;
        }
        let folded: HashSet<String> = distinct.iter().map(|value| docpal_core::names::fold(value)).collect();
        (folded.len() == distinct.len()).then(|| distinct.iter().map(|value| value.to_string()).collect())
    }
}
