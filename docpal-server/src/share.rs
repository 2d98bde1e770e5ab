//! A fair share of the pool: a company has at most so many requests under way at the same time, so that one tenant's
//! flood leaves connections for the others. Its other requests wait, and are told to come back when that takes long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use docpal_core::{CompanyId, Docpal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::error::ApiError;

/// The longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Companies without a turn are forgotten when so many are known.
const FEW: usize = 64;

/// The shares of all companies.
#[derive(Clone, Debug)]
pub(crate) struct Shares {
    each: usize,
    companies: Arc<Mutex<Companies>>,
}

/// Whoever has a turn, or waits for one, keeps the turns of the company; nobody else does.
#[derive(Debug)]
struct Companies {
    turns: HashMap<CompanyId, Weak<Semaphore>>,
    /// Looks for forgotten ones when there are so many.
    most: usize,
}

/// A turn; it ends when the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// The turn of one request, given back for as long as the request is still being sent.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    shares: Shares,
    company: CompanyId,
    held: Arc<Mutex<Option<Share>>>,
}

impl Turn {
    /// Whose turn it is.
    pub(crate) fn company(&self) -> CompanyId {
        self.company
    }

    /// Gives it back.
    pub(crate) fn pause(&self) {
        drop(locked(&self.held).take());
    }

    /// Waits for it again.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(crate) async fn resume(&self) -> Result<(), ApiError> {
        let share = self.shares.take(self.company).await?;
        *locked(&self.held) = Some(share);
        Ok(())
    }
}

impl Shares {
    /// Three quarters of the pool for each company.
    pub(crate) fn of(docpal: &Docpal) -> Self {
        let pool = usize::try_from(docpal.pool().options().get_max_connections()).unwrap_or(usize::MAX);
        Self::new((pool / 4 * 3 + pool % 4 * 3 / 4).clamp(1, Semaphore::MAX_PERMITS))
    }

    fn new(each: usize) -> Self {
        let companies = Companies { turns: HashMap::new(), most: FEW };
        Self { each, companies: Arc::new(Mutex::new(companies)) }
    }

    /// Waits for the turn of a request of `company`.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(crate) async fn turn(&self, company: CompanyId) -> Result<Turn, ApiError> {
        let turn = Turn { shares: self.clone(), company, held: Arc::default() };
        turn.resume().await?;
        Ok(turn)
    }

    async fn take(&self, company: CompanyId) -> Result<Share, ApiError> {
        let turns = locked(&self.companies).turns_of(company, self.each);
        match tokio::time::timeout(PATIENCE, turns.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Share { _permit: Arc::new(permit) }),
            _ => Err(ApiError::too_many(
                "too_many_requests",
                "your company has too many requests under way; try again",
            )),
        }
    }
}

impl Companies {
    fn turns_of(&mut self, company: CompanyId, each: usize) -> Arc<Semaphore> {
        if let Some(turns) = self.turns.get(&company).and_then(Weak::upgrade) {
            return turns;
        }
        if self.turns.len() >= self.most {
            self.turns.retain(|_, turns| turns.strong_count() > 0);
            self.most = FEW.max(self.turns.len().saturating_mul(2));
        }
        let turns = Arc::new(Semaphore::new(each));
        self.turns.insert(company, Arc::downgrade(&turns));
        turns
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Finding A28
    #[tokio::test]
    async fn a_company_that_has_its_share_waits_and_others_do_not() {
        let shares = Shares::new(2);
        let (flood, other) = (CompanyId::new(), CompanyId::new());
        let first = shares.take(flood).await.unwrap();
        let _second = shares.take(flood).await.unwrap();
        let third = shares.take(flood);
        tokio::pin!(third);
        tokio::select! {
            biased;
            taken = &mut third => panic!("a third turn: {taken:?}"),
            taken = shares.take(other) => drop(taken.unwrap()),
        }
        drop(first.clone());
        drop(first);
        third.await.unwrap();
    }
    // Finding A28
    #[tokio::test]
    async fn a_share_in_use_is_never_forgotten_however_many_companies_come() {
        let shares = Shares::new(1);
        let company = CompanyId::new();
        let first = shares.take(company).await.unwrap();
        for _ in 0..40_000 {
            drop(shares.take(CompanyId::new()).await.unwrap());
        }
        let second = shares.take(company);
        tokio::pin!(second);
        tokio::select! {
            biased;
            taken = &mut second => panic!("a second turn: {taken:?}"),
            () = std::future::ready(()) => {}
        }
        drop(first);
        second.await.unwrap();
        assert!(locked(&shares.companies).turns.len() <= FEW, "the others are forgotten");
    }

    #[tokio::test]
    async fn a_turn_that_pauses_is_free_for_another() {
        let shares = Shares::new(1);
        let company = CompanyId::new();
        let turn = shares.turn(company).await.unwrap();
        turn.pause();
        let other = shares.turn(company).await.unwrap();
        let again = turn.resume();
        tokio::pin!(again);
        tokio::select! {
            biased;
            taken = &mut again => panic!("a second turn: {taken:?}"),
            () = std::future::ready(()) => {}
        }
        drop(other);
        again.await.unwrap();
    }
}
