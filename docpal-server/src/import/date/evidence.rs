//! What a column's values say together about how its dates are written: the way that most of them fit.

use chrono::NaiveTime;

use super::{DMY, DateFormat, DateOrder, MDY, ORDERS, Parts, instant};
use crate::import::tally::{Class, OddCell, Tally};
use crate::import::time;

/// What stands behind a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// Nothing.
    None,
    /// Midnight without a zone: nothing to tell from a date by, and nothing to tell from other times by.
    Midnight,
    /// Another time without a zone.
    Time,
    /// Midnight with one.
    ZonedMidnight,
    /// Another time with one.
    ZonedTime,
}

/// What the clocks of a column are together, the first that most are.
const CLOCKS: [&[Clock]; 3] = [
    &[Clock::None, Clock::Midnight],
    &[Clock::Midnight, Clock::Time],
    &[Clock::ZonedMidnight, Clock::ZonedTime],
];
/// Those whose day says all.
const DAYS: [Clock; 3] = [Clock::None, Clock::Midnight, Clock::ZonedMidnight];

/// How a date is written, as far as it matters to the dates beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    separator: char,
    /// The orders in which it is one.
    orders: u8,
    clock: Clock,
}

impl Class for Written {
    fn takes(&mut self, other: &Written) -> bool {
        self == other
    }
}

impl Written {
    fn of(text: &str) -> Option<Written> {
        let (date, time) = match time::split(text) {
            Some((date, clock)) => (date, Some(time::read(clock)?)),
            None => (text, None),
        };
        let parts = Parts::read(date)?;
        let clock = match time {
            None => Clock::None,
            Some((NaiveTime::MIN, None)) => Clock::Midnight,
            Some((NaiveTime::MIN, Some(_))) => Clock::ZonedMidnight,
            Some((_, None)) => Clock::Time,
            Some((_, Some(_))) => Clock::ZonedTime,
        };
        let (time, zone) = time.unwrap_or((NaiveTime::MIN, None));
        let orders = parts.orders(|date| instant(date, time, zone).is_some());
        (orders != 0).then_some(Written { separator: parts.separator, orders, clock })
    }
}

/// The dates of a column, by how they are written.
#[derive(Clone, Debug)]
pub(in crate::import) struct DateEvidence {
    cells: Tally<Written>,
}

impl DateEvidence {
    pub(in crate::import) fn new() -> DateEvidence {
        DateEvidence { cells: Tally::new() }
    }

    /// Takes in a trimmed, non-empty value.
    pub(in crate::import) fn observe(&mut self, text: &str, line: u64) {
        let written = if text.bytes().any(|byte| byte.is_ascii_digit()) { Written::of(text) } else { None };
        self.cells.add(written, text, line);
    }

    /// The dates with one separator and in one order, the most that there are; `None` when there are none.
    ///
    /// `chosen` is the user's word on day and month, `proofs` is what the file's columns prove.
    pub(in crate::import) fn most(
        &self,
        chosen: Option<DateOrder>,
        proofs: &[(char, DateOrder)],
    ) -> Option<Dates<'_>> {
        let mut separators: Vec<char> = self.cells.classes().map(|written| written.separator).collect();
        separators.sort_unstable();
        separators.dedup();
        let mut best: Option<((u64, bool), Dates<'_>)> = None;
        for separator in separators {
            let known = known(separator, chosen, proofs);
            for (order, bit) in ORDERS {
                let mut dates = Dates { evidence: self, separator, orders: bit, known };
                let count = dates.count();
                let rank = (count, known == Some(order));
                match &best {
                    // As many are of either order, and not the same ones: nobody knows which.
                    Some((other, most)) if *other == rank && most.is(separator, DMY) && bit == MDY => {
                        dates.orders = DMY | MDY;
                        best = Some((rank, dates));
                    }
                    Some((other, _)) if *other >= rank => {}
                    _ if count > 0 => best = Some((rank, dates)),
                    _ => {}
                }
            }
        }
        best.map(|(_, dates)| dates)
    }
}

/// What is known beside the column of which comes first, day or month.
fn known(separator: char, chosen: Option<DateOrder>, proofs: &[(char, DateOrder)]) -> Option<DateOrder> {
    let mut orders = proofs.iter().filter(|(other, _)| *other == separator).map(|(_, order)| *order);
    let proven = orders.next().filter(|first| orders.all(|order| order == *first));
    let allowed = [DateOrder::DayMonthYear, DateOrder::MonthDayYear];
    chosen.or(proven).filter(|order| allowed.contains(order))
}

/// The dates of a column that have one separator, and are dates in each of the orders.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct Dates<'e> {
    evidence: &'e DateEvidence,
    separator: char,
    orders: u8,
    known: Option<DateOrder>,
}

impl<'e> Dates<'e> {
    fn is(&self, separator: char, orders: u8) -> bool {
        self.separator == separator && self.orders == orders
    }

    fn has(&self, written: &Written) -> bool {
        written.separator == self.separator && written.orders & self.orders == self.orders
    }

    /// How many there are, whatever stands behind them.
    pub(in crate::import) fn count(&self) -> u64 {
        self.evidence.cells.count(|written| self.has(written))
    }

    /// How many there are that are a day alone.
    pub(in crate::import) fn days(&self) -> u64 {
        self.evidence.cells.count(|written| self.has(written) && DAYS.contains(&written.clock))
    }

    /// How many of them are written like each other behind the date, and whether that is a time.
    pub(in crate::import) fn alike(&self) -> (u64, bool) {
        let count = |clocks: &[Clock]| {
            self.evidence.cells.count(|written| self.has(written) && clocks.contains(&written.clock))
        };
        let [days, times @ ..] = CLOCKS.map(count);
        let timed = times.into_iter().max().unwrap_or(0);
        if timed > days { (timed, true) } else { (days, false) }
    }

    /// The first cell that is none of them; or of those that are a day alone.
    pub(in crate::import) fn first_but(&self, days_alone: bool) -> Option<&'e OddCell> {
        let is_one = |written: &Written| self.has(written) && (!days_alone || DAYS.contains(&written.clock));
        self.evidence.cells.first_but(is_one)
    }

    /// The orders in which all of them are dates.
    fn common(&self) -> u8 {
        let all = self.evidence.cells.classes().filter(|written| self.has(written));
        all.fold(u8::MAX, |orders, written| orders & written.orders)
    }

    /// The separator and the order that they prove between day and month.
    pub(in crate::import) fn proof(&self) -> Option<(char, DateOrder)> {
        let order = match self.common() {
            DMY => DateOrder::DayMonthYear,
            MDY => DateOrder::MonthDayYear,
            _ => return None,
        };
        Some((self.separator, order))
    }

    /// How they are written; `None` when the day or the month may be first.
    pub(in crate::import) fn format(&self) -> Option<DateFormat> {
        let common = self.common();
        let only = ORDERS.into_iter().find(|(_, bit)| common == *bit).map(|(order, _)| order);
        Some(DateFormat { order: only.or(self.known)?, separator: self.separator })
    }
}
