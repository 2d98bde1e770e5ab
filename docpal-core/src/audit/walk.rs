//! The newest ids of many sorted lists, merged. Takes what is asked of each list bit by bit, gives ids from the newest
//! on; does not know where they come from.
//!
//! Of each list a few ids are known at first. A list is asked for more only where those that are known of it are all
//! among the wanted ones, and then for twice as many as are known: so what is asked for grows with the number of lists
//! by [`FEW`], and otherwise with what is taken, in a number of rounds that does not depend on the lists. What was not
//! taken is kept for the next time.

use std::collections::VecDeque;

use uuid::Uuid;

/// Of each list so many ids are asked for at first.
const FEW: usize = 4;
/// Of one list at most so many at once; [`crate::sql::meta::audit::newest`] gives no more.
pub(crate) const MOST: usize = 200;

/// Entries about one thing (a table, an app, the company), those of its records apart.
#[derive(Clone, Debug)]
struct Part {
    about: Uuid,
    of_records: bool,
    /// What is known and not taken yet, the newest first.
    ids: VecDeque<i64>,
    /// Of lower ids nothing is known.
    below: i64,
    ended: bool,
}

/// What of one part is to be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    part: usize,
    pub(crate) about: Uuid,
    pub(crate) of_records: bool,
    pub(crate) below: i64,
    pub(crate) most: usize,
}

/// A place in many lists.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    parts: Vec<Part>,
}

impl Walk {
    /// Starts with the newest ids lower than `below`.
    pub(crate) fn new(parts: impl IntoIterator<Item = (Uuid, bool)>, below: i64) -> Self {
        let part =
            |(about, of_records)| Part { about, of_records, ids: VecDeque::new(), below, ended: false };
        Self { parts: parts.into_iter().map(part).collect() }
    }

    /// What must be asked for before the newest `count` ids are known; nothing when they are.
    pub(crate) fn missing(&self, count: usize) -> Vec<Ask> {
        let mut known: Vec<i64> = self.parts.iter().flat_map(|part| part.ids.iter().copied()).collect();
        known.sort_unstable_by(|a, b| b.cmp(a));
        let lowest = count.checked_sub(1).and_then(|last| known.get(last)).copied().unwrap_or(i64::MIN);
        let few = FEW.max(2 * count / self.parts.len().max(1));
        let open = self.parts.iter().enumerate().filter(|(_, part)| !part.ended && part.below > lowest);
        open.map(|(at, part)| Ask {
            part: at,
            about: part.about,
            of_records: part.of_records,
            below: part.below,
            most: few.max(2 * part.ids.len()).min(MOST),
        })
        .collect()
    }

    /// What there is of `ask`, the newest first.
    pub(crate) fn add(&mut self, ask: &Ask, ids: &[i64]) {
        if let Some(part) = self.parts.get_mut(ask.part) {
            part.ids.extend(ids);
            part.below = ids.last().copied().unwrap_or(part.below);
            part.ended = ids.len() < ask.most;
        }
    }

    /// Takes the newest `count` ids, where nothing is [`Walk::missing`]; fewer at the end. Each with what it is about, if
    /// that is records of it.
    pub(crate) fn take(&mut self, count: usize) -> Vec<(i64, Option<Uuid>)> {
        let mut known: Vec<(i64, usize)> = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            known.extend(part.ids.iter().map(|id| (*id, at)));
        }
        known.sort_unstable_by(|a, b| b.cmp(a));
        known.truncate(count);
        let taken = known.into_iter().filter_map(|(id, at)| {
            let part = self.parts.get_mut(at)?;
            part.ids.pop_front();
            Some((id, part.of_records.then_some(part.about)))
        });
        taken.collect()
    }
}

#[cfg(test)]
mod tests;
