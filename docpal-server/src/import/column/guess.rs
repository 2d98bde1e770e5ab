//! The types that a column may have by the form of its cells, and how many of them fit each.

use super::{Column, FileHints};
use crate::import::{
    date::Dates,
    kind::Kind,
    names,
    number::{DecimalMark, NumberHint, Numbers},
    reason::Reason,
    tally::{Fits, OddCell, Tally},
    words::{self, SWITCHES},
};

/// What a column would be by most of its cells.
#[derive(Debug)]
pub(super) struct Guess<'c> {
    /// The type; or what is against it even when every cell fits.
    pub(super) kind: Result<Kind, Doubt>,
    /// How many cells fit it, written alike: all of them, in a column that is found to be of the type.
    pub(super) alike: u64,
    /// How many cells a column takes that is read as the type, whatever all of them say.
    taken: u64,
    /// The first cell that it does not take.
    first: Option<&'c OddCell>,
    /// The first cell with a decimal comma, when it is read by that.
    pub(super) comma: Option<&'c OddCell>,
    /// What it does not take is digits behind a zero, and nothing else.
    zeros: bool,
}

/// What is against a type that every cell fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    Code,
    MayBeCodes,
    DecimalOrThousands,
    DecimalOrList(OddCell),
    DayOrMonth,
}

impl Doubt {
    pub(super) fn reason(&self) -> Reason {
        match self {
            Doubt::Code => Reason::Code,
            Doubt::MayBeCodes => Reason::MayBeCodes,
            Doubt::DecimalOrThousands => Reason::DecimalOrThousands,
            Doubt::DecimalOrList(first) => Reason::DecimalOrList { first: first.clone() },
            Doubt::DayOrMonth => Reason::DayOrMonth,
        }
    }

    /// Is it gone once somebody says how the cells are meant?
    fn can_be_told(&self) -> bool {
        matches!(self, Doubt::DecimalOrThousands | Doubt::DecimalOrList(_) | Doubt::DayOrMonth)
    }
}

impl Guess<'_> {
    /// How many of `cells` do not fit, and what to say, when at least half do: of a type that the column would have
    /// without the others.
    pub(super) fn nearly(&self, cells: u64) -> Option<(u64, Reason)> {
        let odd = cells.saturating_sub(self.taken);
        if odd > self.taken {
            return None;
        }
        let reason = match (&self.kind, self.first) {
            (Err(doubt), _) => doubt.can_be_told().then(|| doubt.reason())?,
            (Ok(kind), None) => Reason::Mixed { nearest: kind.name() },
            (Ok(_), Some(first)) if self.zeros => Reason::LeadingZeros { first: first.clone(), odd, cells },
            (Ok(kind), Some(first)) => Reason::Odd { nearest: kind.name(), first: first.clone(), odd, cells },
        };
        Some((odd, reason))
    }
}

impl Column {
    /// The guesses, the likeliest first.
    pub(super) fn guesses(&self, header: &str, hints: &FileHints) -> Vec<Guess<'_>> {
        let all = [
            self.as_switch(header),
            self.as_number(header, hints),
            self.as_date(hints),
            one_form(&self.email, Kind::Email),
            one_form(&self.url, Kind::Url),
        ];
        all.into_iter().flatten().collect()
    }

    /// The pair of words that most cells are of, among those that make a switch.
    fn as_switch(&self, header: &str) -> Option<Guess<'_>> {
        let count = |pair: usize, on: bool| self.switch.count(|word| word.pair == pair && word.on == on);
        let pair = |(pair, (words, one_is_enough)): (usize, &(_, bool))| {
            let (on, off) = (count(pair, true), count(pair, false));
            let is_one = match pair {
                words::DIGITS => names::names_a_switch(header),
                _ => *one_is_enough || (on > 0 && off > 0),
            };
            (is_one && on + off > 0).then_some((on + off, *words))
        };
        // Of as many, the first.
        let (alike, words) =
            SWITCHES.iter().enumerate().filter_map(pair).rev().max_by_key(|(count, _)| *count)?;
        let kind = Ok(Kind::Switch { words: Some(words) });
        Some(Guess {
            kind,
            alike,
            taken: self.switch.count(|_| true),
            first: self.switch.first_but(|_| true),
            comma: None,
            zeros: false,
        })
    }

    fn as_number(&self, header: &str, hints: &FileHints) -> Option<Guess<'_>> {
        let numbers = self.number.most(hints.number)?;
        let comma = numbers.first_comma();
        let format = numbers.format(hints.number);
        let has_comma = format.is_some_and(|(.., format)| format.decimal == DecimalMark::Comma);
        let kind = match (format, comma) {
            (None, Some(first)) if numbers.lists => Err(Doubt::DecimalOrList(first.clone())),
            (None, _) => Err(Doubt::DecimalOrThousands),
            (Some(_), _) if names::names_a_code(header) => Err(Doubt::Code),
            (Some((_, scale, _)), _) if numbers.may_be_codes(scale) => Err(Doubt::MayBeCodes),
            (Some((unit, scale, format)), _) => Ok(Kind::of_number(unit, scale, format)),
        };
        let taken = numbers.count;
        let comma = comma.filter(|_| has_comma);
        let zeros = self.zeros > 0 && self.zeros + taken == self.filled;
        Some(Guess { kind, alike: taken, taken, first: numbers.first_but(), comma, zeros })
    }

    fn as_date(&self, hints: &FileHints) -> Option<Guess<'_>> {
        let dates = self.dates(hints)?;
        let (alike, timed) = dates.alike();
        let kind = match (dates.format(), timed) {
            (None, _) => Err(Doubt::DayOrMonth),
            (Some(format), true) => Ok(Kind::DateTime { format }),
            (Some(format), false) => Ok(Kind::Date { format }),
        };
        let taken = if timed { dates.count() } else { dates.days() };
        Some(Guess { kind, alike, taken, first: dates.first_but(!timed), comma: None, zeros: false })
    }

    pub(super) fn dates(&self, hints: &FileHints) -> Option<Dates<'_>> {
        self.date.most(hints.date_order, &hints.dates)
    }

    /// The numbers of a column that has nothing else.
    pub(super) fn all_numbers(&self) -> Option<Numbers<'_>> {
        self.number.most(NumberHint::default()).filter(|numbers| numbers.count == self.filled)
    }

    /// The dates of a column that has nothing else.
    pub(super) fn all_dates(&self) -> Option<Dates<'_>> {
        self.date.most(None, &[]).filter(|dates| dates.alike().0 == self.filled)
    }
}

fn one_form(cells: &Tally<Fits>, kind: Kind) -> Option<Guess<'_>> {
    let taken = cells.count(|_| true);
    let first = cells.first_but(|_| true);
    (taken > 0).then_some(Guess { kind: Ok(kind), alike: taken, taken, first, comma: None, zeros: false })
}
