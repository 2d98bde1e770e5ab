//! The type that a column comes to, and why.

use std::collections::HashSet;

use super::{Column, FileHints, SEPARATORS};
use crate::import::{
    infer::InferredColumn,
    kind::Kind,
    names,
    number::{NumberFormat, Unit},
    readings::Readings,
    reason::Reason,
};

/// The longest short text.
const SHORT_TEXT: u64 = 255;

/// Does a text belong into a long text field?
pub(crate) fn is_long(text: &str) -> bool {
    text.contains(['\n', '\r']) || text.chars().count() as u64 > SHORT_TEXT
}

/// The fewest values of a single select, how often each is used on average, and the longest option.
const SELECT_VALUES: u64 = 20;
const SELECT_REPEAT: u64 = 5;
const SELECT_LENGTH: u64 = 60;

impl Column {
    /// The column with the first type that fits.
    pub(in crate::import) fn decide(
        self,
        header: String,
        field_name: String,
        hints: &FileHints,
    ) -> InferredColumn {
        let (kind, reason) = match (self.filled, self.apostrophes.put && !hints.guarded()) {
            (0, _) => (Kind::Text, Reason::Empty),
            (_, true) => (self.text(), Reason::Apostrophes),
            (_, false) => self.found(&header, hints),
        };
        let readings = self.readings(hints);
        InferredColumn {
            header,
            field_name,
            kind,
            reason,
            filled: self.filled,
            empty: self.empty,
            blank: self.blank,
            made: None,
            max_len: self.max_len,
            distinct: self.distinct.map(|distinct| distinct.len()),
            samples: self.samples,
            lenient: false,
            readings,
        }
    }

    fn text(&self) -> Kind {
        if self.line_break || self.max_len > SHORT_TEXT { Kind::LongText } else { Kind::Text }
    }

    /// The first type that every cell fits, and why it is that one.
    fn found(&self, header: &str, hints: &FileHints) -> (Kind, Reason) {
        let cells = self.filled;
        let guesses = self.guesses(header, hints);
        let all = || guesses.iter().filter(|guess| guess.alike == cells);
        if let Some((guess, Ok(kind))) =
            all().map(|guess| (guess, &guess.kind)).find(|(_, kind)| kind.is_ok())
        {
            let comma = guess.comma.map(|first| Reason::Comma { first: first.clone(), cells });
            return (kind.clone(), comma.unwrap_or(Reason::Fits { cells }));
        }
        if let Some(options) = self.select(header) {
            let values = options.len() as u64;
            return (Kind::SingleSelect { options }, Reason::FewValues { values, cells });
        }
        let open = all().find_map(|guess| guess.kind.as_ref().err());
        let nearest = || guesses.iter().filter_map(|guess| guess.nearly(cells)).min_by_key(|(odd, _)| *odd);
        let reason = open.map(|doubt| doubt.reason()).or_else(|| nearest().map(|(_, reason)| reason));
        (self.text(), reason.unwrap_or(self.plain(cells)))
    }

    /// Why it is a text that is like nothing else.
    fn plain(&self, cells: u64) -> Reason {
        match (self.text(), self.line_break) {
            (Kind::LongText, true) => Reason::LineBreaks,
            (Kind::LongText, false) => Reason::Long { characters: self.max_len },
            _ => Reason::Fits { cells },
        }
    }

    /// How the column is read when it must be of a type.
    fn readings(&self, hints: &FileHints) -> Readings {
        let dates = self.dates(hints);
        let most = self.separated.iter().copied().max().unwrap_or(0);
        let separator = self.separated.iter().position(|count| *count == most && most > 0);
        let number = match self.number.most(hints.number) {
            Some(numbers) => numbers.format(hints.number),
            None => Some((Unit::None, 0, NumberFormat::without_numbers(hints.number))),
        };
        Readings {
            number: number.map(|(unit, scale, format)| Kind::of_number(unit, scale, format)),
            date: dates.and_then(|dates| dates.format()),
            no_dates: dates.is_none(),
            separator: separator.and_then(|at| SEPARATORS.get(at)).copied(),
        }
    }

    fn select(&self, header: &str) -> Option<Vec<String>> {
        let distinct = self.distinct.as_ref().filter(|_| self.maybe_select)?;
        if distinct.iter().any(|value| value.contains(char::is_control)) {
            return None;
        }
        let often = self.filled >= SELECT_VALUES && self.filled >= SELECT_REPEAT * distinct.len() as u64;
        if !often || self.max_len > SELECT_LENGTH || names::names_an_id(header) || names::names_a_code(header)
        {
            return None;
        }
        let folded: HashSet<String> = distinct.iter().map(|value| docpal_core::names::fold(value)).collect();
        (folded.len() == distinct.len()).then(|| distinct.iter().map(|value| value.to_string()).collect())
    }
}
