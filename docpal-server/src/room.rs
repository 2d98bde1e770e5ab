//! Room for what costs memory or a connection for as long as it runs: so much in all, and so much of it for one company,
//! so that one tenant's flood leaves others served. Nobody waits for room: who finds none is told to come back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use docpal_core::CompanyId;

/// Room, and who has taken how much of it.
#[derive(Debug)]
pub(crate) struct Room {
    all: u64,
    each: u64,
    taken: Mutex<HashMap<CompanyId, u64>>,
}

/// A part of a room, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    room: Arc<Room>,
    company: CompanyId,
    amount: u64,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// The company has its share.
    Company,
    /// All of it is taken.
    All,
}

impl Room {
    /// Room for `all`, at most `each` of it for one company.
    pub(crate) fn new(all: u64, each: u64) -> Arc<Self> {
        Arc::new(Self { all, each: each.min(all), taken: Mutex::default() })
    }

    /// Takes `amount` for `company`. A company that has nothing yet may take more than its share, up to all of it:
    /// what is allowed at all must be possible for somebody who is alone.
    pub(crate) fn take(self: &Arc<Self>, company: CompanyId, amount: u64) -> Result<Place, Full> {
        let mut taken = self.taken();
        let (total, own) = (taken.values().sum::<u64>(), taken.get(&company).copied().unwrap_or(0));
        if own > 0 && own.saturating_add(amount) > self.each {
            return Err(Full::Company);
        }
        if total > 0 && total.saturating_add(amount) > self.all {
            return Err(Full::All);
        }
        taken.insert(company, own.saturating_add(amount));
        drop(taken);
        Ok(Place { room: Arc::clone(self), company, amount })
    }

    /// How much is taken.
    pub(crate) fn in_use(&self) -> u64 {
        self.taken().values().sum()
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<CompanyId, u64>> {
        // Nothing panics while it is held.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        if let Some(own) = taken.get_mut(&self.company) {
            *own = own.saturating_sub(self.amount);
            if *own == 0 {
                taken.remove(&self.company);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Findings A18 and A19.
    #[test]
    fn a_company_gets_its_share_and_leaves_the_rest_to_others() {
        let room = Room::new(4, 3);
        let (one, two) = (CompanyId::new(), CompanyId::new());
        let first = room.take(one, 3).unwrap();
        assert_eq!(room.take(one, 1).unwrap_err(), Full::Company);
        let _second = room.take(two, 1).unwrap();
        assert_eq!(room.take(two, 1).unwrap_err(), Full::All);
        assert_eq!(room.in_use(), 4);
        drop(first);
        assert_eq!(room.in_use(), 1);
        assert!(room.take(two, 2).is_ok());
    }

    #[test]
    fn what_is_larger_than_a_share_is_for_who_is_alone() {
        let room = Room::new(4, 2);
        let (one, two) = (CompanyId::new(), CompanyId::new());
        let large = room.take(one, 9).unwrap();
        assert_eq!(room.take(one, 1).unwrap_err(), Full::Company);
        assert_eq!(room.take(two, 1).unwrap_err(), Full::All);
        drop(large);
        assert_eq!(room.in_use(), 0);
    }
}
