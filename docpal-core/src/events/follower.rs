//! What a node has to forget because of what others did. Takes news of the log; knows no cache.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::id::{CompanyId, TableId};
use crate::sql::meta::events::{MAX_CHANGES, News};

/// So long after it was last known to be up to date a node trusts what it has cached. The log is looked at each second.
pub(crate) const BOUND: Duration = Duration::from_secs(2);

/// Where a node is in the log. Its position lives in memory: a new node has nothing to forget.
#[derive(Debug)]
pub(crate) struct Follower {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    position: i64,
    /// Changes, by audit row, that were seen before they had a position.
    ahead: HashSet<i64>,
    /// When the last look at the log began that saw all changes up to then.
    seen: Option<Instant>,
}

/// What to forget.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Forget {
    /// Too much happened to tell.
    All,
    /// These.
    These(Vec<(CompanyId, Option<TableId>)>),
}

impl Follower {
    /// A node that has cached nothing while `position` was the last one.
    pub(crate) fn new(position: i64) -> Self {
        Self { state: Mutex::new(State { position, ..State::default() }) }
    }

    /// The position up to which the node knows of every change.
    pub(crate) fn position(&self) -> i64 {
        self.state().position
    }

    /// Does the node know of every change that was committed two seconds ago?
    pub(crate) fn is_current(&self) -> bool {
        self.state().seen.is_some_and(|seen| seen.elapsed() < BOUND)
    }

    /// What to forget because of `news`, which was asked for with the position of this node. Call
    /// [`Follower::caught_up`] when it is forgotten.
    pub(crate) fn forget(&self, news: &News) -> Forget {
        let mut state = self.state();
        let lost = news.oldest > state.position.saturating_add(1) || news.position < state.position;
        let these = news.changes.iter().filter(|change| !state.ahead.contains(&change.audit));
        let these = these.map(|change| (change.company, change.table)).collect();
        state.position = news.position;
        state.ahead = news.changes.iter().filter(|change| change.waits).map(|change| change.audit).collect();
        if lost || news.changes.len() >= MAX_CHANGES { Forget::All } else { Forget::These(these) }
    }

    /// All changes up to `began` are known and what they concern is forgotten.
    pub(crate) fn caught_up(&self, began: Instant) {
        self.state().seen = Some(began);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::meta::events::SchemaChange;

    fn change(audit: i64, company: CompanyId, waits: bool) -> SchemaChange {
        SchemaChange { audit, company, table: None, waits }
    }

    fn news(position: i64, oldest: i64, changes: Vec<SchemaChange>) -> News {
        News { position, oldest, changes }
    }

    #[test]
    fn a_change_is_forgotten_once_though_it_is_seen_with_and_without_a_position() {
        let (follower, company) = (Follower::new(5), CompanyId::new());
        let first = follower.forget(&news(5, 1, vec![change(9, company, true)]));
        assert_eq!(first, Forget::These(vec![(company, None)]));
        let second = follower.forget(&news(6, 1, vec![change(9, company, false)]));
        assert_eq!(second, Forget::These(Vec::new()));
        let third = follower.forget(&news(7, 1, vec![change(10, company, false)]));
        assert_eq!(third, Forget::These(vec![(company, None)]));
    }

    #[test]
    fn a_node_that_missed_a_part_of_the_log_forgets_everything() {
        let follower = Follower::new(5);
        assert_eq!(follower.forget(&news(20, 7, Vec::new())), Forget::All);
        assert_eq!(follower.forget(&news(20, 7, Vec::new())), Forget::These(Vec::new()));
        assert_eq!(follower.forget(&news(3, 1, Vec::new())), Forget::All, "the log of another time");
    }

    #[test]
    fn a_node_that_never_looked_is_not_current() {
        let follower = Follower::new(0);
        assert!(!follower.is_current());
        follower.caught_up(Instant::now());
        assert!(follower.is_current());
        follower.caught_up(Instant::now().checked_sub(BOUND).unwrap());
        assert!(!follower.is_current());
    }
}
