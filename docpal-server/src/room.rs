//! Room for what costs memory or a connection for as long as it runs: so much in all, and so much of it for one company,
//! so that one tenant's flood leaves others served. Who finds none is told to come back, at once or after a short wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use docpal_core::CompanyId;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// Room, and who has taken how much of it.
#[derive(Debug)]
pub(crate) struct Room {
    all: u64,
    each: u64,
    taken: Mutex<HashMap<CompanyId, u64>>,
    /// Tells those who wait that a place was given back.
    freed: Notify,
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
        Arc::new(Self { all, each: each.min(all), taken: Mutex::default(), freed: Notify::new() })
    }

    /// Takes `amount` for `company`. A company that has nothing yet may take more than its share, up to all of it:
    /// what is allowed at all must be possible for somebody who is alone.
    pub(crate) fn take(self: &Arc<Self>, company: CompanyId, amount: u64) -> Result<Place, Full> {
        let mut place = Place { room: Arc::clone(self), company, amount: 0 };
        place.grow(amount)?;
        Ok(place)
    }

    /// As [`Self::take`], but waits up to `patience` for others to give theirs back.
    pub(crate) async fn take_within(
        self: &Arc<Self>,
        company: CompanyId,
        amount: u64,
        patience: Duration,
    ) -> Result<Place, Full> {
        let end = Instant::now() + patience;
        loop {
            // Before the look, so that nothing that is given back after it is missed.
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            match self.take(company, amount) {
                Err(full) if timeout_at(end, freed).await.is_err() => return Err(full),
                Err(_) => {}
                place => return place,
            }
        }
    }

    /// Takes `amount` whether there is room or not, for what cannot be refused any more.
    pub(crate) fn force(self: &Arc<Self>, company: CompanyId, amount: u64) -> Place {
        let mut taken = self.taken();
        let own = taken.entry(company).or_default();
        *own = own.saturating_add(amount);
        drop(taken);
        Place { room: Arc::clone(self), company, amount }
    }

    /// Has `company` all of its share?
    pub(crate) fn is_used_up(&self, company: CompanyId) -> bool {
        self.taken().get(&company).is_some_and(|own| *own >= self.each)
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
        // One that found no room gives nothing back, and wakes nobody.
        if self.amount == 0 {
            return;
        }
        let mut taken = self.room.taken();
        if let Some(own) = taken.get_mut(&self.company) {
            *own = own.saturating_sub(self.amount);
            if *own == 0 {
                taken.remove(&self.company);
            }
        }
        drop(taken);
        self.room.freed.notify_waiters();
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

    #[tokio::test]
    async fn who_waits_gets_what_is_given_back() {
        let room = Room::new(4, 4);
        let (one, two) = (CompanyId::new(), CompanyId::new());
        let first = room.take(one, 4).unwrap();
        let refused = room.take_within(two, 1, Duration::ZERO).await;
        assert_eq!(refused.unwrap_err(), Full::All);
        assert_eq!(room.take_within(two, 1, Duration::from_millis(1)).await.unwrap_err(), Full::All);
        let waiting = room.take_within(two, 1, Duration::from_secs(3600));
        tokio::pin!(waiting);
        tokio::select! {
            biased;
            taken = &mut waiting => panic!("more than there is: {taken:?}"),
            () = std::future::ready(()) => {}
        }
        drop(first);
        let _second = waiting.await.unwrap();
        assert_eq!(room.in_use(), 1);
    }

    #[test]
    fn what_cannot_be_refused_is_counted_beyond_the_share() {
        let room = Room::new(4, 2);
        let company = CompanyId::new();
        let first = room.force(company, 1);
        assert!(!room.is_used_up(company));
        let second = room.force(company, 9);
        assert!(room.is_used_up(company) && room.in_use() == 10);
        drop((first, second));
        assert_eq!((room.is_used_up(company), room.in_use()), (false, 0));
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
