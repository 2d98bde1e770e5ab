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
        let mut place = Place { room: Arc::clone(self), company, amount: 0 };
        place.grow(amount)?;
        Ok(place)
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

impl Place {
    /// Takes more until it is `amount`, as one that takes that much at once does beside all others; without room it stays
    /// as it is.
    pub(crate) fn grow(&mut self, amount: u64) -> Result<(), Full> {
        if amount <= self.amount {
            return Ok(());
        }
        let mut taken = self.room.taken();
        let own = taken.get(&self.company).copied().unwrap_or(0).saturating_sub(self.amount);
        let all = taken.values().sum::<u64>().saturating_sub(self.amount);
        if own > 0 && own.saturating_add(amount) > self.room.each {
            return Err(Full::Company);
        }
        if all > 0 && all.saturating_add(amount) > self.room.all {
            return Err(Full::All);
        }
        taken.insert(self.company, own.saturating_add(amount));
        drop(taken);
        self.amount = amount;
        Ok(())
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
    fn what_grows_finds_the_room_that_it_would_have_found_at_once() {
        let room = Room::new(6, 3);
        let (one, two) = (CompanyId::new(), CompanyId::new());
        let mut alone = room.take(one, 1).unwrap();
        alone.grow(5).unwrap();
        let mut other = room.take(two, 1).unwrap();
        assert_eq!(other.grow(2), Err(Full::All));
        assert_eq!(room.in_use(), 6, "without room it stays as it is");
        drop(alone);
        let second = room.take(two, 1).unwrap();
        assert_eq!(other.grow(3), Err(Full::Company));
        other.grow(2).unwrap();
        other.grow(1).unwrap();
        assert_eq!(room.in_use(), 3, "it never shrinks");
        drop((other, second));
        assert_eq!(room.in_use(), 0);
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
