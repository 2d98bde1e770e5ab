//! The type that a column comes to, and why.

use std::collections::HashSet;

use super::{Column, FileHints, Guess, SEPARATORS};
use crate::import::{
    infer::InferredColumn,
    kind::{Kind, SwitchWords},
    names,
    number::Unit,
    readings::Readings,
    reason::Reason,
    words,
};

/// The longest short text.
const SHORT_TEXT: u64 = 255;
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
            (cells, false) => match self.kind(&header, hints) {
                Some(kind) => (kind, Reason::Fits { cells }),
                None => (self.text(), self.why_text(&header, hints)),
            },
        };
        let readings = self.readings(hints);
        InferredColumn {
            header,
            field_name,
            kind,
            reason,
            filled: self.filled,
            empty: self.empty,
            max_len: self.max_len,
            distinct: self.distinct.map(|distinct| distinct.len()),
            samples: self.samples,
            lenient: false,
            readings,
        }
    }

    /// The type other than a text that every cell fits.
    fn kind(&self, header: &str, hints: &FileHints) -> Option<Kind> {
        let all = |guess| self.misfits(guess).none();
        if let Some(words) = self.switch(header).filter(|_| all(Guess::Switch)) {
            return Some(Kind::Switch { words });
        }
        let is_number = all(Guess::Number) && !names::names_a_code(header);
        if let Some((unit, scale, format)) = self.number.decide(hints.number).filter(|_| is_number) {
            return Some(Kind::of_number(unit, scale, format));
        }
        match self.date.decide(hints.date_order, &hints.dates).filter(|_| all(Guess::Date)) {
            Some((format, true)) => return Some(Kind::DateTime { format }),
            Some((format, false)) => return Some(Kind::Date { format }),
            None => {}
        }
        if all(Guess::Email) {
            return Some(Kind::Email);
        }
        if all(Guess::Url) {
            return Some(Kind::Url);
        }
        self.select(header).map(|options| Kind::SingleSelect { options })
    }

    fn text(&self) -> Kind {
        if self.line_break || self.max_len > SHORT_TEXT { Kind::LongText } else { Kind::Text }
    }

    /// Why a column of cells is a text: what it would be by most of them.
    fn why_text(&self, header: &str, hints: &FileHints) -> Reason {
        let all = |guess| self.misfits(guess).none();
        if all(Guess::Number) {
            return match self.number.format(hints.number) {
                None => Reason::DecimalOrThousands,
                Some(_) if names::names_a_code(header) => Reason::Code,
                Some(_) => Reason::MayBeCodes,
            };
        }
        if all(Guess::Date) {
            return Reason::DayOrMonth;
        }
        let few = |guess: Guess| {
            let misfits = self.misfits(guess);
            misfits.few(self.filled).map(|first| (misfits.count(), guess, first))
        };
        let nearest = Guess::ALL.into_iter().filter_map(few).min_by_key(|(odd, ..)| *odd);
        match nearest {
            Some((odd, guess, first)) => {
                let nearest = self.name_of(guess, hints);
                Reason::Odd { nearest, first: first.clone(), odd, cells: self.filled }
            }
            None => Reason::Fits { cells: self.filled },
        }
    }

    fn name_of(&self, guess: Guess, hints: &FileHints) -> &'static str {
        match guess {
            Guess::Switch => "switch",
            Guess::Email => "email",
            Guess::Url => "url",
            Guess::Number => match self.number.format(hints.number) {
                Some((Unit::Percent, ..)) => "percent",
                Some((Unit::Currency { .. }, ..)) => "currency",
                _ => "number",
            },
            Guess::Date => match self.date.decide(hints.date_order, &hints.dates) {
                Some((_, true)) => "datetime",
                _ => "date",
            },
        }
    }

    /// How the column is read when it must be of a type.
    fn readings(&self, hints: &FileHints) -> Readings {
        let date = self.date.decide(hints.date_order, &hints.dates).map(|(format, _)| format);
        let most = self.separated.iter().copied().max().unwrap_or(0);
        let separator = self.separated.iter().position(|count| *count == most && most > 0);
        Readings {
            number: self
                .number
                .format(hints.number)
                .map(|(unit, scale, format)| Kind::of_number(unit, scale, format)),
            date,
            no_dates: !self.date.any(),
            separator: separator.and_then(|at| SEPARATORS.get(at)).copied(),
        }
    }

    fn switch(&self, header: &str) -> Option<SwitchWords> {
        let (pair, on, off) = self.switch?;
        let (words, one_is_enough) = words::SWITCHES.get(pair)?;
        let named =
            if pair == words::DIGITS { names::names_a_switch(header) } else { *one_is_enough || (on && off) };
        named.then_some(*words)
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
